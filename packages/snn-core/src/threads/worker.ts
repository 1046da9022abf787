import type { RealArray } from '../api'
import { reusableBuffers } from '../buffers'
import { InputError } from '../errors'
import { type EvaluationTally, evaluationShard } from '../evaluation-shard'
import { doTeamJob, type TeamDeed, type TeamJob, type TeamReply } from '../fast/team-engine'
import { type PassWork, prepareKernels } from '../gradient-source'
import { weightsOf } from '../parameters'
import { gradientShard, type ShardTally, type ShardWork } from '../shard'

/** One shard for a worker; weights, samples and `gradW` lie in shared memory. */
export type WorkerTask =
  | {
      readonly kind: 'gradients'
      readonly work: ShardWork
      readonly weights: RealArray
      /** Where ∇w of the shard goes. */
      readonly gradW: RealArray
    }
  | { readonly kind: 'evaluation'; readonly work: PassWork; readonly weights: RealArray }
  | { readonly kind: 'team'; readonly deed: TeamDeed; readonly me: number; readonly job: TeamJob }

/** An error as it crosses the thread: cloning keeps neither its class nor its fields. */
export interface WorkerFailure {
  readonly name: string
  readonly message: string
  readonly stack: string | undefined
  /** The fields of an InputError. */
  readonly input?: { readonly where: string; readonly expected: string; readonly got: string; readonly hint?: string }
}

export type WorkerReply =
  | { readonly tally: ShardTally | EvaluationTally }
  | { readonly team: TeamReply }
  | { readonly failure: WorkerFailure }

const buffers = reusableBuffers()

const failureOf = (error: unknown): WorkerFailure => {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  if (!(error instanceof InputError)) return { name, message, stack }
  const { where, expected, got, hint } = error
  return { name, message, stack, input: { where, expected, got, ...(hint === undefined ? {} : { hint }) } }
}

/** Computes one shard, or this thread's part of it, with the same functions as the single-threaded source. */
export default async (task: WorkerTask): Promise<WorkerReply> => {
  try {
    await prepareKernels(task.kind === 'team' ? task.deed : task.work)
    if (task.kind === 'team') return { team: doTeamJob(task.deed, task.me, task.job) }
    const weights = weightsOf(task.work.network, task.weights)
    const tally =
      task.kind === 'gradients'
        ? gradientShard(task.work, weights, task.gradW, buffers)
        : evaluationShard(task.work, weights, buffers)
    return { tally }
  } catch (error) {
    return { failure: failureOf(error) }
  }
}
