import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { CheckpointMeta, TrainingState } from '@h2learn/snn-core'
import { saveCheckpoint } from '@h2learn/snn-core/threads'
import type { Console } from './console'
import { explain } from './failure'
import { resultFolder } from './files'

/** Seconds between two checkpoints of a run in progress when nothing else is asked for. */
export const defaultCheckpointEvery_s = 30

/** The checkpoints of a run: one file that is replaced. */
export interface Checkpoints {
  /** Where the last one is; undefined while there is none. */
  readonly path: () => string | undefined
  /**
   * Whether it is time for one: after the first step, then when as much work is at stake as was done before it, and at least
   * once in the interval.
   */
  readonly due: () => boolean
  /** Writes one unless this step has been saved already. @returns false when none can be written, of which the user has heard */
  readonly save: (state: TrainingState) => Promise<boolean>
}

/**
 * Keeps checkpoints in a file; where there is no room for it, in the folder for temporary files; where there is none
 * either, nowhere.
 * @param options.every_s longest time between two, in seconds
 * @param options.meta what a checkpoint tells about the run besides its state
 */
export const keepCheckpoints = (options: {
  readonly path: string
  readonly benchmark: string
  readonly every_s: number
  readonly meta: (state: TrainingState) => CheckpointMeta
  readonly out: Console
}): Checkpoints => {
  const { path: wanted, benchmark, every_s, meta, out } = options
  const places = [wanted, join(tmpdir(), `h2learn-${benchmark}-${process.pid}.h2l`)]
  const started = performance.now()
  let path: string | undefined
  let last: { readonly step: number; readonly at: number } | undefined
  return {
    path: () => path,
    due: () => {
      if (last === undefined) return places.length > 0
      const atStake = performance.now() - last.at
      return atStake >= Math.min(1000 * every_s, Math.max(1000, last.at - started))
    },
    save: async (state) => {
      if (last?.step === state.step && path !== undefined) return true
      while (places.length > 0) {
        const [place] = places
        try {
          await resultFolder('--out', dirname(place!))
          await saveCheckpoint(place!, state, meta(state))
          if (place !== wanted && path !== place) out.warn(`The checkpoint is in ${place} instead.`)
          path = place
          last = { step: state.step, at: performance.now() }
          return true
        } catch (error) {
          places.shift()
          out.warn(`No checkpoint: ${explain(error, false).message}`)
        }
      }
      path = undefined
      last = { step: state.step, at: performance.now() }
      return false
    },
  }
}
