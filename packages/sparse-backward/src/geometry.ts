import { ConfigError } from '@h2learn/hw'
import { type Layer, requireNumbers, ShapeError, type Tensor } from '@h2learn/snn-core'
import type { BackwardInput } from './api'

/** Sizes of one layer's backward pass: a k×k window over the zero-inserted ∇u gives ∇s of a C×H×W map. */
export interface BackwardGeometry {
  /** For error messages: the layer's name. */
  readonly name: string
  /** Channels of ∇u (rows of the array) and of ∇s (columns). */
  readonly K: number
  readonly C: number
  /** Map of ∇s: what the layer read in the forward pass. */
  readonly H: number
  readonly W: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  /** Map of the convolution, before pooling. */
  readonly convH: number
  readonly convW: number
  /** Pooling of the partial sums: stored ∇u has outH×outW positions, each spread over pool×pool. */
  readonly pool: number
  readonly outH: number
  readonly outW: number
  /** Pooling of the spikes the layer read, and the full-size map of the neurons that sent them. */
  readonly spikePool: number
  readonly neuronH: number
  readonly neuronW: number
}

/** Where position (oy, ox) of the convolution map sits in the window map of (H + k − 1)×(W + k − 1) positions. */
export const windowOffset = ({ kernel, padding }: BackwardGeometry): number => kernel - 1 - padding

/**
 * Geometry of the backward pass through a convolution, to the neurons of the layer before.
 * @param spikePool pooling of those neurons' spikes (1 = none); their map when it is larger than H×W times the pool
 * @throws ConfigError for an even kernel (edge rule 3)
 */
export const convGeometry = (
  layer: Layer,
  { spikePool = 1, outH = layer.H * spikePool, outW = layer.W * spikePool }: Partial<Layer> = {},
): BackwardGeometry => {
  if (layer.R !== layer.S || layer.R % 2 === 0)
    throw new ConfigError({
      where: `backward-engine ${layer.name}`,
      expected: 'a square kernel of odd size',
      got: `${layer.R}x${layer.S}`,
      hint: 'the learning core takes any kernel, the engines odd ones',
    })
  return {
    name: layer.name,
    K: layer.K,
    C: layer.C,
    H: layer.H,
    W: layer.W,
    kernel: layer.R,
    stride: layer.stride,
    padding: layer.padding,
    convH: layer.convH,
    convW: layer.convW,
    pool: layer.currentPool,
    outH: layer.outH,
    outW: layer.outW,
    spikePool,
    neuronH: outH,
    neuronW: outW,
  }
}

type Shape = Readonly<Record<string, number>>

const requireShape = (where: string, got: Shape, expected: Shape) => {
  const text = (shape: Shape) =>
    Object.keys(expected)
      .map((axis) => `${axis} ${shape[axis]}`)
      .join(', ')
  if (Object.keys(expected).some((axis) => got[axis] !== expected[axis]))
    throw new ShapeError({ where: `backward-engine ${where}`, expected: text(expected), got: text(got) })
}

/**
 * Checks that the tensors of a backward pass belong together.
 * @throws ShapeError naming the first tensor that does not fit; InputError naming the first element that is NaN
 */
export const checkBackwardInput = (input: BackwardInput): void => {
  const { T, B, target } = input
  const { spikePool, outH, outW } = target.layer
  const neurons = { T, B, C: target.layer.K, H: outH, W: outW }
  requireShape('target.spikes', target.spikes.shape, neurons)
  requireShape('target.spikeGradMask', target.spikeGradMask.shape, neurons)
  requireShape('target.potentials.mask', target.potentials.mask.shape, neurons)
  const { values } = target.potentials
  requireNumbers(
    { layout: 'i', dtype: 'f16', shape: { i: values.length }, data: values } as Tensor<string, 'f16'>,
    'backward-engine target.potentials.values',
  )
  if (input.kind === 'output') {
    requireShape('gradS', input.gradS.shape, { ...neurons, T: input.gradS.shape.T === 1 ? 1 : T })
    requireNumbers(input.gradS, 'backward-engine gradS')
    return
  }
  const { layer, gradU, weights } = input
  const { C, H, W, K, R, S } = layer
  const read = { C: target.layer.K, H: Math.floor(outH / spikePool), W: Math.floor(outW / spikePool) }
  requireShape(`${layer.name} input`, { C, H, W }, read)
  requireShape('weights', weights.shape, { K, C, R, S })
  requireShape('gradU', gradU.shape, { T, B, C: K, H: layer.outH, W: layer.outW })
  requireNumbers(weights, `backward-engine ${layer.name} weights`)
  requireNumbers(gradU, `backward-engine ${layer.name} gradU`)
}
