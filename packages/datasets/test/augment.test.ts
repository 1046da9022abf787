import type { Samples } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { augmentSamples } from '../src/augment'
import { generateColourShapes } from '../src/colour-shapes'

/** One lit pixel in the middle of 5×5, two timesteps. */
const dot: Samples = {
  name: 'dot',
  origin: 'by hand',
  synthetic: true,
  kind: 'spikes',
  count: 1,
  classes: 3,
  shape: { C: 1, H: 5, W: 5 },
  T: 2,
  data: Uint8Array.from({ length: 50 }, (_, i) => (i % 25 === 12 ? 1 : 0)),
  labels: Uint8Array.of(2),
}

describe('augmentSamples', () => {
  it('shifts every timestep alike, within its reach, to every place in it', () => {
    const { data, count, labels, origin } = augmentSamples(dot, { copies: 300, shift: 1, seed: 1 })
    expect([count, labels.length, new Set(labels).size]).toEqual([301, 301, 1])
    expect(origin).toBe('by hand, with 300 copies of each shifted by up to 1 pixels')
    const places = new Set<number>()
    for (let n = 1; n < count; n++) {
      const first = data.subarray(n * 50, n * 50 + 25)
      expect(data.subarray(n * 50 + 25, n * 50 + 50)).toEqual(first)
      expect(first.reduce((a, b) => a + b, 0)).toBe(1)
      places.add(first.indexOf(1))
    }
    expect([...places].sort((a, b) => a - b)).toEqual([6, 7, 8, 11, 12, 13, 16, 17, 18])
  })

  it('keeps the originals first, repeats with its seed, and mirrors about half', () => {
    const samples = generateColourShapes({ count: 60, seed: 3 })
    const config = { copies: 2, flip: true, seed: 5 }
    const more = augmentSamples(samples, config)
    expect(Buffer.compare(more.data.subarray(0, samples.data.length), samples.data)).toBe(0)
    expect(Buffer.compare(augmentSamples(samples, config).data, more.data)).toBe(0)
    expect(augmentSamples(samples, { ...config, copies: 0 })).toBe(samples)
    let mirrored = 0
    for (let n = 60; n < 180; n++) {
      const copy = more.data.subarray(n * 3072, n * 3072 + 32)
      const original = samples.data.subarray((n % 60) * 3072, (n % 60) * 3072 + 32)
      const same = Buffer.compare(copy, original) === 0
      if (!same) {
        mirrored++
        expect([...copy]).toEqual([...original].reverse())
      }
      expect(more.labels[n]).toBe(samples.labels[n % 60])
    }
    // binomial, 120 tosses: 60 ± 5·5.5
    expect(Math.abs(mirrored - 60)).toBeLessThan(28)
  })

  it('never makes a pixel that was not there', () => {
    fc.assert(
      fc.property(fc.nat({ max: 4 }), fc.integer(), (shift, seed) => {
        const { data } = augmentSamples(dot, { copies: 3, shift, seed })
        expect(data.reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(8)
        expect(data.every((v) => v <= 1)).toBe(true)
      }),
      { numRuns: 50 },
    )
    expect(() => augmentSamples(dot, { copies: 1, shift: 5, seed: 1 })).toThrow(/shift to be an integer from 0 to 4/)
  })
})
