import { describe, expect, it } from 'vitest'
import { videoToEvents } from '../src/event-simulator'
import { gestureEvents } from '../src/gesture-events'
import { gestureClasses } from '../src/gesture-labels'
import { shapeEvents } from '../src/shape-events'
import { rowsOf } from './event-recording'

const still = { seed: 1, thresholdNoise: 0, leakRate_Hz: 0, shotNoiseRate_Hz: 0 }
const film = (...levels: readonly number[]) =>
  levels.map((level, i) => ({ time: i * 1000, pixels: Uint8Array.of(level) }))
const one = { width: 1, height: 1, ...still }

describe('videoToEvents', () => {
  it('writes an event for every threshold that the log intensity crosses, evenly between the frames', () => {
    // ln(100/50) = 0.693 = 3.47 thresholds of 0.2: three ON events at quarters; back: memory at +0.6, −0.6 again: three OFF
    const { time, polarity } = videoToEvents(film(50, 100, 50), one)
    expect([...polarity]).toEqual([1, 1, 1, 0, 0, 0])
    expect([...time]).toEqual([250, 500, 750, 1250, 1500, 1750])
  })

  it('is linear below 20 levels: black to 10 is half of ln 20', () => {
    // 1.498 of 0.2: seven events
    expect(videoToEvents(film(0, 10), one).time.length).toBe(7)
  })

  it('is silent while nothing moves, and leaks ON events at the rate it is told', () => {
    const long = Array.from({ length: 101 }, (_, i) => ({ time: i * 10_000, pixels: new Uint8Array(100).fill(80) }))
    const size = { width: 10, height: 10 }
    expect(videoToEvents(long, { ...still, ...size }).time.length).toBe(0)
    const leak = videoToEvents(long, { ...still, ...size, leakRate_Hz: 20 })
    // 1 s, 100 pixels, 20 a second; the last one of a pixel may fall just past the end
    expect(leak.time.length).toBeGreaterThanOrEqual(1900)
    expect(leak.time.length).toBeLessThanOrEqual(2000)
    expect(leak.polarity.every((p) => p === 1)).toBe(true)
  })

  it('makes shot noise at the rate it is told, more in the dark', () => {
    const noise = (level: number) =>
      videoToEvents(
        Array.from({ length: 201 }, (_, i) => ({ time: i * 5000, pixels: new Uint8Array(400).fill(level) })),
        { ...still, width: 20, height: 20, shotNoiseRate_Hz: 10 },
      ).time.length
    // 1 s · 400 pixels · 10 = 4000 in the dark, a quarter of it in full light; five standard deviations
    expect(Math.abs(noise(0) - 3900)).toBeLessThan(350)
    expect(Math.abs(noise(255) - 990)).toBeLessThan(170)
  })

  it('follows a low pass slowly and keeps silent in the refractory time', () => {
    const step = film(50, 200, 200, 200, 200)
    const sharp = videoToEvents(step, one)
    const slow = videoToEvents(step, { ...one, cutoff_Hz: 50 })
    expect(slow.time.length).toBeLessThan(sharp.time.length)
    expect(slow.time.at(-1)!).toBeGreaterThan(1000)
    const rare = videoToEvents(film(50, 200, 50, 200), { ...one, refractory: 400 })
    for (let i = 1; i < rare.time.length; i++) expect(rare.time[i]! - rare.time[i - 1]!).toBeGreaterThanOrEqual(400)
  })

  it('refuses frames of another size, and time that stands still', () => {
    expect(() => videoToEvents([{ time: 0, pixels: new Uint8Array(2) }], one)).toThrow(/frames of 1 bytes/)
    const twice = [0, 0].map((time) => ({ time, pixels: new Uint8Array(1) }))
    expect(() => videoToEvents(twice, one)).toThrow(/a whole time after 0/)
  })
})

describe('the built-in recordings', () => {
  it('show gestures: balanced, repeatable, one at a time as well as together', () => {
    const together = [...gestureEvents({ count: 11, seed: 2 })]
    expect(together.map(({ label }) => label).sort((a, b) => a! - b!)).toEqual(gestureClasses.map((_, i) => i))
    const [alone] = gestureEvents({ count: 1, seed: 2, first: 7 })
    expect(rowsOf(alone!)).toEqual(rowsOf(together[7]!))
    for (const { time } of together) expect(time.length).toBeGreaterThan(500)
  })

  it('show shapes before a moving camera, on all sides', () => {
    const [first, second] = [...shapeEvents({ count: 2, seed: 2 })]
    expect(rowsOf([...shapeEvents({ count: 1, seed: 2, first: 1 })][0]!)).toEqual(rowsOf(second!))
    expect(first).toMatchObject({ width: 128, height: 128 })
    expect(first!.time.length).toBeGreaterThan(1000)
    const on = first!.polarity.reduce((n, p) => n + p, 0) / first!.time.length
    expect(Math.abs(on - 0.5)).toBeLessThan(0.2)
  })
})
