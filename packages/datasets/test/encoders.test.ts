import type { Samples } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { latencyEncode } from '../src/latency-encode'
import { rateEncode } from '../src/rate-encode'

const pixels = (count: number, ...data: number[]): Samples => ({
  name: 'pixels',
  origin: 'by hand',
  synthetic: true,
  kind: 'pixels',
  count,
  classes: 10,
  shape: { C: 1, H: 1, W: data.length / count },
  T: 1,
  data: Uint8Array.from(data),
  labels: new Uint8Array(count),
})

describe('rateEncode', () => {
  it('fires at q/256 on average, never at 0, always when gain·q reaches 256', () => {
    const T = 4000
    const { data, ...rest } = rateEncode(pixels(1, 0, 64, 128, 255), { T, seed: 3 })
    expect(rest).toMatchObject({ kind: 'spikes', T, origin: 'by hand, rate code, seed 3' })
    const rates = [0, 1, 2, 3].map((p) => data.filter((_, i) => i % 4 === p).reduce((sum, s) => sum + s, 0) / T)
    expect(rates[0]).toBe(0)
    // Standard deviation of a rate: at most sqrt(¼ / 4000) = 0.008; four of them.
    for (const [p, q] of [64, 128, 255].entries()) expect(Math.abs(rates[p + 1]! - q / 256)).toBeLessThan(0.032)
    expect(rateEncode(pixels(1, 128), { T: 50, seed: 1, gain: 2 }).data).toEqual(new Uint8Array(50).fill(1))
  })

  it('gives the same spikes for the same seed, others for another, and sample i does not depend on the rest', () => {
    const both = rateEncode(pixels(2, 100, 100, 100, 30, 30, 30), { T: 20, seed: 5 })
    expect(rateEncode(pixels(2, 100, 100, 100, 30, 30, 30), { T: 20, seed: 5 }).data).toEqual(both.data)
    expect(rateEncode(pixels(2, 100, 100, 100, 30, 30, 30), { T: 20, seed: 6 }).data).not.toEqual(both.data)
    expect(rateEncode(pixels(2, 7, 9, 0, 30, 30, 30), { T: 20, seed: 5 }).data.subarray(60)).toEqual(
      both.data.subarray(60),
    )
  })

  it('refuses spikes, a T of 0 and a gain below 0', () => {
    const spikes = rateEncode(pixels(1, 1), { T: 1, seed: 1 })
    expect(() => rateEncode(spikes, { T: 1, seed: 1 })).toThrow(/samples of pixels, got spikes/)
    expect(() => rateEncode(pixels(1, 1), { T: 0, seed: 1 })).toThrow(/T to be an integer/)
    expect(() => rateEncode(pixels(1, 1), { T: 1, seed: 1, gain: -1 })).toThrow(/gain/)
  })
})

describe('latencyEncode', () => {
  it('spikes once, the brighter the earlier, and not below the threshold', () => {
    // T = 4: (255 − q)·4/256 is 0 for 255, 1.98 for 128, 2 for 127, 3.97 for 1; 0 never spikes.
    const { data, T, kind } = latencyEncode(pixels(1, 255, 128, 127, 1, 0), { T: 4 })
    expect([kind, T]).toEqual(['spikes', 4])
    expect([...data.keys()].filter((i) => data[i])).toEqual([0, 5 + 1, 10 + 2, 15 + 3])
    const dark = latencyEncode(pixels(1, 255, 128, 127, 1, 0), { T: 4, threshold: 128 }).data
    expect([...dark.keys()].filter((i) => dark[i])).toEqual([0, 6])
    expect(() => latencyEncode(pixels(1, 1), { T: 4, threshold: 0 })).toThrow(
      /threshold to be an integer from 1 to 255/,
    )
  })
})
