import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { writeAll } from './write-all'

/** Content of a file: a text, bytes, or pieces of either one after the other. */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array>

/** This machine in a file name. */
const host = hostname()
  .replace(/[^\w.]+/g, '_')
  .slice(0, 64)
const temporary = /^\.h2learn-(.+)-(\d+)-[0-9a-f]+\.tmp$/
/** Temporary files of another machine that have lain still for so long belong to nobody any more. */
const abandoned_ms = 3_600_000

/**
 * A new name for a temporary file in a folder: says which process of which machine it belongs to. No other writer takes it:
 * processes on other machines may have the same number, and machines the same name.
 */
export const temporaryFile = (folder: string): string =>
  join(folder, `.h2learn-${host}-${process.pid}-${randomBytes(6).toString('hex')}.tmp`)

/** Whether a process of this machine runs. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Removes what processes that were killed while they wrote (`writeWhole`) have left in a folder. Files of processes that run,
 * or may run on another machine, stay.
 */
export const sweepTemporaryFiles = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder).catch(() => [])) {
    const [, where, pid] = temporary.exec(name) ?? []
    if (where === undefined) continue
    const path = join(folder, name)
    const left =
      where === host
        ? !isRunning(Number(pid))
        : await stat(path).then(
            ({ mtimeMs }) => Date.now() - mtimeMs > abandoned_ms,
            () => false,
          )
    if (left) await rm(path, { force: true }).catch(() => {})
  }
}

const writeContent = async (file: FileHandle, content: FileContent): Promise<void> => {
  for (const piece of typeof content === 'string' || content instanceof Uint8Array ? [content] : content) {
    await writeAll(file, typeof piece === 'string' ? Buffer.from(piece) : piece)
  }
}

const writeInto = async (path: string, flags: string, content: FileContent, flush: boolean): Promise<void> => {
  const file = await open(path, flags)
  try {
    await writeContent(file, content)
    if (flush) await file.sync()
  } finally {
    await file.close()
  }
}

/** Names of what a process has open, whatever that is: a new file in its place would not be what they stand for. */
const openAlready = /^\/(dev|proc\/self)\/(fd\/|std)/

/**
 * Writes a file so that it is always whole: into a new file beside it, flushed to the disk, then renamed over the old one.
 * A crash leaves the old file or the new one, never half of one. Of several processes that write it at once, on one machine
 * or on several, the last one's content is there in whole. A link stays a link to the file; what is no file (a device, a
 * pipe) is written to as it is.
 * @throws the file system's error (no such folder, no space left) with the path; the old file is then as it was
 */
export const writeWhole = async (target: string, content: FileContent): Promise<void> => {
  const there = await stat(target).catch(() => undefined)
  const asItIs = there !== undefined && (!there.isFile() || openAlready.test(target))
  const path = there && !asItIs ? await realpath(target) : target
  try {
    if (asItIs) return await writeInto(target, 'w', content, false)
    const beside = temporaryFile(dirname(path))
    try {
      await writeInto(beside, 'wx', content, true)
      await rename(beside, path)
    } catch (error) {
      await rm(beside, { force: true })
      throw error
    }
  } catch (error) {
    throw Object.assign(error as Error, { path })
  }
}
