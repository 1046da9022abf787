import type { Maps, Precision, RealArray } from '../../api'
import { arithmetic, storageOf } from '../../arithmetic'
import { tensor } from '../../tensor'
import type { ChannelStatistics } from '../api'

/** Added to the variance under the root. */
export const BATCH_NORM_EPSILON = 1e-5

/** Visits the values of every channel: samples, timesteps and places ascending. */
const forEachValue = ({ shape }: Maps, visit: (c: number, at: number) => void): void => {
  const { T, B, C, H, W } = shape
  const size = H * W
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let c = 0, at = (t * B + b) * C * size; c < C; c++) for (let p = 0; p < size; p++, at++) visit(c, at)
}

/**
 * Mean and biased variance of each channel over samples, timesteps and map (tdBN without its threshold factor). The sums
 * are taken in double in every precision: a unit that adds thousands of values needs a wide accumulator (modelling choice).
 */
export const channelStatistics = (current: Maps): ChannelStatistics => {
  const { T, B, C, H, W } = current.shape
  const n = T * B * H * W
  const mean = new Float64Array(C)
  const variance = new Float64Array(C)
  forEachValue(current, (c, at) => {
    mean[c] += current.data[at]
  })
  for (let c = 0; c < C; c++) mean[c] /= n
  forEachValue(current, (c, at) => {
    const deviation = current.data[at] - mean[c]
    variance[c] += deviation * deviation
  })
  for (let c = 0; c < C; c++) variance[c] /= n
  return { mean, variance }
}

/** 1 / √(variance + ε) of each channel, rounded once. */
const scales = ({ variance }: ChannelStatistics, round: (x: number) => number): Float64Array =>
  variance.map((v) => round(1 / Math.sqrt(v + BATCH_NORM_EPSILON)))

/**
 * Batch normalisation: x̂ = (I − mean) / √(variance + ε), result x̂ · gain. Difference, quotient (a product with the
 * rounded reciprocal) and product are each rounded.
 * @param gain one per channel
 */
export const batchNorm = (
  current: Maps,
  statistics: ChannelStatistics,
  gain: RealArray,
  precision: Precision,
): { readonly normalised: Maps; readonly current: Maps } => {
  const { round, zeros } = arithmetic(precision)
  const scale = scales(statistics, round)
  const mean = statistics.mean.map(round)
  const held = Float64Array.from(gain, round)
  const normalised = zeros(current.data.length)
  const out = zeros(current.data.length)
  forEachValue(current, (c, at) => {
    normalised[at] = round(round(current.data[at] - mean[c]) * scale[c])
    out[at] = round(normalised[at] * held[c])
  })
  const maps = (data: RealArray) => tensor('TBCHW', storageOf(precision), current.shape, data)
  return { normalised: maps(normalised), current: maps(out) }
}

/**
 * Gradient through batch normalisation and its statistics, n values a channel:
 * ∇gain = Σ ∇y · x̂, ∇I = gain / √(variance + ε) · (∇y − Σ∇y / n − x̂ · Σ(∇y · x̂) / n).
 * The sums are taken in double, as those of the statistics; ∇I is dense even where ∇y is sparse.
 */
export const batchNormGradient = (
  gradNormal: Maps,
  normalised: Maps,
  statistics: ChannelStatistics,
  gain: RealArray,
  precision: Precision,
): { readonly gradCurrent: Maps; readonly gradGain: RealArray } => {
  const { round, zeros } = arithmetic(precision)
  const { T, B, C, H, W } = gradNormal.shape
  const n = T * B * H * W
  const scale = scales(statistics, round)
  const held = Float64Array.from(gain, round)
  const sum = new Float64Array(C)
  const product = new Float64Array(C)
  const { data: grad } = gradNormal
  forEachValue(gradNormal, (c, at) => {
    sum[c] += grad[at]
    product[c] += grad[at] * normalised.data[at]
  })
  const meanGrad = sum.map((x) => round(x / n))
  const meanProduct = product.map((x) => round(x / n))
  const out = zeros(grad.length)
  forEachValue(gradNormal, (c, at) => {
    const centred = round(round(grad[at] - meanGrad[c]) - round(normalised.data[at] * meanProduct[c]))
    out[at] = round(round(held[c] * scale[c]) * centred)
  })
  const gradGain = zeros(C)
  for (let c = 0; c < C; c++) gradGain[c] = round(product[c])
  return { gradCurrent: tensor('TBCHW', storageOf(precision), gradNormal.shape, out), gradGain }
}
