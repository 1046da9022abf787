import { InputError, type Samples } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventsToCountFrames } from '../src/count-frames'
import { deltaEncode } from '../src/delta-encode'
import { directEncode, imageNetStatistics } from '../src/direct-encode'
import { eventsToFrames } from '../src/event-frames'
import { latencyEncode } from '../src/latency-encode'
import { rateEncode } from '../src/rate-encode'
import { recordingOf, recordings } from './event-recording'

const pixels = (C: number, ...data: readonly number[]): Samples => ({
  name: 'by hand',
  origin: 'by hand',
  synthetic: true,
  kind: 'pixels',
  count: 1,
  classes: 2,
  shape: { C, H: 1, W: data.length / C },
  T: 1,
  data: Uint8Array.from(data),
  labels: Uint8Array.of(1),
})

describe('deltaEncode', () => {
  it('spikes at every threshold crossed, up and down, once a step', () => {
    // 0 → 1.0 (ON, memory 0.5) → 1.0 (ON, 1.0) → 1.2 (nothing) → 0.4 (OFF, 0.5) → 0.4 (nothing)
    const values = [1, 1, 1.2, 0.4, 0.4]
    const spikes = deltaEncode({ values, T: 5 }, { threshold: 0.5 })
    expect([...spikes]).toEqual([0, 1, 0, 1, 0, 0, 1, 0, 0, 0])
    expect([...deltaEncode({ values, T: 5 }, { threshold: 0.5, off: false })]).toEqual([1, 1, 0, 0, 0])
  })

  it('follows a slow signal within a threshold: ON less OFF spikes times the threshold is the signal', () => {
    const steps = fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(steps, (changes) => {
        let value = 0
        const values = changes.map((change) => (value += change))
        const spikes = deltaEncode({ values, T: values.length }, { threshold: 0.3 })
        let sum = 0
        values.forEach((v, t) => {
          sum += 0.3 * (spikes[2 * t + 1]! - spikes[2 * t]!)
          expect(Math.abs(v - sum)).toBeLessThan(0.3 + 1e-9)
        })
      }),
      { numRuns: 100 },
    )
  })

  it('takes samples as the other encoders do: a pixel spikes until its value is reached', () => {
    // threshold 1/4: 0, 64 (1/4), 128 (1/2), 255 (just below 1) → 0, 1, 2, 3 spikes; nothing falls
    const { data, ...rest } = deltaEncode(pixels(1, 0, 64, 128, 255), { T: 4, threshold: 0.25 })
    expect(rest).toMatchObject({ kind: 'spikes', T: 4, shape: { C: 2, H: 1, W: 4 }, count: 1, classes: 2 })
    expect(rest.origin).toBe('by hand, delta code, threshold 0.25')
    const off = [0, 0, 0, 0]
    expect([...data]).toEqual([...off, 0, 1, 1, 1, ...off, 0, 0, 1, 1, ...off, 0, 0, 0, 1, ...off, 0, 0, 0, 0])
    const rising = deltaEncode(pixels(1, 0, 64, 128, 255), { T: 2, threshold: 0.25, off: false })
    expect(rising.shape.C).toBe(1)
    expect([...rising.data]).toEqual([0, 1, 1, 1, 0, 0, 1, 1])
  })

  it('refuses values that are not whole timesteps, and a threshold of 0', () => {
    expect(() => deltaEncode({ values: [1, 2, 3], T: 2 }, { threshold: 1 })).toThrow(/values for 2 timesteps/)
    expect(() => deltaEncode({ values: [1], T: 1 }, { threshold: 0 })).toThrow(/threshold/)
  })
})

describe('directEncode', () => {
  it('gives q/256, or the usual normalisation by channel', () => {
    expect([...directEncode(pixels(1, 0, 64, 255))]).toEqual([0, 0.25, 255 / 256])
    const [r, g, b] = directEncode(pixels(3, 255, 0, 51), imageNetStatistics)
    expect(r).toBeCloseTo((1 - 0.485) / 0.229, 5)
    expect(g).toBeCloseTo(-0.456 / 0.224, 5)
    expect(b).toBeCloseTo((0.2 - 0.406) / 0.225, 5)
    expect(() => directEncode(pixels(1, 3), imageNetStatistics)).toThrow(/mean of 1 channels/)
  })
})

describe('rateEncode, deterministic', () => {
  it('spaces ⌊T·p⌋ spikes evenly', () => {
    // p = 0, 1/4, 1/2, 255/256 over 8 steps
    const { data } = rateEncode(pixels(1, 0, 64, 128, 255), { T: 8, seed: 1, mode: 'deterministic' })
    const train = (i: number) => Array.from({ length: 8 }, (_, t) => data[4 * t + i]).join('')
    expect([0, 1, 2, 3].map(train)).toEqual(['00000000', '00010001', '01010101', '01111111'])
  })
})

describe('eventsToCountFrames', () => {
  it('puts equal numbers of events into the frames, whenever they came', () => {
    const recording = recordingOf(4, 1, [
      [3, 0, 1, 900_000],
      [0, 0, 1, 1],
      [1, 0, 1, 2],
      [2, 0, 1, 3],
    ])
    const frames = eventsToCountFrames(recording, { T: 2, polarities: 'merged' })
    expect([...frames]).toEqual([1, 1, 0, 0, 0, 0, 1, 1])
  })

  it('loses no event and differs by at most one event between frames', () => {
    fc.assert(
      fc.property(recordings(40, 40), fc.integer({ min: 1, max: 12 }), (recording, T) => {
        // each event on a pixel of its own, so that ones count events
        const n = recording.time.length
        const apart = {
          ...recording,
          x: recording.x.map((_, i) => i % 40),
          y: recording.y.map((_, i) => Math.floor(i / 40)),
        }
        const frames = eventsToCountFrames(apart, { T, polarities: 'merged' })
        const counts = Array.from({ length: T }, (_, t) =>
          frames.subarray(t * 1600, (t + 1) * 1600).reduce((a, b) => a + b, 0),
        )
        expect(counts.reduce((a, b) => a + b, 0)).toBe(n)
        expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
      }),
      { numRuns: 100 },
    )
  })
})

describe('every encoder', () => {
  const good = pixels(1, 1, 2)
  // callers without types
  type Untyped = (samples: unknown, config: unknown) => unknown
  const encoders: Record<string, (samples: unknown, config?: unknown) => unknown> = {
    rateEncode: (samples, config = { T: 2, seed: 1 }) => (rateEncode as Untyped)(samples, config),
    latencyEncode: (samples, config = { T: 2 }) => (latencyEncode as Untyped)(samples, config),
    deltaEncode: (samples, config = { T: 2, threshold: 0.1 }) => (deltaEncode as Untyped)(samples, config),
    directEncode: (samples, config = {}) => (directEncode as Untyped)(samples, config),
  }

  it.each(Object.entries(encoders))('%s takes samples of pixels and nothing else', (name, encode) => {
    expect(() => encode(good)).not.toThrow()
    const bad = [
      undefined,
      null,
      3,
      'x',
      [],
      {},
      new Uint8Array(4),
      { ...good, kind: 'spikes' },
      { ...good, data: [1, 2] },
      { ...good, data: new Uint8Array(3) },
      { ...good, shape: undefined },
      { ...good, shape: { C: 1, H: 1 } },
    ]
    for (const samples of bad) {
      expect(() => encode(samples), JSON.stringify(samples)).toThrow(InputError)
      expect(() => encode(samples)).toThrow(new RegExp(`^${name}: expected `))
    }
    for (const config of [null, 3, { T: 2, seed: 1, threshold: 0.1, thresold: 1 }])
      expect(() => encode(good, config), JSON.stringify(config)).toThrow(InputError)
  })
})

describe('frames of events', () => {
  it('refuse what is no recording, and fields that do not exist', () => {
    const recording = recordingOf(4, 1, [[3, 0, 1, 5]])
    const frames =
      (...args: unknown[]) =>
      () =>
        eventsToFrames(...(args as Parameters<typeof eventsToFrames>))
    for (const wrong of [frames(), frames(undefined, { T: 1 }), frames({}, { T: 1 }), frames(recording)])
      expect(wrong).toThrow(InputError)
    expect(frames(recording, { T: 1, durations: 5 })).toThrow(/did you mean "duration"/)
  })
})
