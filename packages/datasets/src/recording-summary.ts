import type { EventRecording } from './api'
import { checkRecording } from './check-config'

/** A recording in numbers. */
export interface RecordingSummary {
  readonly events: number
  readonly width: number
  readonly height: number
  /** Events with polarity ON. */
  readonly on: number
  /** Microseconds from the first to the last event, first and last time as they are. */
  readonly duration: number
  readonly first: number
  readonly last: number
  /** Events per second over the duration; 0 for a single instant. */
  readonly rate: number
  /** Pixels with at least one event. */
  readonly activePixels: number
  /** Events in equal bins of time over the duration. */
  readonly overTime: readonly number[]
  /** Events in equal bins of x and of y over the sensor. */
  readonly overX: readonly number[]
  readonly overY: readonly number[]
  /** Pixels with 1, 2-3, 4-7, 8-15, ... events. */
  readonly perPixel: readonly number[]
}

/** Counts, duration, rate and histograms of a recording. @param bins of time, x and y */
export const summariseRecording = (recording: EventRecording, bins = 20): RecordingSummary => {
  checkRecording('summariseRecording', recording)
  const { width, height, x, y, polarity, time } = recording
  const events = time.length
  let [first, last, on] = [events === 0 ? 0 : Number.POSITIVE_INFINITY, 0, 0]
  const pixels = new Uint32Array(width * height)
  for (let i = 0; i < events; i++) {
    first = Math.min(first, time[i]!)
    last = Math.max(last, time[i]!)
    on += polarity[i]!
    pixels[y[i]! * width + x[i]!]!++
  }
  const duration = last - first
  const histogram = (values: ArrayLike<number>, low: number, extent: number) => {
    const counts = new Array<number>(bins).fill(0)
    for (let i = 0; i < values.length; i++)
      counts[Math.min(bins - 1, Math.floor(((values[i]! - low) * bins) / Math.max(extent, 1)))]!++
    return counts
  }
  const perPixel: number[] = []
  for (const count of pixels) {
    if (count === 0) continue
    const bin = 31 - Math.clz32(count)
    while (perPixel.length <= bin) perPixel.push(0)
    perPixel[bin]!++
  }
  return {
    events,
    width,
    height,
    on,
    duration,
    first,
    last,
    rate: duration > 0 ? (events * 1e6) / duration : 0,
    activePixels: pixels.reduce((n, count) => n + (count > 0 ? 1 : 0), 0),
    overTime: histogram(time, first, duration + 1),
    overX: histogram(x, 0, width),
    overY: histogram(y, 0, height),
    perPixel,
  }
}
