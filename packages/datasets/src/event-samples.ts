import type { Samples } from '@h2learn/snn-core'
import type { EventRecording, PolarityChannels } from './api'
import { blockBytes, checkInteger } from './check-config'
import { eventsToFrames } from './event-frames'
import { reduceEvents } from './event-transforms'

/** How recordings of a 128×128 sensor become binary frames. */
export interface ReducedFramesConfig {
  /** Time bins over the whole recording; default 10 as in the paper. */
  readonly T?: number
  /** Side of a frame: sensor pixels are merged ⌊sensor / size⌋ a side; default 42 (Table VI: 42×42×2×T). */
  readonly size?: number
  /** Default off-on: channel 0 = OFF, 1 = ON. */
  readonly polarities?: PolarityChannels
  /** Microseconds that the bins cover; default the whole recording, each its own. */
  readonly duration?: number
}

/** What the samples are, apart from their spikes. */
type SampleSet = Pick<Samples, 'name' | 'origin' | 'synthetic' | 'classes' | 'classNames'>

/**
 * Recordings, one at a time, as spike samples N·T·C·H·W: spatially reduced, then binary frames of equal time bins.
 * @param sensor pixels of a row and of a column of every recording
 * @throws InputError for a size or T out of range, or too many samples to hold
 * Modelling choice: pixels are merged by OR; the paper gives the reduced size only.
 */
export const framesOf = (
  where: string,
  set: SampleSet,
  sensor: number,
  count: number,
  recordings: Iterable<EventRecording>,
  { T = 10, size = 42, polarities = 'off-on', duration }: ReducedFramesConfig,
): Samples => {
  checkInteger(where, 'size', size, 1, sensor)
  checkInteger(where, 'T', T, 1, 1_000_000)
  const factor = Math.floor(sensor / size)
  const C = polarities === 'merged' ? 1 : 2
  const bytes = T * C * size * size
  const data = new Uint8Array(blockBytes(where, count, bytes))
  const labels = new Uint8Array(count)
  let n = 0
  for (const recording of recordings) {
    if (n === count) break
    // a recording of these sets begins at 0; its first event after the reduction may come later
    const config = { T, from: 0, width: size, height: size, polarities, ...(duration !== undefined && { duration }) }
    eventsToFrames(reduceEvents(recording, factor), config, data.subarray(n * bytes, (n + 1) * bytes))
    labels[n++] = recording.label ?? 0
  }
  return {
    ...set,
    kind: 'spikes',
    count: n,
    shape: { C, H: size, W: size },
    T,
    data: data.subarray(0, n * bytes),
    labels: labels.subarray(0, n),
  }
}
