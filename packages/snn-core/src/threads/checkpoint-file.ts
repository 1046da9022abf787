import { open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { decodeCheckpoint, encodeCheckpoint } from '../checkpoint'
import { InputError } from '../errors'
import type { CheckpointMeta, TrainingState } from '../training-state'

/**
 * Writes a checkpoint so that the file is always whole: into a new file beside it, flushed to the disk, then renamed
 * over the old one. A crash leaves the old checkpoint or the new one, never half of one.
 * @throws the file system's error (no such folder, no space left); the old file is then as it was
 */
export const saveCheckpoint = async (path: string, state: TrainingState, meta: CheckpointMeta): Promise<void> => {
  const bytes = encodeCheckpoint(state, meta)
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    const file = await open(beside, 'w')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

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
