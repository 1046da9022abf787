import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  cropEvents,
  denoiseEvents,
  flipEvents,
  jitterEvents,
  mergePolarities,
  randomFlip,
  reduceEvents,
  sliceEvents,
  swapPolarities,
} from '../src/event-transforms'
import { recordingOf, recordings, rowsOf } from './event-recording'

const four = recordingOf(8, 6, [
  [0, 0, 1, 0],
  [3, 2, 0, 10],
  [7, 5, 1, 20],
  [4, 2, 1, 30],
])

describe('event transforms by hand', () => {
  it('crop moves the corner to (0, 0)', () => {
    const cut = cropEvents(four, { x: 3, y: 2, width: 2, height: 1 })
    expect(cut).toMatchObject({ width: 2, height: 1 })
    expect(rowsOf(cut)).toEqual([
      [0, 0, 0, 10],
      [1, 0, 1, 30],
    ])
  })

  it('reduce merges pixels and cuts what is left over evenly', () => {
    // 8×6 by 3: 2×2 of 6×6 pixels, one column off each side; x 0 and 7 fall away, 3 → 2/3 → 0, 4 → 3/3 → 1
    expect(rowsOf(reduceEvents(four, 3))).toEqual([
      [0, 0, 0, 10],
      [1, 0, 1, 30],
    ])
    expect(reduceEvents(four, 3)).toMatchObject({ width: 2, height: 2 })
  })

  it('slice keeps [from, to) and starts at 0', () => {
    expect([...sliceEvents(four, 10, 30).time]).toEqual([0, 10])
    expect(() => sliceEvents(four, 10, 10)).toThrow(/to above 10/)
  })

  it('denoise keeps events with a neighbour shortly before', () => {
    // only (4, 2) at 30 has one: (3, 2) at 10
    expect(rowsOf(denoiseEvents(four, { window: 20 }))).toEqual([[4, 2, 1, 30]])
    expect(rowsOf(denoiseEvents(four, { window: 19 }))).toEqual([])
    const same = recordingOf(4, 4, [
      [1, 1, 1, 0],
      [1, 1, 1, 5],
    ])
    expect(rowsOf(denoiseEvents(same, { window: 10 }))).toEqual([])
    expect(rowsOf(denoiseEvents(same, { window: 10, self: true }))).toEqual([[1, 1, 1, 5]])
  })

  it('polarity is merged or swapped', () => {
    expect([...mergePolarities(four).polarity]).toEqual([1, 1, 1, 1])
    expect([...swapPolarities(four).polarity]).toEqual([0, 1, 0, 0])
  })
})

describe('event transforms on random recordings', () => {
  it('flipping twice changes nothing, and a crop of the whole neither', () => {
    fc.assert(
      fc.property(recordings(17, 9), fc.constantFrom('x' as const, 'y' as const), (recording, axis) => {
        expect(flipEvents(flipEvents(recording, axis), axis)).toEqual(recording)
        expect(cropEvents(recording, { x: 0, y: 0, width: 17, height: 9 })).toEqual(recording)
        expect(reduceEvents(recording, 1)).toEqual(recording)
      }),
      { numRuns: 50 },
    )
  })

  it('jitter keeps every event and its place, sorts by time and repeats with its seed', () => {
    fc.assert(
      fc.property(recordings(12, 12), fc.integer(), (recording, seed) => {
        const moved = jitterEvents(recording, { deviation: 5000, seed })
        expect(jitterEvents(recording, { deviation: 5000, seed })).toEqual(moved)
        expect([...moved.time]).toEqual([...moved.time].sort((a, b) => a - b))
        const places = (r: typeof recording) =>
          rowsOf(r)
            .map(([x, y, p]) => `${x} ${y} ${p}`)
            .sort()
        expect(places(moved)).toEqual(places(recording))
        expect(jitterEvents(recording, { deviation: 0, seed })).toEqual(recording)
      }),
      { numRuns: 50 },
    )
  })

  it('random flips mirror about half of the recordings', () => {
    const flipped = Array.from({ length: 400 }, (_, i) => randomFlip(four, 3, i) !== four).filter(Boolean).length
    // binomial with 400 tosses: 200 ± 5·10
    expect(Math.abs(flipped - 200)).toBeLessThan(50)
  })
})
