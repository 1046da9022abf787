import { type ChildProcess, fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { pointEvaluator, type SweepRow } from './evaluate-point'
import { type SweepSpec, sweepPoint } from './sweep-spec'

/** What a worker process is told. */
export type ToWorker = { readonly spec: SweepSpec } | { readonly points: readonly number[] }
/** What it answers. */
export type FromWorker = { readonly ready: true } | { readonly rows: readonly SweepRow[] }

/** Runs parts of a sweep somewhere. */
export interface SweepRunner {
  /** Parts that run at a time. */
  readonly workers: number
  /** @throws SweepError, or the system's error, when no worker can be started */
  readonly run: (points: readonly number[]) => Promise<readonly SweepRow[]>
  readonly close: () => void
}

/** In this process. */
const localRunner = (spec: SweepSpec): SweepRunner => {
  const evaluate = pointEvaluator(spec)
  return {
    workers: 1,
    run: async (points) => {
      const rows: SweepRow[] = []
      for (const point of points) rows.push(await evaluate(sweepPoint(spec, point)))
      return rows
    },
    close: () => {},
  }
}

/**
 * Memory that a worker may take, in MiB, its objects and all together: a point that needs more ends its process, not the sweep.
 * A modelling choice.
 */
const heapMiB = 1024
export const processMiB = 2048

/** How a worker process ended while it had something to do. */
class WorkerEnded extends Error {}

/** A sweep that cannot go on, with no fault in its input; what ran is kept. */
export class SweepError extends Error {
  override readonly name = 'SweepError'
  /** Commands print the message alone and exit with 1. */
  readonly code = 'H2LEARN_RUN'
}

interface Worker {
  /** @throws WorkerEnded, or the system's error when the process cannot be started */
  readonly ask: (message: ToWorker) => Promise<FromWorker>
  readonly end: () => void
}

const startWorker = (file: string): Worker => {
  const child: ChildProcess = fork(file, {
    execArgv: [...process.execArgv, `--max-old-space-size=${heapMiB}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  let ended: Error | undefined
  let waiting: { readonly done: (message: FromWorker) => void; readonly failed: (error: Error) => void } | undefined
  const stop = (error: Error) => {
    ended ??= error
    waiting?.failed(ended)
    waiting = undefined
  }
  child.on('message', (message: FromWorker) => {
    waiting?.done(message)
    waiting = undefined
  })
  child.on('error', stop)
  child.on('exit', (code, signal) => stop(new WorkerEnded(signal === null ? `exit code ${code}` : `signal ${signal}`)))
  return {
    ask: (message) =>
      new Promise((done, failed) => {
        if (ended) return failed(ended)
        waiting = { done, failed }
        child.send(message, (error) => error && stop(ended ?? new WorkerEnded(error.message)))
      }),
    end: () => {
      if (child.connected) child.disconnect()
    },
  }
}

/**
 * In processes of their own, so that no point can take the sweep down, whatever it does to its process; in this one where the
 * worker's file is not there (sources). A part whose process ends is run again point by point, to find the one that ended it.
 * @param file what a worker process runs; default `sweep-worker.js` of the build
 */
export const sweepRunner = (
  spec: SweepSpec,
  workers: number,
  file = fileURLToPath(new URL('./sweep-worker.js', import.meta.url)),
): SweepRunner => {
  if (!existsSync(file)) return localRunner(spec)
  const idle: Worker[] = []
  const all = new Set<Worker>()
  const freeWorker = async (): Promise<Worker> => {
    const known = idle.pop()
    if (known) return known
    const started = startWorker(file)
    all.add(started)
    await started.ask({ spec }).catch((error) => {
      if (!(error instanceof WorkerEnded)) throw error
      throw new SweepError(
        `A process to run points in could not be started (${error.message}). What ran is kept; the same command goes on.`,
      )
    })
    return started
  }
  const run = async (points: readonly number[]): Promise<readonly SweepRow[]> => {
    const worker = await freeWorker()
    try {
      const answer = await worker.ask({ points })
      idle.push(worker)
      return 'rows' in answer ? answer.rows : []
    } catch (error) {
      all.delete(worker)
      if (!(error instanceof WorkerEnded)) throw error
      if (points.length > 1) {
        const rows: SweepRow[] = []
        for (const point of points) rows.push(...(await run([point])))
        return rows
      }
      const text = `the process that ran this point stopped (${error.message}); it most likely needs more memory than ${processMiB} MiB`
      return points.map((point) => ({ ...sweepPoint(spec, point), status: 'error', error: text }))
    }
  }
  return {
    workers,
    run,
    close: () => {
      for (const worker of all) worker.end()
    },
  }
}
