import type { Layer, LayerInput, Maps, Weights } from './api'
import { ShapeError } from './errors'

/** Timesteps and samples of a layer's input; pixels and analog values are the same at every timestep: T = 1. */
export const inputExtent = (input: LayerInput): { readonly T: number; readonly B: number } =>
  input.kind === 'spikes' || input.kind === 'levels'
    ? { T: input.data.shape.T, B: input.data.shape.B }
    : { T: 1, B: input.data.shape.B }

const mismatch = (where: string, expected: string, got: string, hint: string): never => {
  throw new ShapeError({ where, expected, got, hint })
}

/** @throws ShapeError when the input map is not the one the layer reads */
export const checkLayerInput = (where: string, layer: Layer, input: LayerInput): void => {
  const { C, H, W } = input.data.shape
  if (C !== layer.C || H !== layer.H || W !== layer.W)
    mismatch(
      `${where} ${layer.name}`,
      `an input map CHW ${layer.C}x${layer.H}x${layer.W}`,
      `${C}x${H}x${W}`,
      'it is what the layer reads, after AP(spikes) of the layer before',
    )
  if (input.kind === 'levels' && !(Number.isInteger(input.levels) && input.levels >= 1))
    mismatch(`${where} ${layer.name}`, 'levels as an integer >= 1', String(input.levels), 'levels is k² of the pooling')
}

/** @throws ShapeError when the weights are not those of the layer */
export const checkLayerWeights = (where: string, layer: Layer, { shape }: Weights): void => {
  const { K, C, R, S } = layer
  if (shape.K !== K || shape.C !== C || shape.R !== R || shape.S !== S)
    mismatch(
      `${where} ${layer.name}`,
      `weights KCRS ${K}x${C}x${R}x${S}`,
      `${shape.K}x${shape.C}x${shape.R}x${shape.S}`,
      'fully connected layers have R = H and S = W of their input map',
    )
}

/** @throws ShapeError when the maps are not of the layer's neurons (after pooling of the partial sums) */
export const checkNeuronMaps = (where: string, layer: Layer, { shape }: Maps): void => {
  if (shape.C !== layer.K || shape.H !== layer.outH || shape.W !== layer.outW)
    mismatch(
      `${where} ${layer.name}`,
      `maps of its neurons CHW ${layer.K}x${layer.outH}x${layer.outW}`,
      `${shape.C}x${shape.H}x${shape.W}`,
      'with APk the neurons exist at pooled size only',
    )
}
