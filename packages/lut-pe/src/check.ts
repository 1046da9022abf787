import { CapacityError, ConfigError, requireInteger } from '@h2learn/hw'
import { InputError, type Layer, type LayerInput, ShapeError } from '@h2learn/snn-core'

/**
 * Refuses layers that the LUT engines cannot take: even kernels (rule 3) and sub-batches above the configured size.
 * @throws ConfigError, CapacityError
 */
export const checkJob = (where: string, layer: Layer, T: number, B: number, subBatch: number): void => {
  requireInteger(`${where}/T`, T)
  requireInteger(`${where}/B`, B)
  if (B > subBatch)
    throw new CapacityError({
      where: `${where}/${layer.name}`,
      expected: `a sub-batch of at most ${subBatch} samples`,
      got: String(B),
      hint: 'split the batch group into sub-batches, or raise `subBatch`',
    })
  if (layer.kind === 'conv' && (layer.R !== layer.S || layer.R % 2 === 0))
    throw new ConfigError({
      where: `${where}/${layer.name}`,
      expected: 'a square kernel of odd size',
      got: `${layer.R}×${layer.S}`,
      hint: 'even kernels run on the learning core only',
    })
}

/** @throws ShapeError unless every named axis of a tensor has the expected extent. */
export const checkShape = (
  where: string,
  shape: Readonly<Record<string, number>>,
  expected: Readonly<Record<string, number>>,
): void => {
  const text = (s: Readonly<Record<string, number>>) =>
    Object.keys(expected)
      .map((axis) => `${axis} = ${s[axis]}`)
      .join(', ')
  if (Object.entries(expected).some(([axis, extent]) => shape[axis] !== extent))
    throw new ShapeError({ where, expected: text(expected), got: text(shape) })
}

/**
 * Checks what a layer reads against the layer.
 * @throws ShapeError unless it has the layer's input map (and T timesteps, where it has any); InputError for levels above
 *   the stated ones, whose bits the planes would drop
 */
export const checkLayerInput = (where: string, input: LayerInput, { C, H, W }: Layer, T: number, B: number): void => {
  const still = input.kind === 'pixels' || input.kind === 'analog'
  checkShape(where, input.data.shape, still ? { B, C, H, W } : { T, B, C, H, W })
  if (input.kind !== 'levels') return
  const { levels, data } = input
  const highest = data.data.reduce((most, level) => Math.max(most, level), 0)
  if (!Number.isInteger(levels) || levels < 1 || highest > levels)
    throw new InputError({
      where,
      expected: 'levels as an integer >= 1 and values up to it',
      got: `levels = ${levels} and values up to ${highest}`,
      hint: 'levels is k² of the pooling',
    })
}
