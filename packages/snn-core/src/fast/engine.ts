import type { Backend, Network } from '../api'
import type { PassWork } from '../gradient-source'
import { shardSamples } from '../shards'
import { foldedNetwork } from './fold'
import { createKernels, type FastPrecision, type Kernels, type MemoryLike } from './kernels'
import { type Plan, planNetwork, writeTables } from './plan'

/** A network laid out in linear memory with the kernels on it, and which weights its rows hold. */
export interface Engine {
  readonly key: string
  readonly plan: Plan
  readonly kernels: Kernels
  weights: number | undefined
  /** Address of the weights that the rows were made of, and that large FC layers read during the pass. */
  located: number
  /** Precision that the levels of its inputs are rounded to. */
  levels: FastPrecision
  /** The source whose gradients and weights are at home here; nobody else may write them. */
  owner: object | undefined
  /** Whether the owner's weights are at home already: others come as visitors then. */
  settled: boolean
}

/** Backends that the kernels compute. */
export type KernelBackend = Exclude<Backend, 'reference'>

/** Whether the kernels compute the passes where they can. */
export const usesKernels = (backend: Backend | undefined): backend is KernelBackend =>
  backend !== undefined && backend !== 'reference'

/** What tells engines apart, samples apart. */
export const keyOf = ({ text, input: { C, H, W }, T }: Network, backend: KernelBackend): string =>
  `${text} ${C}x${H}x${W} ${T} ${backend}`

const planOf = (network: Network, samples: number, backend: KernelBackend, threads: number): Plan | undefined =>
  planNetwork(network, samples, backend === 'fast' ? network : foldedNetwork(network), threads)

/** This thread's engines, the last used first: one to train and one to evaluate. */
let engines: readonly Engine[] = []
const KEPT = 3

/** The engines of this thread. */
export const enginesOfThread = (): readonly Engine[] => engines

/** Networks that do not fit, by key: not planned again. */
const refused = new Set<string>()

/** Who asks for an engine: a source that keeps its weights there, or somebody who only reads what comes out at once. */
export type EngineUser = object | 'reader' | 'nobody'

const serves = ({ owner }: Engine, user: EngineUser): boolean =>
  user === 'reader' || owner === undefined || owner === user

/**
 * This thread's engine for a network and at least so many samples, laid out anew where there is none that is free.
 * @param user a source becomes its owner; 'nobody' gets one without an owner, 'reader' any
 */
export const engineFor = (
  network: Network,
  samples: number,
  backend: KernelBackend,
  user: EngineUser,
): Engine | undefined => {
  const key = keyOf(network, backend)
  const fitting = engines.filter((own) => own.key === key && own.plan.samples >= samples && serves(own, user))
  const found = fitting.find(({ owner }) => owner === user) ?? fitting[0]
  if (found) {
    if (engines[0] !== found) engines = [found, ...engines.filter((own) => own !== found)]
    if (typeof user === 'object' && found.owner !== user) {
      found.owner = user
      found.settled = false
    }
    return found
  }
  const capacity = Math.max(samples, shardSamples(network))
  if (refused.has(`${key} ${capacity}`)) return undefined
  const plan = planOf(network, capacity, backend, 1)
  // views of an engine dropped keep its memory alive as long as somebody has them
  engines = engines.filter((own) => own.key !== key || own.owner !== undefined).slice(0, KEPT - 1)
  const kernels = plan && createKernels(plan.bytes, { fused: backend === 'fused' })
  if (!kernels) {
    refused.add(`${key} ${capacity}`)
    return undefined
  }
  writeTables(plan, kernels)
  const owner = typeof user === 'object' ? user : undefined
  const made: Engine = { key, plan, kernels, weights: undefined, located: 0, levels: 'f32', owner, settled: false }
  engines = [made, ...engines]
  return made
}

/** The engines of a source serve others again. */
export const releaseEngines = (owner: object): void => {
  for (const own of engines) if (own.owner === owner) own.owner = undefined
}

/** Whether the fast backend computes what this work asks for, network apart. FP16 is exact: never folded or fused. */
export const fastWork = ({ neuron, precision, backend }: Pick<PassWork, 'neuron' | 'precision' | 'backend'>): boolean =>
  precision !== 'f64' &&
  neuron.surrogate.kind === 'rectangular' &&
  !(precision === 'f16' && (backend === 'folded' || backend === 'fused'))

/** Whether a network fits the kernels and their memory. */
export const fitsMemory = (network: Network, samples: number, backend: KernelBackend): boolean =>
  planOf(network, samples, backend, 1) !== undefined

/** Bytes that a team of threads needs for a network, or undefined when it does not fit. */
export const teamBytes = (
  network: Network,
  samples: number,
  backend: KernelBackend,
  threads: number,
): number | undefined => planOf(network, samples, backend, threads)?.bytes

/** One thread's engine on the memory of a team; whoever made the memory writes its tables. */
export const teamEngine = (
  network: Network,
  samples: number,
  backend: KernelBackend,
  threads: number,
  memory: MemoryLike,
  tables: boolean,
): Engine | undefined => {
  const plan = planOf(network, samples, backend, threads)
  const kernels = plan && createKernels(plan.bytes, { shared: memory, fused: backend === 'fused' })
  if (!kernels) return undefined
  if (tables) writeTables(plan, kernels)
  return {
    key: keyOf(network, backend),
    plan,
    kernels,
    weights: undefined,
    located: 0,
    levels: 'f32',
    owner: undefined,
    settled: false,
  }
}
