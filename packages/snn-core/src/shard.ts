import type { Buffers, RealArray, Weights } from './api'
import { batchInput } from './batches'
import { backwardPass, forwardPass, outputGradient, outputPotentials } from './bptt'
import { usesKernels } from './fast/engine'
import { fastGradientShard } from './fast/fast-shard'
import type { GradientWork } from './gradient-source'
import { losses, predict, zeroGradientSamples } from './loss'
import { countBits } from './tensor'

/** What one layer is counted for in a shard; sums of these over shards are exact. */
export const LAYER_COUNTS = ['neurons', 'spikes', 'maskBits', 'gradients', 'underflowBase', 'underflow'] as const

/** Counts of the samples of a shard (sums over shards are those of the batch). */
export interface ShardTally {
  /** The samples' share of the batch's mean loss. */
  readonly loss: number
  readonly correct: number
  readonly ties: number
  /** Samples whose ∂L/∂s is exactly zero. */
  readonly zeroLoss: number
  /**
   * Per layer and `LAYER_COUNTS`, layer after layer: neurons over all timesteps, spikes, bits of ∇s̃, non-zero ∇u; then
   * of the ∇u looked at for underflow those not zero in float32, and how many of these are zero in FP16.
   */
  readonly layers: Float64Array
}

/** Samples of a batch computed together. */
export interface ShardWork extends GradientWork {
  /** Samples of the whole batch group the mean is taken over. */
  readonly batch: number
  /** With precision f16: also computes ∇u in float32 from the same forward pass, to count what FP16 flushes. */
  readonly underflow: boolean
}

/** Labels of some samples. */
export const labelsOf = (
  { labels }: { readonly labels: Uint8Array | Uint16Array },
  indices: Uint32Array,
): Uint8Array | Uint16Array =>
  labels instanceof Uint8Array
    ? Uint8Array.from(indices, (index) => labels[index])
    : Uint16Array.from(indices, (index) => labels[index])

/** How many values are not zero, and how many of these round to zero in FP16: |v| <= 2^−25, half the smallest subnormal. */
export const countNonZeros = (values: RealArray): readonly [nonZeros: number, flushed: number] => {
  const tiny = 2 ** -25
  let nonZeros = 0
  let kept = 0
  // without branches, which random gradients would mispredict
  for (let i = 0; i < values.length; i++) {
    const v = values[i]
    nonZeros += Number(v !== 0)
    kept += Number(v > tiny) + Number(v < -tiny)
  }
  return [nonZeros, nonZeros - kept]
}

/** How many values are zero here though they are not in `exact`. */
const lost = (exact: RealArray, values: RealArray): number => {
  let n = 0
  for (let i = 0; i < values.length; i++) if (exact[i] !== 0 && values[i] === 0) n++
  return n
}

/**
 * ∇w of some samples of a batch, computed alone: forward pass, loss, backward pass. The arithmetic is that of the
 * reference (`forwardPass`, `backwardPass`); nothing depends on the samples' neighbours but the order of their sum.
 * When no sample has anything to learn (∂L/∂s exactly zero) the backward pass is left out: every product in it is 0.
 * @param weights what the passes compute with (already rounded for f16)
 * @param gradW is overwritten with ∇w of all layers, times `lossScale`
 */
export const gradientShard = (
  work: ShardWork,
  weights: readonly Weights[],
  gradW: RealArray,
  buffers?: Buffers,
): ShardTally => {
  const fast = usesKernels(work.backend) ? fastGradientShard(work, weights, gradW) : undefined
  if (fast) return fast
  const { network, neuron, precision, samples, indices, draw, batch, lossScale } = work
  const { classes, T, layers } = network
  const input = batchInput(samples, indices, network, draw)
  const trace = forwardPass(network, weights, input, neuron, precision, buffers)
  const labels = labelsOf(samples, indices)
  const { loss, gradOutput } = losses[work.loss].evaluate({ spikeCounts: trace.spikeCounts, labels, T, batch })
  const predicted = predict(trace.spikeCounts, classes, outputPotentials(network, trace))
  const zeroLoss = zeroGradientSamples(gradOutput, classes)
  const counts = new Float64Array(layers.length * LAYER_COUNTS.length)
  trace.layers.forEach((layer, l) => {
    const neurons = layer.potentials.data.length
    counts.set([neurons, countBits(layer.spikes.data), countBits(layer.spikeGradMask.data)], l * LAYER_COUNTS.length)
  })
  gradW.fill(0)
  if (zeroLoss < indices.length) {
    if (lossScale !== 1) for (let i = 0; i < gradOutput.length; i++) gradOutput[i] *= lossScale
    const scaled = outputGradient(network, gradOutput)
    const gradients = backwardPass(network, weights, trace, scaled, neuron, precision, buffers)
    const exact =
      precision === 'f16' && work.underflow
        ? backwardPass(network, weights, trace, scaled, neuron, 'f32').gradU
        : undefined
    let at = 0
    gradients.gradW.forEach((g, l) => {
      gradW.set(g.data, at)
      at += g.data.length
      const values = gradients.gradU[l].data
      const [left, tiny] = countNonZeros(values)
      const underflow =
        precision !== 'f16'
          ? [left, tiny]
          : exact
            ? [countNonZeros(exact[l].data)[0], lost(exact[l].data, values)]
            : [0, 0]
      counts.set([left, ...underflow], l * LAYER_COUNTS.length + 3)
    })
  }
  return {
    loss,
    correct: predicted.labels.reduce((n, k, b) => n + (k === labels[b] ? 1 : 0), 0),
    ties: predicted.ties,
    zeroLoss,
    layers: counts,
  }
}
