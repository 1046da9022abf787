import { randomBytes } from 'node:crypto'
import { open, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint'
import { InputError } from '../errors'
import type { CheckpointMeta, TrainingState } from '../training-state'

/**
 * A name beside a file that no other writer takes: processes on other machines may have the same process number. A name of
 * the greatest length still leaves room for it.
 */
const nameBeside = (path: string): string =>
  join(dirname(path), `.${basename(path).slice(0, 60)}.${process.pid}.${randomBytes(4).toString('hex')}.tmp`)

/**
 * Writes a file so that it is always whole: into a new file beside it, flushed to the disk, then renamed over the old one.
 * A crash leaves the old file or the new one, never half of one. Of several processes that write it at once, on one machine
 * or on several, the last one's content is there in whole. A link stays a link to the file; what is no file (a device, a
 * pipe) is written to as it is.
 * @param content as a whole, or in parts that are written one after the other
 * @throws the file system's error (no such folder, no space left) with the path; the old file is then as it was
 */
export const writeWhole = async (target: string, content: string | Uint8Array | Iterable<string>): Promise<void> => {
  const there = await stat(target).catch(() => undefined)
  if (there && !there.isFile()) return writeFile(target, content)
  const path = there ? await realpath(target) : target
  const beside = nameBeside(path)
  try {
    const file = await open(beside, 'w')
    try {
      await writeFile(file, content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw Object.assign(error as Error, { path })
  }
}

/** Writes a checkpoint, whole or not at all (`writeWhole`). */
export const saveCheckpoint = async (path: string, state: TrainingState, meta: CheckpointMeta): Promise<void> =>
  writeWhole(path, encodeCheckpoint(state, meta))

/**
 * Reads a checkpoint file.
 * @throws InputError when the file cannot be read, or is not a whole checkpoint (offset and reason)
 */
export const loadCheckpoint = async (path: string): Promise<ReturnType<typeof decodeCheckpoint>> => {
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new InputError({
      where: path,
      expected: 'a checkpoint file',
      got: code === 'ENOENT' ? 'nothing of that name' : code === 'EISDIR' ? 'a folder' : message,
      hint: 'give the path that the interrupted run printed',
    })
  }
  return decodeCheckpoint(bytes, path)
}
