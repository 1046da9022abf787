import { elementary } from '@h2learn/elementary'
import type { Backend, Network, NeuronConfig, Precision, RealArray, Weights } from '../api'
import { EVALUATION_COUNTS, type EvaluationTally } from '../evaluation-shard'
import type { PassWork } from '../gradient-source'
import { losses, predict, zeroGradientSamples } from '../loss'
import { roundNeuron } from '../neuron'
import { LAYER_COUNTS, labelsOf, type ShardTally, type ShardWork } from '../shard'
import { shardSamples } from '../shards'
import { gradientDraw } from './drawn-gradients'
import {
  type Engine,
  type EngineUser,
  engineFor,
  fastWork,
  fitsMemory,
  type KernelBackend,
  usesKernels,
} from './engine'
import { backwardLayer, loadOutputGradient } from './fast-backward'
import { type ForwardCounts, forwardLayer, loadInput, outputCounts, outputSums } from './fast-forward'
import { hasKernels } from './kernels'
import { locateWeights, packWeights } from './pack-weights'
import { inPhase } from './phases'
import type { Place } from './place'
import { writeLevels } from './plan'
import { alone, shareOf, type Team } from './team'
import { countUnderflow, exactNonZeros } from './underflow'

/**
 * Whether the kernels compute this network: float32 or (backend 'fast') FP16, rectangular surrogate, no pooling of the
 * raw input, maps up to 255 × 255, all of it within 4 GiB, and a runtime with WebAssembly SIMD. Everything else is left
 * to the reference.
 */
export const fastSupports = (
  network: Network,
  neuron: NeuronConfig,
  precision: Precision,
  samples = shardSamples(network),
  backend: Backend = 'fast',
): boolean =>
  usesKernels(backend) &&
  fastWork({ neuron, precision, backend }) &&
  hasKernels() &&
  fitsMemory(network, samples, backend)

const engineOf = (
  work: Pick<PassWork, 'network' | 'neuron' | 'precision' | 'backend'>,
  samples: number,
  backend: KernelBackend,
  user: EngineUser,
): Engine | undefined => (fastWork(work) ? engineFor(work.network, samples, backend, user) : undefined)

const placeOf = (own: Engine, precision: Precision, team: Team = alone): Place => {
  const { plan, kernels } = own
  const rounded = precision === 'f16' ? 'f16' : 'f32'
  return {
    plan,
    precision: rounded,
    kernels: { ...kernels, run: kernels.runAs(rounded) },
    team,
    scratch: plan.scratch[team.me],
    weights: own.located,
  }
}

const holdLevels = ({ plan, kernels, team, precision }: Place, own: Engine) => {
  if (own.levels === precision) return
  if (team.me === 0) writeLevels(plan, kernels, precision)
  team.meet()
  own.levels = precision
}

const holdWeights = (place: Place, { weightsStamp: stamp }: PassWork, own: Engine, weights: readonly Weights[]) => {
  if (stamp !== undefined && own.weights === stamp) return
  own.weights = undefined
  inPhase('pack', () => {
    own.located = locateWeights(place, weights, own.settled)
    for (const planned of own.plan.layers) packWeights(place, planned, own.located)
  })
  own.weights = stamp
}

/** Weights and levels made ready for a pass, and the place to run it. */
const prepare = (own: Engine, work: PassWork, weights: readonly Weights[], team: Team = alone): Place => {
  const place = placeOf(own, work.precision, team)
  holdLevels(place, own)
  holdWeights(place, work, own, weights)
  return placeOf(own, work.precision, team)
}

const forward = (place: Place, work: PassWork) => {
  const { network, indices } = work
  const { plan } = place
  const B = indices.length
  const neuron = roundNeuron(work.neuron, place.precision)
  inPhase('input', () => loadInput(place, work))
  let density = 1
  const counts = plan.layers.map((planned): ForwardCounts => {
    const counted = forwardLayer(place, planned, B, density, neuron)
    density = counted.spikes / (B * network.T * planned.layer.K * planned.places)
    // pooled spikes are zero only where the whole window is silent
    density = 1 - elementary.pow(1 - density, planned.layer.spikePool * planned.layer.spikePool)
    return counted
  })
  return { B, neuron, counts, spikeCounts: outputCounts(place, B), potentials: outputSums(place, B) }
}

/**
 * One shard on an engine; ∇w goes to the home of the engine's memory. Every thread of a team runs it and gets the same
 * tally.
 * @param add adds ∇w to what is there
 */
export const shardOnEngine = (
  own: Engine,
  team: Team,
  work: ShardWork,
  weights: readonly Weights[],
  add: boolean,
): ShardTally => {
  const { network, samples, indices, batch, lossScale } = work
  const place = prepare(own, work, weights, team)
  const { plan, kernels } = own
  const { B, neuron, counts, spikeCounts, potentials } = forward(place, work)
  const { classes, T } = network
  const labels = labelsOf(samples, indices)
  const { loss, gradOutput } = losses[work.loss].evaluate({ spikeCounts, labels, T, batch })
  const predicted = predict(spikeCounts, classes, potentials)
  const zeroLoss = zeroGradientSamples(gradOutput, classes)
  const layers = new Float64Array(network.layers.length * LAYER_COUNTS.length)
  plan.layers.forEach(({ layer, places }, l) => {
    layers.set([B * T * layer.K * places, counts[l].spikes, counts[l].maskBits], l * LAYER_COUNTS.length)
  })
  if (zeroLoss === B) {
    // nothing to learn: ∇w is 0
    const [from, to] = shareOf(team, plan.parameters)
    if (!add) kernels.run.clear(plan.home.gradW + from * 4, (to - from) * 4)
  } else {
    if (lossScale !== 1) for (let i = 0; i < gradOutput.length; i++) gradOutput[i] *= lossScale
    const exact =
      place.precision === 'f16' && work.underflow && !gradientDraw()
        ? inPhase('underflow', () => exactNonZeros(placeOf(own, 'f32', team), gradOutput, B, neuron))
        : undefined
    loadOutputGradient(place, gradOutput)
    const maskDensityBelow = (l: number): number => {
      if (l === 0) return 0
      const { layer, places } = plan.layers[l - 1]
      return counts[l - 1].maskBits / (B * T * layer.K * places)
    }
    for (let l = plan.layers.length - 1; l >= 0; l--) {
      const planned = plan.layers[l]
      const { entries } = counts[l]
      const { gradients, flushed } = backwardLayer(place, planned, B, entries, maskDensityBelow(l), neuron, add)
      const underflow =
        place.precision === 'f32' ? [gradients, flushed] : exact ? countUnderflow(place, planned, B, exact[l]) : [0, 0]
      layers.set([gradients, ...underflow], l * LAYER_COUNTS.length + 3)
    }
  }
  // the next shard overwrites what others may still read
  team.meet()
  return {
    loss,
    correct: predicted.labels.reduce((n, k, b) => n + (k === labels[b] ? 1 : 0), 0),
    ties: predicted.ties,
    zeroLoss,
    layers,
  }
}

/** ∇w of an engine: a view of its memory. */
export const gradientsOf = ({ plan, kernels }: Engine): Float32Array =>
  kernels.views.f32.subarray(plan.home.gradW / 4, plan.home.gradW / 4 + plan.parameters)

/**
 * `gradientShard` by the fast backend: the same additions in the same order as the reference, so the same bits in ∇w
 * and the same counts. With backend 'folded' it does so for the network with `APk` folded into its convolutions; with
 * 'fused' up to rounding.
 * @returns undefined when it does not compute this network
 */
export const fastGradientShard = (
  work: ShardWork,
  weights: readonly Weights[],
  gradW: RealArray,
): ShardTally | undefined => {
  const backend = usesKernels(work.backend) ? work.backend : 'fast'
  const own = engineOf(work, work.indices.length, backend, 'nobody')
  if (!own) return undefined
  const tally = shardOnEngine(own, alone, work, weights, false)
  inPhase('unpack', () => gradW.set(gradientsOf(own)))
  return tally
}

/** `evaluationShard` by the fast backend, never folded; undefined when it does not compute this network. */
export const fastEvaluationShard = (work: PassWork, weights: readonly Weights[]): EvaluationTally | undefined => {
  const { network, samples, indices } = work
  const own = engineOf({ ...work, backend: 'fast' }, indices.length, 'fast', 'reader')
  if (!own) return undefined
  const { B, counts, spikeCounts, potentials } = forward(prepare(own, work, weights), work)
  const { classes, T } = network
  const labels = labelsOf(samples, indices)
  const predicted = predict(spikeCounts, classes, potentials)
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
