import { f16Decode, type Weights } from '@h2learn/snn-core'

/** Weights as integers: w ≈ q · scale. */
export interface QuantisedWeights {
  readonly values: Int16Array
  /** A power of two, so that w is exact in binary floating point. */
  readonly scale: number
}

/**
 * Symmetric integers of the given number of bits, one scale for the whole layer: the smallest power of two at which no
 * weight exceeds ±(2^(bits−1) − 1); nearest, ties away from zero.
 * A power of two (modelling choice) makes sums of spikes times weights exact, so that a reference can be compared with bit
 * for bit; it costs at most one bit of resolution.
 */
export const quantiseWeights = (weights: Weights<'f16'> | Weights, bits: number): QuantisedWeights => {
  const real = weights.dtype === 'f16' ? f16Decode(weights.data) : weights.data
  const most = 2 ** (bits - 1) - 1
  let largest = 0
  for (let i = 0; i < real.length; i++) largest = Math.max(largest, Math.abs(real[i]!))
  if (largest === 0) return { values: new Int16Array(real.length), scale: 1 }
  let scale = 1
  while (scale < largest / most) scale *= 2
  while (scale / 2 >= largest / most) scale /= 2
  while (Math.round(largest / scale) > most) scale *= 2
  const values = new Int16Array(real.length)
  for (let i = 0; i < real.length; i++) {
    const size = Math.round(Math.abs(real[i]!) / scale)
    values[i] = real[i]! < 0 ? -size : size
  }
  return { values, scale }
}
