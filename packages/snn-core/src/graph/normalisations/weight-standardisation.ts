import type { Precision, RealArray, Weights } from '../../api'
import { arithmetic, storageOf } from '../../arithmetic'
import { tensor } from '../../tensor'

/** Added to n · variance under the root. */
export const WEIGHT_STANDARDISATION_EPSILON = 1e-4

/** Mean of one output channel's weights and √(Σ(w − mean)² + ε). */
const channel = (weights: RealArray, from: number, n: number) => {
  let mean = 0
  for (let i = from; i < from + n; i++) mean += weights[i]
  mean /= n
  let square = 0
  for (let i = from; i < from + n; i++) square += (weights[i] - mean) * (weights[i] - mean)
  return { mean, root: Math.sqrt(square + WEIGHT_STANDARDISATION_EPSILON) }
}

/**
 * Weight standardisation with a gain (Brock et al. 2021): ŵ[k] = gain[k] · (w[k] − mean(w[k])) / √(n · var(w[k]) + ε),
 * n weights per output channel, biased variance. Nothing depends on the data, so ∇u keeps its zeros. Computed in double
 * and rounded once: it is done once per step, outside the engines.
 */
export const standardiseWeights = (weights: Weights, gain: RealArray, precision: Precision): Weights => {
  const ops = arithmetic(precision)
  const n = weights.data.length / weights.shape.K
  const out = ops.zeros(weights.data.length)
  for (let k = 0; k < weights.shape.K; k++) {
    const { mean, root } = channel(weights.data, k * n, n)
    for (let i = k * n; i < (k + 1) * n; i++) out[i] = ((weights.data[i] - mean) / root) * gain[k]
  }
  ops.settle(out, 0, out.length)
  return tensor('KCRS', storageOf(precision), weights.shape, out)
}

/**
 * Gradients of weights and gain from those of the standardised weights, with z = (w − mean) / root and ∇z = gain · ∇ŵ:
 * ∇gain = Σ ∇ŵ · z, ∇w = (∇z − mean(∇z) − z · Σ(∇z · z)) / root. In double, rounded once.
 */
export const standardiseWeightsGradient = (
  gradStandardised: Weights,
  weights: Weights,
  gain: RealArray,
  precision: Precision,
): { readonly gradWeights: Weights; readonly gradGain: Float64Array } => {
  const ops = arithmetic(precision)
  const { K } = weights.shape
  const n = weights.data.length / K
  const grad = gradStandardised.data
  const out = ops.zeros(grad.length)
  const gradGain = new Float64Array(K)
  for (let k = 0; k < K; k++) {
    const { mean, root } = channel(weights.data, k * n, n)
    let sum = 0
    let product = 0
    for (let i = k * n; i < (k + 1) * n; i++) {
      sum += grad[i]
      product += (grad[i] * (weights.data[i] - mean)) / root
    }
    gradGain[k] = product
    for (let i = k * n; i < (k + 1) * n; i++) {
      const z = (weights.data[i] - mean) / root
      out[i] = (gain[k] * (grad[i] - sum / n - z * product)) / root
    }
  }
  ops.settle(out, 0, out.length)
  return { gradWeights: tensor('KCRS', storageOf(precision), weights.shape, out), gradGain }
}
