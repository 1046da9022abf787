import type { Network, NeuronConfig, Precision, RealArray, Weights } from '../api'
import { batchInput } from '../batches'
import { EVALUATION_COUNTS, type EvaluationTally } from '../evaluation-shard'
import type { PassWork } from '../gradient-source'
import { losses, predict, zeroGradientSamples } from '../loss'
import { roundNeuron } from '../neuron'
import { LAYER_COUNTS, labelsOf, type ShardTally, type ShardWork } from '../shard'
import { backwardLayer, loadOutputGradient } from './fast-backward'
import { type ForwardCounts, forwardLayer, loadInput, outputCounts } from './fast-forward'
import { fastKernels, type Kernels } from './kernels'
import { packWeights, unpackGradients } from './pack-weights'
import { inPhase } from './phases'
import { openPlan, type Plan, planNetwork } from './plan'

/** The network this thread's kernels are laid out for, and which weights they hold. */
interface Engine {
  readonly key: string
  readonly kernels: Kernels
  readonly plan: Plan
  weights: number | undefined
}

let engine: Engine | undefined

const keyOf = ({ text, input: { C, H, W }, T }: Network): string => `${text} ${C}x${H}x${W} ${T}`

/** Networks that do not fit, by key: not planned again. */
const refused = new Set<string>()

const SHARD_CAPACITY = 8

/** The engine for a network and at least so many samples, laid out anew when it was another one's. */
const engineFor = (network: Network, samples: number): Engine | undefined => {
  const key = keyOf(network)
  if (engine?.key === key && engine.plan.samples >= samples) return engine
  const capacity = Math.max(samples, SHARD_CAPACITY)
  if (refused.has(`${key} ${capacity}`)) return undefined
  const kernels = fastKernels()
  const plan = kernels && planNetwork(network, capacity)
  if (!kernels || !plan || !kernels.reserve(plan.bytes)) {
    refused.add(`${key} ${capacity}`)
    return undefined
  }
  engine = { key, kernels, plan: openPlan(plan, kernels), weights: undefined }
  return engine
}

/**
 * Whether the fast backend computes this network: float32, rectangular surrogate, no pooling of the raw input, maps up
 * to 255 × 255, all of it within 4 GiB, and a runtime with WebAssembly SIMD. Everything else is left to the reference.
 */
export const fastSupports = (
  network: Network,
  neuron: NeuronConfig,
  precision: Precision,
  samples = SHARD_CAPACITY,
): boolean =>
  precision === 'f32' && neuron.surrogate.kind === 'rectangular' && engineFor(network, samples) !== undefined

const holdWeights = (own: Engine, weights: readonly Weights[], stamp: number | undefined) => {
  if (stamp !== undefined && own.weights === stamp) return
  own.weights = undefined
  inPhase('pack', () => {
    for (const planned of own.plan.layers)
      packWeights(planned, weights[planned.layer.index].data, own.plan, own.kernels.run)
  })
  own.weights = stamp
}

const forward = (work: PassWork, weights: readonly Weights[], own: Engine) => {
  const { network, samples, indices, draw } = work
  const { plan, kernels } = own
  const B = indices.length
  const neuron = roundNeuron(work.neuron, 'f32')
  holdWeights(own, weights, work.weightsStamp)
  inPhase('input', () => loadInput(plan, batchInput(samples, indices, network, draw), kernels.run))
  const counts: ForwardCounts[] = plan.layers.map((planned) => forwardLayer(plan, planned, B, neuron, kernels.run))
  return { B, neuron, counts, spikeCounts: outputCounts(plan, B) }
}

/**
 * `gradientShard` by the fast backend: the same additions in the same order as the reference, so the same bits in ∇w
 * and the same counts.
 * @returns undefined when it does not compute this network
 */
export const fastGradientShard = (
  work: ShardWork,
  weights: readonly Weights[],
  gradW: RealArray,
): ShardTally | undefined => {
  const { network, samples, indices, batch, lossScale, precision } = work
  if (!fastSupports(network, work.neuron, precision, indices.length)) return undefined
  const own = engineFor(network, indices.length)!
  const { plan, kernels } = own
  const { B, neuron, counts, spikeCounts } = forward(work, weights, own)
  const { classes, T } = network
  const labels = labelsOf(samples, indices)
  const { loss, gradOutput } = losses[work.loss].evaluate({ spikeCounts, labels, T, batch })
  const predicted = predict(spikeCounts, classes)
  const zeroLoss = zeroGradientSamples(gradOutput, classes)
  const layers = new Float64Array(network.layers.length * LAYER_COUNTS.length)
  plan.layers.forEach(({ layer, places }, l) => {
    layers.set([B * T * layer.K * places, counts[l].spikes, counts[l].maskBits], l * LAYER_COUNTS.length)
  })
  if (zeroLoss === B) gradW.fill(0)
  else {
    if (lossScale !== 1) for (let i = 0; i < gradOutput.length; i++) gradOutput[i] *= lossScale
    loadOutputGradient(plan, gradOutput)
    let end = gradW.length
    for (let l = plan.layers.length - 1; l >= 0; l--) {
      const planned = plan.layers[l]
      const { gradients, flushed } = backwardLayer(plan, planned, B, counts[l].entries, neuron, kernels.run)
      layers.set([gradients, gradients, flushed], l * LAYER_COUNTS.length + 3)
      const { K, C, R, S } = planned.layer
      end -= K * C * R * S
      inPhase('unpack', () => unpackGradients(planned, gradW, end, plan, kernels.run))
    }
  }
  return {
    loss,
    correct: predicted.labels.reduce((n, k, b) => n + (k === labels[b] ? 1 : 0), 0),
    ties: predicted.ties,
    zeroLoss,
    layers,
  }
}

/** `evaluationShard` by the fast backend; undefined when it does not compute this network. */
export const fastEvaluationShard = (work: PassWork, weights: readonly Weights[]): EvaluationTally | undefined => {
  const { network, samples, indices, precision } = work
  if (!fastSupports(network, work.neuron, precision, indices.length)) return undefined
  const own = engineFor(network, indices.length)!
  const { B, counts, spikeCounts } = forward(work, weights, own)
  const { classes, T } = network
  const labels = labelsOf(samples, indices)
  const predicted = predict(spikeCounts, classes)
  const confusion = new Float64Array(classes * classes)
  for (let b = 0; b < B; b++) confusion[labels[b] * classes + predicted.labels[b]]++
  const layers = new Float64Array(network.layers.length * EVALUATION_COUNTS.length)
  own.plan.layers.forEach(({ layer, places }, l) => {
    const { spikes, entries } = counts[l]
    const operations = entries * layer.K
    layers.set(
      [B * T * layer.K * places, spikes, layer.encoding ? 0 : operations, layer.encoding ? operations : 0],
      l * EVALUATION_COUNTS.length,
    )
  })
  return {
    samples: B,
    loss: losses[work.loss].evaluate({ spikeCounts, labels, T, batch: 1 }).loss,
    ties: predicted.ties,
    confusion,
    layers,
  }
}
