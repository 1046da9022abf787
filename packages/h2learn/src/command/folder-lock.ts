import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync, rmSync } from 'node:fs'
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { InputError } from '@h2learn/snn-core'
import { isRunning } from '@h2learn/snn-core/threads'
import { resultFolder } from './files'

/** Who holds a folder. */
interface Holder {
  readonly host: string
  /** Tells one start of a machine, and one container on it, from another; empty where the system does not say. */
  readonly machine: string
  readonly pid: number
  /** When the process began, as the system counts; tells it from a later one of the same number. */
  readonly began: string
  /** When it took the folder. */
  readonly since: string
}

/** A folder, or a file, that is this process's own until it is released. */
export interface Lock {
  readonly release: () => Promise<void>
}

/** What is locked: lock files of this name, followed by a number, lie in the folder. */
interface Lockable {
  readonly folder: string
  readonly prefix: string
}

const wholeFolder = (path: string): Lockable => ({ folder: resolve(path), prefix: '.h2learn-lock-' })

/** One file in a folder; by a hash of its name, which may be as long as names can be. */
const oneFile = (path: string): Lockable => ({
  folder: dirname(resolve(path)),
  prefix: `.h2learn-lock-${createHash('sha1').update(basename(path)).digest('hex').slice(0, 12)}-`,
})
/** How often a holder shows that it is alive to those on other machines, and after what silence they take it for dead. */
const beat_ms = 15_000
const silent_ms = 180_000
/** Two that took their locks within so short a time may both have given way. */
const young_ms = 2000

const orEmpty = (read: () => string): string => {
  try {
    return read()
  } catch {
    return ''
  }
}

/** Start time of a process in clock ticks (field 22 of /proc/PID/stat); empty where there is no such file. */
const beginning = (pid: number): string =>
  orEmpty(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  })

const thisMachine = (): string =>
  orEmpty(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()) +
  orEmpty(() => readlinkSync('/proc/self/ns/pid'))

const thisProcess = (): Holder => ({
  host: hostname(),
  machine: thisMachine(),
  pid: process.pid,
  began: beginning(process.pid),
  since: new Date().toISOString(),
})

const holderIn = async (path: string): Promise<Holder | undefined> => {
  try {
    const holder = JSON.parse(await readFile(path, 'utf8')) as Holder
    return typeof holder?.pid === 'number' ? holder : undefined
  } catch {
    // being written at this moment, or gone
    return undefined
  }
}

/** Milliseconds since a lock was touched, by the clock of the file system; undefined when it is gone. */
const silence = async (path: string, own: string): Promise<number | undefined> => {
  const [theirs, ours] = await Promise.all([stat(path).catch(() => undefined), stat(own)])
  return theirs && ours.mtimeMs - theirs.mtimeMs
}

interface Held {
  readonly number: number
  readonly path: string
}

/** The locks of one thing, highest number first. */
const locksOf = async ({ folder, prefix }: Lockable): Promise<readonly Held[]> =>
  (await readdir(folder))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => ({ number: Number(name.slice(prefix.length)), path: join(folder, name) }))
    .sort((a, b) => b.number - a.number)

/**
 * Whether the holder of a lock still runs: on this machine the system knows, of another one it is believed for a while
 * after it was last seen.
 */
const isHeld = async (path: string, own: string): Promise<boolean> => {
  const holder = await holderIn(path)
  const here = thisProcess()
  if (holder && holder.host === here.host && holder.machine === here.machine)
    return isRunning(holder.pid) && holder.began === beginning(holder.pid)
  const silent = await silence(path, own)
  return silent !== undefined && silent < silent_ms
}

const inUse = async (option: string, what: string, path: string): Promise<InputError> => {
  const holder = await holderIn(path)
  return new InputError({
    where: option,
    expected: 'a place that no other h2learn is writing to',
    got: `${what}, in use by ${holder ? `process ${holder.pid} on ${holder.host} since ${holder.since}` : 'another one'}`,
    hint: `choose another place, or wait until it has ended (if you know that it has, remove ${path})`,
  })
}

/**
 * Takes a lock with the next higher number than any there: of those who try at the same time only one can make the file.
 * A lock whose holder is dead is passed over and removed; nobody ever removes one to put another in its place, so that no
 * two can take over at once. Needs nothing but exclusive creation, which NFS has as well.
 * @returns the path of the own lock, or that of the one that is in the way
 */
const tryLock = async (what: Lockable): Promise<{ readonly own?: string; readonly other?: string }> => {
  const [highest] = await locksOf(what)
  const own = join(what.folder, `${what.prefix}${(highest?.number ?? 0) + 1}`)
  try {
    await writeFile(own, `${JSON.stringify(thisProcess())}\n`, { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return { other: own }
    // on a full device the file is there without its text; it holds all the same
    if (code !== 'ENOSPC') throw error
  }
  for (const { path } of await locksOf(what)) {
    if (path === own) continue
    if (await isHeld(path, own)) {
      await rm(own, { force: true })
      return { other: path }
    }
    await rm(path, { force: true })
  }
  return { own }
}

/** Shows others that this process is alive until it releases the lock or ends. */
const hold = (own: string): Lock => {
  // written, not touched: then the time is that of the file system, whatever the clocks of the machines say
  const text = `${JSON.stringify(thisProcess())}\n`
  const beat = setInterval(() => void writeFile(own, text, { flag: 'r+' }).catch(() => {}), beat_ms).unref()
  const drop = () => rmSync(own, { force: true })
  process.once('exit', drop)
  return {
    release: async () => {
      clearInterval(beat)
      process.off('exit', drop)
      await rm(own, { force: true })
    },
  }
}

/** @returns the lock, or the path of the one in the way */
const lock = async (what: Lockable): Promise<Lock | string> => {
  for (let tries = 1; ; tries++) {
    const { own, other } = await tryLock(what)
    if (own !== undefined) return hold(own)
    const age = await stat(other!).then(
      ({ mtimeMs }) => Math.abs(Date.now() - mtimeMs),
      () => 0,
    )
    if (tries === 5 || age > young_ms) return other!
    await new Promise((wait) => setTimeout(wait, 20 + 100 * tries * Math.random()))
  }
}

/**
 * Makes a folder this process's own, so that no two runs mix their files in it. A lock that a killed process has left behind
 * holds nobody up.
 * @param option what named the folder, for messages
 * @throws InputError when another process that runs holds it, saying which
 */
export const lockFolder = async (option: string, folder: string): Promise<Lock> => {
  const got = await lock(wholeFolder(folder))
  if (typeof got === 'string') throw await inUse(option, folder, got)
  return got
}

/** The folder is not there, or nothing can be written into it: then there is nothing to protect from others. */
const nothingToLock = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS'])

/** As `lockFolder`, for one file in a folder that others may use. */
export const lockFile = async (option: string, path: string): Promise<Lock> => {
  const got = await lock(oneFile(path)).catch((error: NodeJS.ErrnoException): Lock => {
    if (nothingToLock.has(error.code ?? '')) return { release: async () => {} }
    throw error
  })
  if (typeof got === 'string') throw await inUse(option, path, got)
  return got
}

/** As `lockFolder`. @returns undefined where that throws */
export const lockIfFree = async (folder: string): Promise<Lock | undefined> => {
  const got = await lock(wholeFolder(folder))
  return typeof got === 'string' ? undefined : got
}

/**
 * Makes a folder for results, as `resultFolder` does, and this process's own while work is done in it.
 * @throws InputError as `resultFolder` and `lockFolder`
 */
export const inOwnFolder = async <R>(
  option: string,
  path: string,
  work: (folder: string) => Promise<R>,
): Promise<R> => {
  const folder = await resultFolder(option, path)
  const own = await lockFolder(option, folder)
  try {
    return await work(folder)
  } finally {
    await own.release()
  }
}
