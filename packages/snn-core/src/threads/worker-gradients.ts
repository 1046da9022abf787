import { availableParallelism } from 'node:os'
import { Tinypool } from 'tinypool'
import type { RealArray, Samples } from '../api'
import { InputError, ShapeError } from '../errors'
import type { EvaluationTally } from '../evaluation-shard'
import { TEAM_FAILURE } from '../fast/team'
import { type TeamHost, type TeamJob, type TeamReply, teamFor } from '../fast/team-engine'
import {
  addEvaluations,
  addInto,
  addTallies,
  type GradientSource,
  localGradients,
  nextWeightsStamp,
  type PassWork,
} from '../gradient-source'
import type { ShardTally } from '../shard'
import { shardsOf } from '../shards'
import { sharedReals, shareSamples } from './shared'
import type { WorkerFailure, WorkerReply, WorkerTask } from './worker'
import { builtWorkerFile } from './worker-file'

export interface WorkerOptions {
  /** Worker threads, 1..256; default: as many as the machine runs in parallel. */
  readonly threads?: number
  /** The built worker; default: the one that belongs to this package. */
  readonly workerFile?: URL
}

/** An error of a worker with its class, message and stack. */
const revive = ({ name, message, stack, input }: WorkerFailure): Error => {
  const error = input
    ? new (name === 'ShapeError' ? ShapeError : InputError)(input)
    : Object.assign(new Error(message), { name })
  if (stack !== undefined) error.stack = stack
  return error
}

/**
 * Runs tasks in order with at most `window` of them started and not yet taken, and takes their replies in order.
 * After a failure the tasks under way are awaited, then the first failure (in task order) is thrown.
 */
const inOrder = async <Tally>(
  count: number,
  window: number,
  start: (i: number) => Promise<WorkerReply>,
  take: (tally: Tally, i: number) => void,
  stop: () => boolean = () => false,
): Promise<void> => {
  const underWay: Promise<WorkerReply>[] = []
  let started = 0
  let taken = 0
  try {
    while (taken < started || (started < count && !(stop() && started > 0))) {
      while (started < count && started - taken < window && !(stop() && started > 0)) {
        const task = start(started++)
        // handled here or by the await below, whichever comes first
        task.catch(() => {})
        underWay.push(task)
      }
      const reply = await underWay[taken]
      if ('failure' in reply) throw revive(reply.failure)
      if ('tally' in reply) take(reply.tally as Tally, taken)
      taken++
    }
  } catch (error) {
    await Promise.allSettled(underWay.slice(taken))
    throw error
  }
}

const checkThreads = (threads: number): number => {
  if (!Number.isSafeInteger(threads) || threads < 1 || threads > 256)
    throw new InputError({
      where: 'workerGradients',
      expected: 'threads as an integer in 1..256',
      got: String(threads),
    })
  return threads
}

/**
 * Gradients computed by worker threads, bit for bit those of `localGradients`: the shards are the same and are added
 * in the same order. Weights, samples and gradients lie in shared memory; samples are copied there once unless they
 * are there already (`shareSamples`). Without a built worker file (sources in a test) it computes in this thread and
 * says so in `mode`. Idle workers do not keep a process alive, `close` ends them at once.
 * @throws InputError for a thread count outside 1..256
 */
export const workerGradients = (options: WorkerOptions = {}): GradientSource => {
  const threads = checkThreads(options.threads ?? availableParallelism())
  const file = options.workerFile ?? builtWorkerFile()
  if (!file) return localGradients()
  const pool = new Tinypool({
    filename: file.href,
    runtime: 'worker_threads',
    minThreads: threads,
    maxThreads: threads,
    isolateWorkers: false,
    concurrentTasksPerWorker: 1,
    // plain modules: flags of this process, such as --input-type, are none of theirs
    execArgv: [],
  })
  const window = 2 * threads
  const shared = new WeakMap<Samples, Samples>()
  let weights: RealArray | undefined
  let total: RealArray = new Float32Array(0)
  let slots: RealArray[] = []
  // the pool itself never settles the tasks of a thread that ended, and throws what befalls an idle one
  const waiting = new Set<(error: Error) => void>()
  let death: Error | undefined
  const die = (error: Error) => {
    death ??= error
    for (const reject of waiting) reject(error)
    waiting.clear()
  }
  pool.on('error', die)
  for (const worker of pool.threads)
    worker.on('exit', (code: number) => die(new Error(`a worker thread ended by itself with exit code ${code}`)))
  const submit = (task: WorkerTask): Promise<WorkerReply> =>
    new Promise((resolve, reject) => {
      if (death) return reject(death)
      waiting.add(reject)
      pool
        .run(task)
        .then(resolve, reject)
        .finally(() => waiting.delete(reject))
    })

  /** The samples in shared memory, copied there once. */
  const share = (samples: Samples): Samples => {
    let own = shared.get(samples)
    if (!own) {
      own = shareSamples(samples)
      shared.set(samples, own)
    }
    return own
  }
  /** Shared copies of weights and samples for one batch. */
  const prepare = <Work extends PassWork>(work: Work, given: RealArray): { work: Work; weights: RealArray } => {
    const samples = share(work.samples)
    if (weights?.length !== given.length || weights.constructor !== given.constructor)
      weights = sharedReals(given.length, given)
    weights.set(given)
    return { work: { ...work, samples, weightsStamp: nextWeightsStamp() }, weights }
  }

  let team: TeamHost | undefined

  /** All threads at once on one job; they meet in shared memory, so that each must have one task. */
  const together = async ({ deed }: TeamHost, job: TeamJob): Promise<readonly TeamReply[]> => {
    const settled = await Promise.allSettled(
      Array.from({ length: threads }, (_, me) => submit({ kind: 'team', deed, me, job })),
    )
    const replies: TeamReply[] = []
    const failures: Error[] = []
    for (const one of settled) {
      if (one.status === 'rejected') failures.push(one.reason as Error)
      else if ('failure' in one.value) failures.push(revive(one.value.failure))
      else if ('team' in one.value) replies.push(one.value.team)
    }
    if (failures.length > 0) {
      team = undefined
      // the others only say that one of them failed
      throw failures.find(({ message }) => message !== TEAM_FAILURE) ?? failures[0]
    }
    return replies
  }

  return {
    mode: 'worker-threads',
    threads,
    gradients: async (given, givenWeights) => {
      const host = teamFor(given, threads, team)
      if (host) {
        team = host
        const work = { ...given, samples: share(given.samples), indices: given.indices.slice() }
        const [{ tally }] = await together(host, host.gradientJob(work, givenWeights))
        return { ...tally!, gradW: host.gradW }
      }
      const { work, weights } = prepare(given, givenWeights)
      if (total.length !== weights.length || total.constructor !== weights.constructor) {
        total = givenWeights.slice()
        slots = Array.from({ length: window }, () => sharedReals(weights.length, weights))
      }
      const shards = shardsOf(work)
      const batch = work.indices.length
      let tally: ShardTally | undefined
      await inOrder<ShardTally>(
        shards.length,
        window,
        (i) => {
          const shard = { ...work, indices: shards[i].slice(), batch, underflow: i === 0 }
          return submit({ kind: 'gradients', work: shard, weights, gradW: slots[i % window] })
        },
        (part, i) => {
          tally = addTallies(tally, part)
          if (i === 0) total.set(slots[0])
          else addInto(total, slots[i % window])
        },
      )
      return { ...tally!, gradW: total }
    },
    evaluation: async (given, givenWeights, signal) => {
      const { work, weights } = prepare(given, givenWeights)
      const shards = shardsOf(work)
      let tally: EvaluationTally | undefined
      await inOrder<EvaluationTally>(
        shards.length,
        window,
        (i) => submit({ kind: 'evaluation', work: { ...work, indices: shards[i].slice() }, weights }),
        (part) => {
          tally = addEvaluations(tally, part)
        },
        () => signal?.aborted === true,
      )
      return tally!
    },
    room: async (work) => {
      const host = teamFor(work, threads, team)
      if (host) team = host
      return host?.room()
    },
    largest: async (gradW) => {
      if (!team || gradW !== team.gradW) return undefined
      const replies = await together(team, team.largestJob)
      return Math.max(...replies.map(({ largest = 0 }) => largest))
    },
    update: async (step) => {
      if (!team || step.gradW !== team.gradW) return undefined
      const prepared = team.updateJob(step)
      if (!prepared) return undefined
      await together(team, prepared.job)
      return prepared.result
    },
    close: async () => {
      // the pool would wait for ever for a thread that ended by itself: then the others end without being awaited
      const whole = death === undefined
      die(new Error('the worker threads were closed'))
      const destroyed = pool.destroy()
      if (whole) await destroyed
      else destroyed.catch(() => {})
    },
  }
}
