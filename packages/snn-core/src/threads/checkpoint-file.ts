import { type FileHandle, open } from 'node:fs/promises'
import { type Checkpoint, checkpointPieces, readingCheckpoint } from '../checkpoint'
import { InputError } from '../errors'
import type { CheckpointMeta, TrainingState } from '../training-state'
import { writeWhole } from './write-whole'

/** Writes a checkpoint of any size, whole or not at all (`writeWhole`). */
export const saveCheckpoint = async (path: string, state: TrainingState, meta: CheckpointMeta): Promise<void> =>
  writeWhole(path, checkpointPieces(state, meta))

/** Fills memory with the next bytes of a file; less when the file ends. */
const fill = async (file: FileHandle, target: Uint8Array): Promise<void> => {
  for (let at = 0; at < target.length; ) {
    const { bytesRead } = await file.read(target, at, target.length - at, null)
    if (bytesRead === 0) return
    at += bytesRead
  }
}

const cannotRead = (path: string, { code, message }: NodeJS.ErrnoException): InputError =>
  new InputError({
    where: path,
    expected: 'a checkpoint file',
    got: code === 'ENOENT' ? 'nothing of that name' : code === 'EISDIR' ? 'a folder' : message,
    hint: 'give the path that the interrupted run printed',
  })

/**
 * Reads a checkpoint file of any size, straight into its arrays.
 * @throws InputError when the file cannot be read, or is not a whole checkpoint (offset and reason)
 */
export const loadCheckpoint = async (path: string): Promise<Checkpoint> => {
  const file = await open(path, 'r').catch((error) => {
    throw cannotRead(path, error)
  })
  try {
    const reading = readingCheckpoint((await file.stat()).size, path)
    for (let step = reading.next(); ; step = reading.next()) {
      if (step.done) return step.value
      await fill(file, step.value)
    }
  } catch (error) {
    throw error instanceof InputError || (error as NodeJS.ErrnoException).code === undefined
      ? error
      : cannotRead(path, error as NodeJS.ErrnoException)
  } finally {
    await file.close()
  }
}
