import type { Network, NeuronConfig, Precision, RealArray, Weights } from '../api'
import { batchInput } from '../batches'
import { EVALUATION_COUNTS, type EvaluationTally } from '../evaluation-shard'
import type { PassWork } from '../gradient-source'
import { losses, predict, zeroGradientSamples } from '../loss'
import { roundNeuron } from '../neuron'
import { LAYER_COUNTS, labelsOf, type ShardTally, type ShardWork } from '../shard'
import { backwardLayer, loadOutputGradient } from './fast-backward'
import { type ForwardCounts, forwardLayer, loadInput, outputCounts } from './fast-forward'
import { foldedNetwork, foldWeights, unfoldGradients } from './fold'
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
const engineFor = (network: Network, samples: number, folded = false): Engine | undefined => {
  const key = `${keyOf(network)}${folded ? ' folded' : ''}`
  if (engine?.key === key && engine.plan.samples >= samples) return engine
  const capacity = Math.max(samples, SHARD_CAPACITY)
  if (refused.has(`${key} ${capacity}`)) return undefined
  const kernels = fastKernels()
  const plan = kernels && planNetwork(folded ? foldedNetwork(network) : network, capacity)
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
  folded = false,
): boolean => engineOf({ network, neuron, precision }, samples, folded) !== undefined

const engineOf = (
  { network, neuron, precision }: Pick<PassWork, 'network' | 'neuron' | 'precision'>,
  samples: number,
  folded = false,
): Engine | undefined =>
  precision === 'f32' && neuron.surrogate.kind === 'rectangular' ? engineFor(network, samples, folded) : undefined

const holdWeights = ({ network, weightsStamp: stamp }: PassWork, own: Engine, weights: readonly Weights[]) => {
  if (stamp !== undefined && own.weights === stamp) return
  own.weights = undefined
  inPhase('pack', () => {
    for (const planned of own.plan.layers) {
      const { data } = weights[planned.layer.index]
      const layer = network.layers[planned.layer.index]
      const held = layer.currentPool === planned.layer.currentPool ? data : foldWeights(layer, data)
      packWeights(planned, held, own.plan, own.kernels.run)
    }
  })
  own.weights = stamp
}

const forward = (work: PassWork, weights: readonly Weights[], own: Engine) => {
  const { network, samples, indices, draw } = work
  const { plan, kernels } = own
  const B = indices.length
  const neuron = roundNeuron(work.neuron, 'f32')
  holdWeights(work, own, weights)
  inPhase('input', () => loadInput(plan, batchInput(samples, indices, network, draw), kernels.run))
  let density = 1
  const counts = plan.layers.map((planned): ForwardCounts => {
    const counted = forwardLayer(plan, planned, B, density, neuron, kernels.run)
    density = counted.spikes / (B * network.T * planned.layer.K * planned.places)
    // pooled spikes are zero only where the whole window is silent
    density = 1 - (1 - density) ** (planned.layer.spikePool ** 2)
    return counted
  })
  return { B, neuron, counts, spikeCounts: outputCounts(plan, B) }
}

/**
 * `gradientShard` by the fast backend: the same additions in the same order as the reference, so the same bits in ∇w
 * and the same counts. With backend 'folded' it does so for the network with `APk` folded into its convolutions.
 * @returns undefined when it does not compute this network
 */
export const fastGradientShard = (
  work: ShardWork,
  weights: readonly Weights[],
  gradW: RealArray,
): ShardTally | undefined => {
  const { network, samples, indices, batch, lossScale } = work
  const own = engineOf(work, indices.length, work.backend === 'folded')
  if (!own) return undefined
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
      const layer = network.layers[l]
      const { K, C, R, S } = layer
      end -= K * C * R * S
      inPhase('unpack', () => {
        if (layer.currentPool === planned.layer.currentPool) unpackGradients(planned, gradW, end, plan, kernels.run)
        else {
          const wide = planned.layer
          const folded = new Float32Array(K * C * wide.R * wide.S)
          unpackGradients(planned, folded, 0, plan, kernels.run)
          unfoldGradients(layer, folded, gradW, end)
        }
      })
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

/** `evaluationShard` by the fast backend, never folded; undefined when it does not compute this network. */
export const fastEvaluationShard = (work: PassWork, weights: readonly Weights[]): EvaluationTally | undefined => {
  const { network, samples, indices } = work
  const own = engineOf(work, indices.length)
  if (!own) return undefined
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
