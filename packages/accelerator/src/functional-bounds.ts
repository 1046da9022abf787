import type { ForwardInput } from '@h2learn/lut-pe'
import { f16Decode, type Surrogate } from '@h2learn/snn-core'
import type { BackwardInput } from '@h2learn/sparse-backward'
import type { WeightUpdateInput } from '@h2learn/weight-update'

/** Half a unit in the last place of binary16, relative; the 1.01 stands for the terms of second order. */
const unit = 1.01 * 2 ** -11

/** Half the spacing of subnormals: the absolute error of one rounding near zero. */
const tiny = 2 ** -25

/** Roundings of a term on its way through trees, bit planes, pooling and sub-LUTs, besides one per added term. */
const beside = 16

/** Two orders of adding n terms whose magnitudes add up to `magnitude`: each is off by n roundings of at most that. */
const sumBound = (n: number, magnitude: number) => 2 * (n + beside) * (unit * magnitude + tiny)

/** Largest finite FP16 value. */
const largestFinite = 65504

/**
 * The bound, or none (Infinity): where values this large can leave the range of FP16, one order of addition may overflow and
 * the other not.
 */
const within = (bound: number, largest: number): number => (largest + bound <= largestFinite ? bound : Infinity)

/** Largest Σ |value| of one column: what the rounding errors of a sum are measured against. */
const largestColumn = (data: ArrayLike<number>, columns: number, of: (i: number) => number): number => {
  const sums = new Float64Array(columns)
  for (let i = 0; i < data.length; i++) sums[of(i)]! += Math.abs(data[i]!)
  return sums.reduce((a, b) => Math.max(a, b), 0)
}

/**
 * How far two FP16 evaluations of u can lie apart while no spike differs (Eq. 1): the error of the summed input, the
 * two roundings of α·u and of the sum on either side, and α times the error of the timestep before.
 */
export const potentialBound = ({ layer, weights, neuron, T }: ForwardInput): number => {
  const terms = layer.C * layer.R * layer.S
  const current = largestColumn(f16Decode(weights.data), layer.K, (i) => Math.floor(i / terms))
  const currentError = sumBound(terms, current)
  let largest = 0
  let bound = 0
  for (let t = 0; t < T; t++) {
    const kept = neuron.leak * largest
    largest = kept + current
    bound = neuron.leak * bound + currentError + 2 * (unit * (kept + largest) + 2 * tiny)
  }
  return within(bound, largest)
}

/** Largest value of fire'. */
const highest = (surrogate: Surrogate) => {
  if (surrogate.kind === 'rectangular') return surrogate.height
  return surrogate.kind === 'triangle' ? 1 / surrogate.width : 1
}

/**
 * How far two FP16 evaluations of ∇u can lie apart (Eq. 2): an error at t + 1 comes to t at most α·(1 + β·max |u|)
 * times; to it add β times the error of the spatial sum, and on either side the roundings of Grad: of −α·u, of its
 * product with ∇u_{t+1}, of ∇s, of ∇s·fire', of α·∇u_{t+1} and of their sum.
 * @param largest max |∇u| of the reference
 */
export const gradientBound = (
  { layer, gradU, weights, neuron, T }: Extract<BackwardInput, { kind: 'layer' }>,
  largest: number,
): number => {
  const height = highest(neuron.surrogate)
  const { leak } = neuron
  const reach = height * leak * Math.max(Math.abs(neuron.fireThreshold), ...neuron.gradWindow.map(Math.abs))
  const growth = leak + reach
  const taps = layer.R * layer.S
  const largestGradU = f16Decode(gradU.data).reduce((a, b) => Math.max(a, Math.abs(b)), 0)
  const magnitude =
    largestGradU * largestColumn(f16Decode(weights.data), layer.C, (i) => Math.floor(i / taps) % layer.C)
  const rounded = unit * (2 * reach + 2 * (1 + growth) + leak + 1) * largest + 6 * Math.max(1, height) * tiny
  const perStep = height * sumBound(layer.K * taps, magnitude) + 2 * rounded
  let bound = 0
  for (let t = 0; t < T; t++) bound = bound * growth + perStep
  return within(bound, Math.max(magnitude, largest * Math.max(1, reach)))
}

/** How far two FP16 sums of ∇w can lie apart (Eq. 3): one rounding per timestep, sample and position on either side. */
export const weightGradientBound = ({ layer, gradU, T, B }: WeightUpdateInput): number => {
  const n = layer.outH * layer.outW
  const magnitude = largestColumn(f16Decode(gradU.data), layer.K, (i) => Math.floor(i / n) % layer.K)
  return within(sumBound(T * B * layer.convH * layer.convW, magnitude), magnitude)
}
