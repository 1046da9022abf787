import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EventRecording } from '../src/api'
import { eventsToFrames } from '../src/event-frames'

const recording = (
  size: number,
  ...events: (readonly [x: number, y: number, polarity: number, time: number])[]
): EventRecording => ({
  width: size,
  height: size,
  x: Uint16Array.from(events, ([x]) => x),
  y: Uint16Array.from(events, ([, y]) => y),
  polarity: Uint8Array.from(events, ([, , p]) => p),
  time: Uint32Array.from(events, ([, , , t]) => t),
})
const ones = (frames: Uint8Array) => [...frames.keys()].filter((i) => frames[i] === 1)

describe('eventsToFrames', () => {
  // 2×2 sensor, 2 bins of 10 µs; a bin holds OFF (4 pixels), then ON (4 pixels).
  const small = recording(2, [0, 0, 1, 0], [1, 0, 0, 9], [1, 1, 1, 10], [1, 1, 1, 12], [0, 1, 0, 19], [0, 0, 0, 20])

  it('puts each event into its bin, channel, row and column, once', () => {
    // ON (0,0) bin 0 → 4; OFF (1,0) bin 0 → 1; ON (1,1) bin 1 twice → 8+4+3; OFF (0,1) bin 1 → 8+2; time 20 dropped.
    expect(ones(eventsToFrames(small, { T: 2, duration: 20 }))).toEqual([1, 4, 10, 15])
  })

  it('offers ON first and both merged', () => {
    expect(ones(eventsToFrames(small, { T: 2, duration: 20, polarities: 'on-off' }))).toEqual([0, 5, 11, 14])
    expect(ones(eventsToFrames(small, { T: 2, duration: 20, polarities: 'merged' }))).toEqual([0, 1, 6, 7])
  })

  it('covers the whole recording when no duration is given', () => {
    // 21 µs in 3 bins of 7: times 0 | 9, 10, 12 | 19, 20.
    expect(ones(eventsToFrames(small, { T: 3, polarities: 'merged' }))).toEqual([0, 5, 7, 8, 10])
  })

  it('spans the first to the last event, whatever the clock of the recording says', () => {
    // 100 events every 1,000 µs from 1,000,000,000, on pixels 0 to 7 in turn: 10 events a bin light all 8 pixels
    const late: EventRecording = {
      width: 8,
      height: 1,
      x: Uint16Array.from({ length: 100 }, (_, i) => i % 8),
      y: new Uint16Array(100),
      polarity: new Uint8Array(100),
      time: Uint32Array.from({ length: 100 }, (_, i) => 1_000_000_000 + 1000 * i),
    }
    const counts = (config: object) => {
      const frames = eventsToFrames(late, { T: 10, polarities: 'merged', ...config })
      return Array.from({ length: 10 }, (_, t) => frames.subarray(8 * t, 8 * t + 8).reduce((a, b) => a + b, 0))
    }
    expect(counts({})).toEqual(new Array(10).fill(8))
    // a window of one's own: 10 ms are events 0 to 9, one a bin; or the last 5 ms; with a duration alone it begins at 0
    expect(counts({ from: 1_000_000_000, duration: 10_000 })).toEqual(new Array(10).fill(1))
    expect(counts({ from: 1_000_095_000 }).reduce((a, b) => a + b, 0)).toBe(5)
    expect(counts({ duration: 10_000 })).toEqual(new Array(10).fill(0))
    expect(() => counts({ from: -1 })).toThrow(/from to be an integer from 0/)
  })

  it('gives empty frames of no event', () => {
    expect(eventsToFrames(recording(2), { T: 2 })).toEqual(new Uint8Array(16))
  })

  it('crops the centre or where it is told', () => {
    const corner = recording(4, [0, 0, 1, 0], [1, 1, 1, 0], [2, 2, 1, 0], [3, 3, 1, 0])
    const frame = (crop?: { x: number; y: number }) =>
      ones(eventsToFrames(corner, { T: 1, width: 2, height: 2, polarities: 'merged', ...(crop && { crop }) }))
    expect(frame()).toEqual([0, 3])
    expect(frame({ x: 0, y: 0 })).toEqual([0, 3])
    expect(frame({ x: 2, y: 1 })).toEqual([2])
  })

  it('refuses frames that do not fit', () => {
    const frames = (config: object) => () => eventsToFrames(small, { T: 1, ...config })
    expect(frames({ T: 0 })).toThrow(/T to be an integer from 1/)
    expect(frames({ width: 3 })).toThrow(/width to be an integer from 1 to 2, got 3/)
    expect(frames({ crop: { x: 1, y: 0 } })).toThrow(/crop.x/)
    expect(frames({ duration: 0 })).toThrow(/duration/)
    expect(frames({ polarities: 'both' })).toThrow(/off-on, on-off, merged, got both/)
    expect(() => eventsToFrames(small, { T: 1 }, new Uint8Array(3))).toThrow(/out of 8 bytes, got 3 bytes/)
    expect(frames({ T: 1_000_000 })).not.toThrow()
  })

  it('sets one element for each distinct bin, pixel and polarity of any recording', () => {
    const event = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(1), fc.nat(999))
    fc.assert(
      fc.property(fc.array(event, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), (events, T) => {
        const frames = eventsToFrames(recording(5, ...events), { T, duration: 1000 })
        const distinct = new Set(events.map(([x, y, p, t]) => [Math.floor((t * T) / 1000), p, y, x].join()))
        expect(ones(frames)).toHaveLength(distinct.size)
      }),
    )
  })
})
