import { ConfigError, requireInteger } from '@h2learn/hw'
import { type Layer, ShapeError, type Spikes } from '@h2learn/snn-core'
import type { SpinalFlowInput } from './api'

/** @throws ConfigError for sizes that are no integers >= 1 */
export const checkSizes = (layer: Layer, T: number, B: number): void => {
  requireInteger(`spinalflow/${layer.name}/T`, T)
  requireInteger(`spinalflow/${layer.name}/B`, B)
}

/**
 * The spikes of a pass that SpinalFlow can take.
 * @throws ConfigError for anything that is not binary: pixels of an encoding layer, analog values, pooled levels;
 *   ShapeError for tensors that do not fit the layer
 */
export const checkedSpikes = ({ layer, T, B, input, weights }: SpinalFlowInput): Spikes => {
  checkSizes(layer, T, B)
  const where = `spinalflow/${layer.name}`
  if (input.kind !== 'spikes')
    throw new ConfigError({
      where,
      expected: 'binary spikes',
      got: input.kind,
      hint: 'SpinalFlow has no mixed data formats: encoding layers and pooled spikes stay outside of it',
    })
  const { C, H, W, K, R, S } = layer
  const misfit = (name: string, expected: string, shape: object) =>
    new ShapeError({ where: `${where}/${name}`, expected, got: JSON.stringify(shape) })
  const { shape } = input.data
  if (shape.T !== T || shape.B !== B || shape.C !== C || shape.H !== H || shape.W !== W)
    throw misfit('input', `T ${T}, B ${B}, C ${C}, H ${H}, W ${W}`, shape)
  if (weights.shape.K !== K || weights.shape.C !== C || weights.shape.R !== R || weights.shape.S !== S)
    throw misfit('weights', `K ${K}, C ${C}, R ${R}, S ${S}`, weights.shape)
  return input.data
}
