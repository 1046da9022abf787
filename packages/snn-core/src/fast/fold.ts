import type { Layer, Network, RealArray, Weights } from '../api'
import { tensor } from '../tensor'

const folds = ({ kind, currentPool }: Layer): boolean => kind === 'conv' && currentPool > 1

/**
 * A convolution with `APk` before its neurons as one convolution of stride k·stride: the mean of the k×k outputs is
 * itself a weighted sum of the input, with the kernel R + (k − 1)·stride wide. An input reaches 4 instead of 9 outputs
 * for 3×3 and AP2. The same sum in another order, so equal up to rounding.
 */
export const foldedLayer = (layer: Layer): Layer => {
  if (!folds(layer)) return layer
  const { R, S, stride, currentPool: k, outH, outW } = layer
  return {
    ...layer,
    R: R + (k - 1) * stride,
    S: S + (k - 1) * stride,
    stride: stride * k,
    convH: outH,
    convW: outW,
    currentPool: 1,
  }
}

/** The network with every `APk` folded into its convolution; `text` stays that of the network. */
export const foldedNetwork = (network: Network): Network => ({ ...network, layers: network.layers.map(foldedLayer) })

/** Visits (tap, folded tap) of every kernel place the pooling shifts it to: pooled rows, then columns ascending. */
const forEachShift = (layer: Layer, visit: (tap: number, folded: number) => void): void => {
  const { R, S, stride, currentPool: k } = layer
  const wide = foldedLayer(layer).S
  for (let dy = 0; dy < k; dy++)
    for (let dx = 0; dx < k; dx++)
      for (let r = 0; r < R; r++)
        for (let s = 0; s < S; s++) visit(r * S + s, (r + dy * stride) * wide + s + dx * stride)
}

const shiftsOf = (layer: Layer): readonly (readonly [number, number])[] => {
  const shifts: [number, number][] = []
  forEachShift(layer, (tap, folded) => shifts.push([tap, folded]))
  return shifts
}

/**
 * KCRS weights of the folded layer: every tap is the sum of the weights that the k² shifts bring there (in the order of
 * the shifts, each sum rounded to float32), ÷ k².
 */
export const foldWeights = (layer: Layer, data: RealArray): RealArray => {
  if (!folds(layer)) return data
  const { K, C, R, S, currentPool: k } = layer
  const wide = foldedLayer(layer)
  const [taps, wideTaps] = [R * S, wide.R * wide.S]
  const shifts = shiftsOf(layer)
  const out = new Float32Array(K * C * wideTaps)
  for (let pair = 0; pair < K * C; pair++)
    for (const [tap, folded] of shifts) out[pair * wideTaps + folded] += data[pair * taps + tap]
  for (let i = 0; i < out.length; i++) out[i] /= k * k
  return out
}

/** Shifts of a layer for the kernels: u16 tap, u16 folded place each, in their order. */
export const foldShifts = (layer: Layer): Uint16Array => Uint16Array.from(shiftsOf(layer).flat())

/** The k² folded places of every tap, in the order of the shifts. */
export const unfoldPlaces = (layer: Layer): Uint16Array => {
  const shifts = shiftsOf(layer)
  const taps = Array.from({ length: layer.R * layer.S }, (_, tap) => tap)
  return Uint16Array.from(taps.flatMap((tap) => shifts.filter((shift) => shift[0] === tap).map((shift) => shift[1])))
}

/** `foldWeights` as the weights of the folded layer. */
export const foldedTensor = (layer: Layer, data: RealArray): Weights => {
  const { K, C, R, S } = foldedLayer(layer)
  return tensor('KCRS', 'f32', { K, C, R, S }, Float32Array.from(foldWeights(layer, data)))
}
