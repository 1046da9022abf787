import type { Buffers, Layer, LayerInput, Weights } from './api'
import { batchInput } from './batches'
import { forwardPass, outputPotentials } from './bptt'
import { usesKernels } from './fast/engine'
import { fastEvaluationShard } from './fast/fast-shard'
import type { PassWork } from './gradient-source'
import { losses, predict } from './loss'
import { labelsOf } from './shard'
import { axisTaps } from './taps'
import { countBits } from './tensor'

/** What one layer is counted for in an evaluation. */
export const EVALUATION_COUNTS = ['neurons', 'spikes', 'synOps', 'macs'] as const

/** Counts of some evaluated samples; sums over shards are those of the whole. */
export interface EvaluationTally {
  readonly samples: number
  /** Sum of the samples' losses, each as if it were a batch of its own. */
  readonly loss: number
  readonly ties: number
  /** Samples by true class (row) and predicted class (column). */
  readonly confusion: Float64Array
  /** Per layer and `EVALUATION_COUNTS`, layer after layer; neurons and spikes over all timesteps. */
  readonly layers: Float64Array
}

/** How many outputs each input place of a layer's map reaches. */
const fanOut = ({ kind, H, W, K, R, S, stride, padding, convH, convW }: Layer): Float64Array => {
  if (kind === 'fc') return new Float64Array(H * W).fill(K)
  const rows = axisTaps(H, R, stride, padding, convH).count
  const columns = axisTaps(W, S, stride, padding, convW).count
  return Float64Array.from({ length: H * W }, (_, i) => rows[(i / W) | 0] * columns[i % W] * K)
}

/** Connections that carry something: Σ over non-zero inputs of the outputs each reaches. */
const activeConnections = (layer: Layer, input: LayerInput): number => {
  const reach = fanOut(layer)
  const size = reach.length
  let sum = 0
  if (input.kind === 'spikes') {
    const words = input.data.data
    for (let word = 0; word < words.length; word++)
      for (let bits = words[word]; bits !== 0; bits &= bits - 1)
        sum += reach[(word * 32 + 31 - Math.clz32(bits & -bits)) % size]
    return sum
  }
  const { data } = input.data
  for (let i = 0; i < data.length; i++) if (data[i] !== 0) sum += reach[i % size]
  return sum
}

/** Forward pass and counts of some samples. */
export const evaluationShard = (work: PassWork, weights: readonly Weights[], buffers?: Buffers): EvaluationTally => {
  const fast = usesKernels(work.backend) ? fastEvaluationShard(work, weights) : undefined
  if (fast) return fast
  const { network, neuron, precision, samples, indices, draw } = work
  const { classes, T } = network
  const B = indices.length
  const trace = forwardPass(network, weights, batchInput(samples, indices, network, draw), neuron, precision, buffers)
  const labels = labelsOf(samples, indices)
  const predicted = predict(trace.spikeCounts, classes, outputPotentials(network, trace))
  const confusion = new Float64Array(classes * classes)
  for (let b = 0; b < B; b++) confusion[labels[b] * classes + predicted.labels[b]]++
  const layers = new Float64Array(network.layers.length * EVALUATION_COUNTS.length)
  trace.layers.forEach(({ potentials, spikes, input }, l) => {
    const connections = activeConnections(network.layers[l], input)
    const spiking = input.kind === 'spikes' || input.kind === 'levels'
    const counts = [
      potentials.data.length,
      countBits(spikes.data),
      spiking ? connections : 0,
      spiking ? 0 : connections,
    ]
    layers.set(counts, l * EVALUATION_COUNTS.length)
  })
  return {
    samples: B,
    loss: losses[work.loss].evaluate({ spikeCounts: trace.spikeCounts, labels, T, batch: 1 }).loss,
    ties: predicted.ties,
    confusion,
    layers,
  }
}
