import type { RealArray } from '../api'
import type { GradientWork, UpdateStep, WeightRoom } from '../gradient-source'
import { addTallies } from '../gradient-source'
import { macsPerSample } from '../network'
import type { OptimizedWeights } from '../optimizer'
import { weightsOf } from '../parameters'
import type { ShardTally } from '../shard'
import { shardSamples, shardsOf } from '../shards'
import { type Engine, fastWork, type KernelBackend, keyOf, teamBytes, teamEngine, usesKernels } from './engine'
import { bringHome, type HomeUpdate, largestGradient, updateAtHome, updatesInPlace, weightRoom } from './fast-batch'
import { gradientsOf, shardOnEngine } from './fast-shard'
import { type MemoryLike, sharedMemory } from './kernels'
import { MEETING_WORDS, shareOf, teamAt } from './team'

/** What every thread of a team is told once. */
export interface TeamDeed {
  readonly id: number
  readonly memory: MemoryLike
  readonly threads: number
  readonly backend: KernelBackend
}

/** What every thread of a team does at once. */
export type TeamJob =
  | { readonly what: 'gradients'; readonly work: GradientWork; readonly visitors: boolean; readonly stamp: number }
  | { readonly what: 'largest'; readonly network: GradientWork['network'] }
  | { readonly what: 'update'; readonly network: GradientWork['network']; readonly update: HomeUpdate }

export interface TeamReply {
  readonly tally?: ShardTally
  /** Largest magnitude in this thread's part of ∇w. */
  readonly largest?: number
}

let member: { readonly id: number; readonly engine: Engine } | undefined

/** One thread's part of a job. */
export const doTeamJob = ({ id, memory, threads, backend }: TeamDeed, me: number, job: TeamJob): TeamReply => {
  const network = job.what === 'gradients' ? job.work.network : job.network
  if (member?.id !== id) {
    const engine = teamEngine(network, shardSamples(network), backend, threads, memory, false)
    if (!engine) throw new Error('a thread of the team could not lay out the network')
    member = { id, engine }
  }
  const own = member.engine
  const { plan, kernels } = own
  const team = teamAt(new Int32Array(memory.buffer, plan.meeting, MEETING_WORDS), me, threads)
  try {
    // ranges of whole vectors
    const [from, to] = shareOf(team, Math.ceil(plan.parameters / 4)).map((n) => Math.min(4 * n, plan.parameters))
    if (job.what === 'update') {
      updateAtHome(own, job.update, from, to)
      return {}
    }
    if (job.what === 'largest') return { largest: from < to ? largestGradient(own, from, to) : 0 }
    team.start()
    const { work, visitors, stamp } = job
    const at = (visitors ? plan.visitors : plan.home.weights) / 4
    const weights = weightsOf(network, kernels.views.f32.subarray(at, at + plan.parameters))
    let tally: ShardTally | undefined
    for (const indices of shardsOf(work)) {
      const add = tally !== undefined
      const shard = { ...work, indices, batch: work.indices.length, underflow: !add, weightsStamp: stamp }
      tally = addTallies(tally, shardOnEngine(own, team, shard, weights, add))
    }
    return { tally: tally! }
  } catch (error) {
    team.fail()
    throw error
  }
}

/** Dense multiply-adds of a shard above which a team computes it: below, threads take whole shards. */
const TEAM_MACS = 2e8

/** The host's side of a team: memory with weights, gradients and moments, and what to tell the threads. */
export interface TeamHost {
  readonly key: string
  readonly deed: TeamDeed
  readonly engine: Engine
  /** The home of its weights; others' weights are visitors from now on. */
  readonly room: () => Float32Array
  readonly gradientJob: (work: GradientWork, weights: RealArray) => TeamJob
  readonly gradW: Float32Array
  readonly largestJob: TeamJob
  /** @returns undefined when the step must be computed elsewhere */
  readonly updateJob: (step: UpdateStep) => { readonly job: TeamJob; readonly result: OptimizedWeights } | undefined
}

let ids = 0

/**
 * The team for some work: the present one if it fits, or a new one.
 * @returns undefined for work that threads do better shard by shard, or that the fast backend does not compute
 */
export const teamFor = (work: WeightRoom, threads: number, present: TeamHost | undefined): TeamHost | undefined => {
  const { network, backend } = work
  if (threads < 2 || !usesKernels(backend) || work.precision !== 'f32' || !fastWork(work)) return undefined
  const key = keyOf(network, backend)
  if (present?.key === key) return present
  if (macsPerSample(network) * shardSamples(network) < TEAM_MACS) return undefined
  const bytes = teamBytes(network, shardSamples(network), backend, threads)
  const memory = bytes === undefined ? undefined : sharedMemory(bytes)
  const engine = memory && teamEngine(network, shardSamples(network), backend, threads, memory, true)
  if (!memory || !engine) return undefined
  const { plan, kernels } = engine
  const { f32, u8 } = kernels.views
  const deed = { id: ++ids, memory, threads, backend }
  let stamp = 0
  return {
    key,
    deed,
    engine,
    gradW: gradientsOf(engine),
    largestJob: { what: 'largest', network },
    room: () => weightRoom(engine),
    gradientJob: (given, weights) => {
      const home = weights.buffer === u8.buffer && weights.byteOffset === plan.home.weights
      const visitors = !home && engine.settled
      if (!home) f32.set(weights, (visitors ? plan.visitors : plan.home.weights) / 4)
      return { what: 'gradients', work: given, visitors, stamp: ++stamp }
    },
    updateJob: (step) => {
      if (!updatesInPlace(step)) return undefined
      const { weights, state } = bringHome(engine, step.from)
      engine.settled = true
      const { config, learningRate, segments, lossScale } = step
      const steps = state.steps + 1
      return {
        job: { what: 'update', network, update: { config, learningRate, segments, lossScale, steps } },
        result: { weights, state: { steps, moments: state.moments } },
      }
    },
  }
}
