import { rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { resultFolder } from './files'
import { type Lock, lockFile, lockFolder, lockIfFree } from './folder-lock'

/** Where a run keeps what it writes; its own until it is released. */
export interface RunPlace {
  /** Folder of the report; undefined when none was asked for. */
  readonly folder?: string
  readonly checkpointPath: string
  /** Whether the checkpoint stays when the run has ended well. */
  readonly keep: boolean
  readonly release: () => Promise<void>
}

const checkpointName = 'checkpoint.h2l'

/** The folder for the checkpoint of a run that was given none: a further one for each run of the benchmark that goes on. */
const freeFolder = async (benchmark: string): Promise<{ readonly folder: string; readonly lock: Lock }> => {
  for (let n = 1; ; n++) {
    const folder = await resultFolder('--out', join('h2learn-out', n === 1 ? benchmark : `${benchmark}-${n}`))
    const lock = await lockIfFree(folder)
    if (lock) return { folder, lock }
  }
}

/**
 * Makes the places that a run writes to and takes them for this process, so that no two runs mix their results.
 * @throws InputError when a place cannot be written to, or another process that runs holds it
 */
export const takePlace = async (
  benchmark: string,
  { out, resume }: { readonly out?: string; readonly resume?: string },
): Promise<RunPlace> => {
  const locks: Lock[] = []
  const release = async () => {
    for (const lock of locks.splice(0)) await lock.release()
  }
  try {
    if (out !== undefined) locks.push(await lockFolder('--out', await resultFolder('--out', out)))
    if (resume !== undefined) locks.push(await lockFile('--resume', resume))
    if (out !== undefined || resume !== undefined) {
      const checkpointPath = resume ?? join(out!, checkpointName)
      // whoever resumes this very file must not write it meanwhile
      if (resume === undefined) locks.push(await lockFile('--out', checkpointPath))
      return { ...(out !== undefined && { folder: out }), checkpointPath, keep: true, release }
    }
    const { folder, lock } = await freeFolder(benchmark)
    const checkpointPath = join(folder, checkpointName)
    locks.push(lock, await lockFile('--out', checkpointPath))
    return {
      checkpointPath,
      keep: false,
      release: async () => {
        await release()
        // what holds no checkpoint of an interrupted run is of no use to anybody
        await rmdir(folder).catch(() => {})
        await rmdir(dirname(folder)).catch(() => {})
      },
    }
  } catch (error) {
    await release()
    throw error
  }
}
