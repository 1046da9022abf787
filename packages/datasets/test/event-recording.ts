import fc from 'fast-check'
import type { EventRecording } from '../src/api'

/** A recording from rows of [x, y, polarity, time]. */
export const recordingOf = (
  width: number,
  height: number,
  events: readonly (readonly [number, number, number, number])[],
): EventRecording => ({
  width,
  height,
  x: Uint16Array.from(events, (e) => e[0]),
  y: Uint16Array.from(events, (e) => e[1]),
  polarity: Uint8Array.from(events, (e) => e[2]),
  time: Uint32Array.from(events, (e) => e[3]),
})

/** Rows of [x, y, polarity, time]. */
export const rowsOf = ({ x, y, polarity, time }: EventRecording) =>
  Array.from(time, (t, i) => [x[i]!, y[i]!, polarity[i]!, t])

/** Random recordings of a sensor; times start at 0 and never decrease. */
export const recordings = (width: number, height: number): fc.Arbitrary<EventRecording> =>
  fc
    .array(
      fc.tuple(
        fc.nat({ max: width - 1 }),
        fc.nat({ max: height - 1 }),
        fc.nat({ max: 1 }),
        fc.oneof(fc.constant(0), fc.nat({ max: 100_000 })),
      ),
      { minLength: 1, maxLength: 40 },
    )
    .map((rows) => {
      let now = 0
      return recordingOf(
        width,
        height,
        rows.map(([x, y, p, step], i) => [x, y, p, (now += i === 0 ? 0 : step)]),
      )
    })
