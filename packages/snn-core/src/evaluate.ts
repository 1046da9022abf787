import type { Backend, Loss, Network, NeuronConfig, Precision, RealArray, Samples } from './api'
import { checkSamples } from './batches'
import { ShapeError } from './errors'
import { EVALUATION_COUNTS, type EvaluationTally } from './evaluation-shard'
import { type GradientSource, localGradients } from './gradient-source'
import { parameterCount } from './network'
import { passWeights, requireFiniteWeights } from './parameters'

/** One layer over all evaluated samples. */
export interface LayerEvaluation {
  readonly name: string
  /** Share of neurons and timesteps with a spike, 0..1. */
  readonly firingRate: number
  /** Synaptic operations a sample: Σ over non-zero spikes (or pooled levels) of the outputs each reaches, all timesteps. */
  readonly synOpsPerSample: number
  /** Multiply-accumulates a sample on non-zero pixels (encoding layer only; once, not per timestep). */
  readonly macsPerSample: number
}

/** How well a network does on samples, and how much it fires. */
export interface Evaluation {
  /** interrupted: the signal stopped it after `samples` of them; every figure is that of these samples. */
  readonly status: 'done' | 'interrupted'
  readonly samples: number
  /** Mean loss of a sample. */
  readonly loss: number
  readonly accuracy: number
  /** Share of samples where several classes fired equally often and most; `predict` says which of them is predicted. */
  readonly tieShare: number
  /** confusion[true][predicted]: samples. */
  readonly confusion: readonly (readonly number[])[]
  readonly layers: readonly LayerEvaluation[]
  readonly synOpsPerSample: number
}

/** What to evaluate. */
export interface EvaluationRun {
  readonly network: Network
  /** In the order of `weightsOf`; rounded here for f16. */
  readonly weights: RealArray
  readonly samples: Samples
  readonly neuron: NeuronConfig
  readonly loss: Loss['kind']
  /** Default f32. */
  readonly precision?: Precision
  /** Default fast; the figures are the same. What the fast backend does not support is computed by the reference. */
  readonly backend?: Backend
  /** Default: all samples, in order. */
  readonly indices?: Uint32Array
  /** Seed of rate coding (epoch 0); default 1. */
  readonly seed?: number
  /** Default: in this thread. Closed by whoever made it. */
  readonly gradients?: GradientSource
  readonly signal?: AbortSignal
}

/**
 * Forward passes over samples: accuracy, loss, confusion matrix, ties, firing rates, synaptic operations. The same at
 * any number of threads.
 * @throws ShapeError when samples, weights and network do not belong together; InputError for a weight that is not finite
 */
export const evaluateNetwork = async (run: EvaluationRun): Promise<Evaluation> => {
  const { network, weights, samples, neuron, loss, precision = 'f32', seed = 1, gradients = localGradients() } = run
  const { backend = 'fast' } = run
  const { indices = Uint32Array.from({ length: samples.count }, (_, i) => i), signal } = run
  checkSamples(samples, network)
  if (weights.length !== parameterCount(network) || indices.length === 0)
    throw new ShapeError({
      where: 'evaluateNetwork',
      expected: `${parameterCount(network)} weights for ${network.text} and at least one sample`,
      got: `${weights.length} weights, ${indices.length} samples`,
    })
  requireFiniteWeights('evaluateNetwork', network, weights)
  const draw = { seed, epoch: 0 }
  const work = { network, neuron, loss, precision, samples, indices, draw, backend }
  const tally = await gradients.evaluation(work, passWeights({ precision }, weights), signal)
  return { status: tally.samples === indices.length ? 'done' : 'interrupted', ...summarise(network, tally) }
}

const summarise = ({ layers, classes }: Network, tally: EvaluationTally): Omit<Evaluation, 'status'> => {
  const { samples } = tally
  const confusion = Array.from({ length: classes }, (_, k) =>
    Array.from(tally.confusion.subarray(k * classes, (k + 1) * classes)),
  )
  const each = layers.map(({ name }, l): LayerEvaluation => {
    const [neurons, spikes, synOps, macs] = tally.layers.subarray(l * EVALUATION_COUNTS.length)
    return {
      name,
      firingRate: spikes / neurons,
      synOpsPerSample: synOps / samples,
      macsPerSample: macs / samples,
    }
  })
  return {
    samples,
    loss: tally.loss / samples,
    accuracy: confusion.reduce((n, row, k) => n + row[k], 0) / samples,
    tieShare: tally.ties / samples,
    confusion,
    layers: each,
    synOpsPerSample: each.reduce((n, layer) => n + layer.synOpsPerSample, 0),
  }
}
