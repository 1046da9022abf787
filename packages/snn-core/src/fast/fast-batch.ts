import { elementary } from '@h2learn/elementary'
import type { RealArray, Weights } from '../api'
import type { GradientWork, UpdateStep, WeightRoom } from '../gradient-source'
import { nextWeightsStamp } from '../gradient-source'
import type { OptimizedWeights } from '../optimizer'
import { forEachSegment } from '../rate-segments'
import type { ShardTally } from '../shard'
import { updateRange } from '../update-range'
import { type Engine, engineFor, enginesOfThread, fastWork, usesKernels } from './engine'
import { gradientsOf, shardOnEngine } from './fast-shard'
import { inPhase } from './phases'
import { alone } from './team'

/** Gradients of one batch, shard by shard, summed in the memory of this thread's engine. */
export interface FastBatch {
  readonly shard: (indices: Uint32Array) => ShardTally
  readonly gradW: Float32Array
}

/**
 * @param owner the source that the gradients and the weights belong to
 * @returns undefined when the fast backend does not compute this work
 */
export const fastBatch = (work: GradientWork, weights: readonly Weights[], owner: object): FastBatch | undefined => {
  const { network, backend, indices } = work
  if (!usesKernels(backend) || !fastWork(work)) return undefined
  const own = engineFor(network, 1, backend, owner)
  if (!own) return undefined
  const weightsStamp = nextWeightsStamp()
  let first = true
  return {
    shard: (some) => {
      const shard = { ...work, indices: some, batch: indices.length, underflow: first, weightsStamp }
      const tally = shardOnEngine(own, alone, shard, weights, !first)
      first = false
      return tally
    },
    gradW: gradientsOf(own),
  }
}

/** Room for the weights of a network in this thread's engine. @returns undefined when the fast backend does not compute it */
export const fastRoom = (work: WeightRoom, owner: object): Float32Array | undefined => {
  const { network, backend } = work
  if (!usesKernels(backend) || !fastWork(work)) return undefined
  const own = engineFor(network, 1, backend, owner)
  return own && weightRoom(own)
}

/** The home of an engine's weights; others' weights are visitors from now on. */
export const weightRoom = (own: Engine): Float32Array => {
  const { plan, kernels } = own
  own.settled = true
  return kernels.views.f32.subarray(plan.home.weights / 4, plan.home.weights / 4 + plan.parameters)
}

const vectors = (n: number): number => Math.ceil(n / 4) * 16

/** Largest magnitude in ∇w of an engine, from float `from` up to `to` (multiples of four, or the end). */
export const largestGradient = ({ plan, kernels }: Engine, from = 0, to = plan.parameters): number =>
  inPhase('update', () => kernels.run.largest(plan.home.gradW + from * 4, vectors(to - from)))

/** Above this a float32 result of an update could be no longer finite. */
const LARGEST_GRADIENT = 1e15
const LARGEST_RATE = 1e6

/** Whether the kernels may update in place: the result is finite, and nobody needs what was there. */
export const updatesInPlace = ({ largest, learningRate, lossScale }: UpdateStep): boolean =>
  largest / lossScale <= LARGEST_GRADIENT && learningRate <= LARGEST_RATE

/** Brings weights and moments home unless they are there; views of them. */
export const bringHome = ({ plan, kernels: { views } }: Engine, from: OptimizedWeights): OptimizedWeights => {
  const { home, parameters } = plan
  const bring = (address: number, values: RealArray): RealArray => {
    if (values.buffer === views.u8.buffer && values.byteOffset === address) return values
    const at = views.f32.subarray(address / 4, address / 4 + parameters)
    at.set(values)
    return at
  }
  return {
    weights: bring(home.weights, from.weights),
    state: { steps: from.state.steps, moments: from.state.moments.map((m, i) => bring(home.moments[i], m)) },
  }
}

/** What every thread that updates its part is told. */
export interface HomeUpdate extends Pick<UpdateStep, 'config' | 'learningRate' | 'segments' | 'lossScale'> {
  /** Updates made with this one. */
  readonly steps: number
}

/** The update of floats `from` (a multiple of four) up to `to` (that, or the end) at home. */
export const updateAtHome = (own: Engine, update: HomeUpdate, from: number, to: number): void => {
  const { home } = own.plan
  if (update.lossScale !== 1 && from < to)
    own.kernels.run.divideAll(home.gradW + from * 4, vectors(to - from), update.lossScale)
  const end = own.plan.parameters
  forEachSegment(update.segments, from, to, (begin, stop, factor) => {
    const rate = update.learningRate * factor
    // whole vectors by the kernels, what is left at the ends of a layer one by one
    const first = Math.min(Math.ceil(begin / 4) * 4, stop)
    const last = stop === end ? end : Math.max(first, Math.floor(stop / 4) * 4)
    updateSome(own, update, rate, begin, first)
    if (first < last) updateVectors(own, update, rate, first, last)
    updateSome(own, update, rate, last, stop)
  })
}

const updateSome = (
  { plan: { home, parameters }, kernels: { views } }: Engine,
  { config, steps }: HomeUpdate,
  learningRate: number,
  from: number,
  to: number,
): void => {
  if (from === to) return
  const at = (address: number) => views.f32.subarray(address / 4, address / 4 + parameters)
  const own = { weights: at(home.weights), moments: home.moments.map(at) }
  updateRange({ config, learningRate, steps }, own, at(home.gradW), own, from, to)
}

const updateVectors = (
  { plan: { home }, kernels: { run } }: Engine,
  { config, steps }: HomeUpdate,
  learningRate: number,
  from: number,
  to: number,
): void => {
  const bytes = vectors(to - from)
  const [w, g, m, v] = [home.weights, home.gradW, ...home.moments].map((address) => address + from * 4)
  if (config.kind === 'adam') {
    const { beta1, beta2, epsilon } = config
    const [scale1, scale2] = [1 / (1 - elementary.pow(beta1, steps)), 1 / (1 - elementary.pow(beta2, steps))]
    run.updateAdam(w, g, m, v, bytes, learningRate, beta1, beta2, epsilon, scale1, scale2)
  } else if (config.momentum > 0) run.updateMomentum(w, g, m, bytes, learningRate, config.momentum)
  else run.updateSgd(w, g, bytes, learningRate)
}

/** The engine whose gradients these are, if it is one of this thread's. */
const engineOfGradients = (gradW: RealArray, source: object): Engine | undefined =>
  enginesOfThread().find(
    ({ kernels, plan, owner }) =>
      owner === source && kernels.views.u8.buffer === gradW.buffer && gradW.byteOffset === plan.home.gradW,
  )

/** The largest magnitude in gradients of a source. @returns undefined when they are not at home in its engine */
export const fastLargest = (gradW: RealArray, owner: object): number | undefined => {
  const own = engineOfGradients(gradW, owner)
  return own && largestGradient(own)
}

/** The optimiser's step on the engine that computed the gradients. @returns undefined when there is none */
export const fastUpdate = (step: UpdateStep, owner: object): OptimizedWeights | undefined => {
  const own = engineOfGradients(step.gradW, owner)
  if (!own || !updatesInPlace(step)) return undefined
  return inPhase('update', () => {
    const { weights, state } = bringHome(own, step.from)
    own.settled = true
    const steps = state.steps + 1
    updateAtHome(own, { ...step, steps }, 0, own.plan.parameters)
    return { weights, state: { steps, moments: state.moments } }
  })
}
