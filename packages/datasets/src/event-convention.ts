import type { EventRecording } from './api'
import { type EventSensor, eventList } from './event-list'

/**
 * How the bits of a file become x, y and polarity. The library's own convention is x to the right, y down, (0, 0) top left,
 * 1 = ON (brighter). Each reader states its format's default; any field given here replaces it.
 */
export interface EventConvention {
  /** Value of the file's polarity bit that means ON. */
  readonly onBit?: 0 | 1
  /** Take width − 1 − x, height − 1 − y. */
  readonly mirrorX?: boolean
  readonly mirrorY?: boolean
  /** Exchange x and y, before mirroring. */
  readonly transpose?: boolean
}

/** The file's own numbers: bit 1 = ON, no axis touched. */
export const rawConvention: Required<EventConvention> = { onBit: 1, mirrorX: false, mirrorY: false, transpose: false }

/** Events of a sensor of given size, turned into the library's convention. */
export const conventionFor = (width: number, height: number, convention: Required<EventConvention>) => {
  const { onBit, mirrorX, mirrorY, transpose } = convention
  const [W, H] = transpose ? [height, width] : [width, height]
  return {
    sensor: { width: W, height: H },
    x: (rawX: number, rawY: number) => {
      const x = transpose ? rawY : rawX
      return mirrorX ? W - 1 - x : x
    },
    y: (rawX: number, rawY: number) => {
      const y = transpose ? rawX : rawY
      return mirrorY ? H - 1 - y : y
    },
    polarity: (bit: number) => (bit === onBit ? 1 : 0),
  }
}

/** Pieces of a recording in one. At least one piece. */
export const joinRecordings = (pieces: Iterable<EventRecording>): EventRecording => {
  const list = eventList()
  let sensor: EventSensor = { width: 1, height: 1 }
  let outsideSensor = 0
  for (const piece of pieces) {
    const { x, y, polarity, time } = piece
    sensor = piece
    outsideSensor += piece.outsideSensor ?? 0
    for (let i = 0; i < time.length; i++) list.push(x[i]!, y[i]!, polarity[i]!, time[i]!)
  }
  return list.recording({ ...sensor, outsideSensor })
}
