import { availableParallelism } from 'node:os'
import { Tinypool } from 'tinypool'
import type { RealArray, Samples } from '../api'
import { InputError, ShapeError } from '../errors'
import type { EvaluationTally } from '../evaluation-shard'
import {
  addEvaluations,
  addInto,
  addTallies,
  type GradientSource,
  localGradients,
  nextWeightsStamp,
  type PassWork,
  shardsOf,
} from '../gradient-source'
import type { ShardTally } from '../shard'
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
      take(reply.tally as Tally, taken)
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

  /** Shared copies of weights and samples for one batch. */
  const prepare = <Work extends PassWork>(work: Work, given: RealArray): { work: Work; weights: RealArray } => {
    let samples = shared.get(work.samples)
    if (!samples) {
      samples = shareSamples(work.samples)
      shared.set(work.samples, samples)
    }
    if (weights?.length !== given.length || weights.constructor !== given.constructor)
      weights = sharedReals(given.length, given)
    weights.set(given)
    return { work: { ...work, samples, weightsStamp: nextWeightsStamp() }, weights }
  }

  return {
    mode: 'worker-threads',
    threads,
    gradients: async (given, givenWeights) => {
      const { work, weights } = prepare(given, givenWeights)
      if (total.length !== weights.length || total.constructor !== weights.constructor) {
        total = givenWeights.slice()
        slots = Array.from({ length: window }, () => sharedReals(weights.length, weights))
      }
      const shards = shardsOf(work.indices)
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
      const shards = shardsOf(work.indices)
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
