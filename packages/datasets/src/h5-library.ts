import { InputError } from '@h2learn/snn-core'
import { DatasetError } from './dataset-error'
import { h5WorkerSource } from './h5-worker'
import { nodeModule } from './node-files'

/** Numbers as the file keeps them: HDF5 class 0 (integers) or 1 (floating point), little-endian, `size` bytes each. */
export interface H5Numbers {
  readonly type: number
  readonly size: number
  readonly signed: boolean
  readonly bytes: Uint8Array
}

/** One dataset of one dimension: numbers, or rows of numbers end to end with the length of each. */
export interface H5Column extends H5Numbers {
  readonly rows?: Uint32Array
}

/** What is asked for: names of datasets of one dimension, of numbers (`false`) or of rows of numbers (`true`). */
export type H5Wanted = Readonly<Record<string, boolean>>

type Answer =
  | { ready: true }
  | { columns: Record<string, H5Column> }
  | { names: readonly string[] }
  | { expected: string; got: string }
type Thread = import('node:worker_threads').Worker

const keptMs = 1000
let idle: { readonly thread: Thread; readonly timer: NodeJS.Timeout } | undefined

/**
 * Datasets of an HDF5 file through h5wasm. Damaged files make the HDF5 library loop, run out of memory or refuse all that
 * follows; so it runs in a thread of its own, its memory as new for each file, and the thread is ended when the time is up.
 * @param size bytes of the file
 * @param patience seconds that a small file may take; a second more for every MB
 * @throws DatasetError for what the library does not read; InputError when it is not installed
 */
export const readH5Columns = async (
  file: string,
  wanted: H5Wanted,
  size: number,
  patience: number,
): Promise<Readonly<Record<string, H5Column>>> => {
  const answer = await ask({ file, wanted, size }, patience)
  if ('columns' in answer) return answer.columns
  throw new DatasetError({ file, expected: 'datasets', got: 'nothing' })
}

/** Names of the groups (with a slash at the end) and datasets of an HDF5 file, at most 1,000. @throws as readH5Columns */
export const listH5Names = async (file: string, size: number, patience: number): Promise<readonly string[]> => {
  const answer = await ask({ file, size }, patience)
  if ('names' in answer) return answer.names
  throw new DatasetError({ file, expected: 'names of groups and datasets', got: 'nothing' })
}

type Job = { readonly file: string; readonly size: number; readonly wanted?: H5Wanted }

const ask = async (job: Job, patience: number): Promise<Answer> => {
  const { file, size } = job
  const thread = take() ?? (await start(file))
  thread.ref()
  try {
    const ms = Math.max(0, 1000 * (patience + size / 1e6))
    const answer = await next(thread, ms, () => thread.postMessage(job))
    if ('got' in answer) throw new DatasetError({ file, expected: answer.expected, got: answer.got })
    return answer
  } catch (error) {
    if (error instanceof DatasetError) throw error
    await thread.terminate()
    const got = error instanceof Error ? error.message.split('\n')[0]! : String(error)
    throw new DatasetError({ file, expected: 'an undamaged HDF5 file', got })
  } finally {
    keep(thread)
  }
}

const take = (): Thread | undefined => {
  const found = idle
  idle = undefined
  clearTimeout(found?.timer)
  return found && found.thread.threadId >= 0 ? found.thread : undefined
}

/** A thread waits a moment for the next file, without keeping the process alive. */
const keep = (thread: Thread): void => {
  if (thread.threadId < 0) return
  if (idle) {
    thread.terminate()
    return
  }
  thread.unref()
  const timer = setTimeout(() => {
    idle = undefined
    thread.terminate()
  }, keptMs)
  timer.unref()
  idle = { thread, timer }
}

const start = async (file: string): Promise<Thread> => {
  const { Worker } = nodeModule('node:worker_threads', file)
  const thread = new Worker(h5WorkerSource, {
    eval: true,
    workerData: libraryFile(file),
    argv: [],
    execArgv: [],
    stdout: true,
    stderr: true,
  })
  try {
    await next(thread, 60_000, () => {})
    return thread
  } catch (error) {
    await thread.terminate()
    throw notInstalled(error instanceof Error ? error.message.split('\n')[0]! : String(error))
  }
}

/** The next answer of a thread. @throws Error when it ends, fails or takes too long */
const next = (thread: Thread, ms: number, ask: () => void): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      for (const event of ['message', 'messageerror', 'error', 'exit']) thread.removeAllListeners(event)
      // a thread that fails later, waiting, is replaced at the next file
      thread.on('error', () => {})
    }
    const timer = setTimeout(() => {
      done()
      reject(new Error(`one that the HDF5 library had not read after ${(ms / 1000).toFixed(1)} s`))
    }, ms)
    const fail = (error: unknown) => {
      done()
      reject(error instanceof Error ? error : new Error(`the library's thread ended (${String(error)})`))
    }
    thread.removeAllListeners('error')
    thread.once('message', (answer: Answer) => {
      done()
      resolve(answer)
    })
    thread.once('messageerror', fail)
    thread.once('error', fail)
    thread.once('exit', fail)
    ask()
  })

const notInstalled = (got: string) =>
  new InputError({
    where: 'readH5Spikes',
    expected: 'the library h5wasm',
    got,
    hint: 'install h5wasm beside @h2learn/datasets (Node only)',
  })

/** The address of h5wasm's emscripten module for Node: the package itself offers one instance only. */
const libraryFile = (file: string): string => {
  const { existsSync } = nodeModule('node:fs', file)
  const { join } = nodeModule('node:path', file)
  const folders =
    nodeModule('node:module', file)
      .createRequire(import.meta.url)
      .resolve.paths('h5wasm') ?? []
  const found = folders.map((folder) => join(folder, 'h5wasm/dist/node/hdf5_util.js')).find((path) => existsSync(path))
  if (found === undefined) throw notInstalled('no such package')
  return nodeModule('node:url', file).pathToFileURL(found).href
}
