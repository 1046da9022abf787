import { describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { digitEvents, generateDigitEvents } from '../src/digit-events'
import { generateDigits } from '../src/digits'
import { eventsToFrames } from '../src/event-frames'
import { readNmnist } from '../src/read-nmnist'

describe('digitEvents', () => {
  const recordings = digitEvents({ count: 100, seed: 1 })
  const mean = (of: (r: (typeof recordings)[number]) => number) =>
    recordings.reduce((sum, r) => sum + of(r), 0) / recordings.length

  it('writes sorted events of a 34×34 sensor', () => {
    for (const { width, height, x, y, polarity, time } of recordings) {
      expect([width, height]).toEqual([34, 34])
      expect([y.length, polarity.length, time.length]).toEqual([x.length, x.length, x.length])
      expect(x.every((v) => v < 34) && y.every((v) => v < 34) && polarity.every((p) => p <= 1)).toBe(true)
      expect(time.every((t, i) => i === 0 || t >= time[i - 1]!)).toBe(true)
      expect(time.at(-1)).toBeLessThan(320_000)
    }
  })

  it('comes near N-MNIST in events a recording (4,108), ON share (0.50) and active pixels (447)', () => {
    expect(Math.abs(mean(({ x }) => x.length) - 4108)).toBeLessThan(500)
    expect(Math.abs(mean(({ polarity, x }) => polarity.reduce((a, b) => a + b, 0) / x.length) - 0.5)).toBeLessThan(0.03)
    const active = mean(({ x, y }) => new Set(Array.from(x, (v, i) => v + 34 * y[i]!)).size)
    expect(Math.abs(active - 447)).toBeLessThan(60)
  })

  it('peaks three times, once a saccade, and is quiet in between', () => {
    const rate = (from: number, to: number) =>
      mean(({ time }) => time.filter((t) => t >= from * 1000 && t < to * 1000).length) / (to - from)
    for (const peak of [40, 145, 255]) expect(rate(peak, peak + 20)).toBeGreaterThan(15)
    for (const quiet of [0, 88, 195, 305]) expect(rate(quiet, quiet + 10)).toBeLessThan(8)
  })

  it('moves the digit down, then up to the right, then back to the left', () => {
    const place = (from: number, to: number) => {
      let [n, sumX, sumY] = [0, 0, 0]
      for (const { x, y, time } of recordings)
        for (let i = 0; i < time.length; i++)
          if (time[i]! >= from * 1000 && time[i]! < to * 1000) {
            n++
            sumX += x[i]!
            sumY += y[i]!
          }
      return [sumX / n, sumY / n] as const
    }
    const [start, low, right, end] = [place(15, 30), place(60, 75), place(165, 180), place(280, 295)]
    expect(low[1] - start[1]).toBeGreaterThan(2)
    expect(right[0] - low[0]).toBeGreaterThan(2)
    expect(low[1] - right[1]).toBeGreaterThan(2)
    expect(right[0] - end[0]).toBeGreaterThan(2)
    expect(Math.abs(end[0] - start[0])).toBeLessThan(1.5)
    expect(Math.abs(end[1] - start[1])).toBeLessThan(1.5)
  })

  it('shows the image of generateDigits with the same number, events lie where its ink passes', () => {
    const digits = generateDigits({ count: 100, seed: 1 })
    expect(recordings.map(({ label }) => label)).toEqual([...digits.labels])
    // Ink grown by the way it moves (at most 7 pixels right and down).
    for (let n = 0; n < 20; n++) {
      const { x, y } = recordings[n]!
      const inked = (px: number, py: number) => {
        for (let dy = -1; dy <= 8; dy++)
          for (let dx = -1; dx <= 8; dx++) {
            const [ix, iy] = [px - dx, py - dy]
            if (ix >= 0 && iy >= 0 && ix < 28 && iy < 28 && digits.data[n * 784 + iy * 28 + ix]! > 0) return true
          }
        return false
      }
      const near = x.filter((px, i) => inked(px, y[i]!)).length
      expect(near / x.length).toBeGreaterThan(0.97)
    }
  })

  it('makes recording i from the seed, the split and i alone', () => {
    expect(digitEvents({ count: 2, seed: 1, first: 42 })).toEqual(recordings.slice(42, 44))
    expect(digitEvents({ count: 1, seed: 1, split: 'test' })[0]).not.toEqual(recordings[0])
    expect(digitEvents({ count: 1, seed: 2 })[0]).not.toEqual(recordings[0])
  })
})

describe('generateDigitEvents', () => {
  it('gives the frames of the recordings in the shape of the N-MNIST benchmark', () => {
    const samples = generateDigitEvents({ count: 12, seed: 7 })
    expect(samples).toMatchObject({ kind: 'spikes', synthetic: true, count: 12, T: 10, shape: { C: 2, H: 32, W: 32 } })
    const frames = digitEvents({ count: 12, seed: 7 }).map((recording) =>
      eventsToFrames(recording, { T: 10, duration: 300_000, width: 32, height: 32 }),
    )
    expect(Buffer.compare(samples.data, Buffer.concat(frames))).toBe(0)
    const density = samples.data.reduce((sum, v) => sum + v, 0) / samples.data.length
    // N-MNIST's training recordings: 0.091.
    expect(Math.abs(density - 0.091)).toBeLessThan(0.025)
  })

  it('takes other bins, sizes and polarity channels', () => {
    const config = { count: 2, seed: 7, T: 4, width: 34, height: 20 } as const
    const samples = generateDigitEvents({ ...config, polarities: 'merged' })
    expect(samples).toMatchObject({ T: 4, shape: { C: 1, H: 20, W: 34 } })
    expect(samples.data.length).toBe(2 * 4 * 20 * 34)
    expect(() => generateDigitEvents({ count: 1, seed: 1, width: 40 })).toThrow(/width to be an integer from 1 to 34/)
  })
})
describeShared('data/n-mnist', 'generated events beside the real N-MNIST', (nmnist) => {
  /** Mean frames of the samples of one class. */
  const meanFrames = (samples: ReturnType<typeof generateDigitEvents>, label: number) => {
    const size = samples.data.length / samples.count
    const sum = new Float64Array(size)
    for (let n = 0; n < samples.count; n++)
      if (samples.labels[n] === label) for (let i = 0; i < size; i++) sum[i]! += samples.data[n * size + i]!
    return sum
  }
  const correlation = (a: Float64Array, b: Float64Array) => {
    const centred = (list: Float64Array) => {
      const mean = list.reduce((sum, v) => sum + v, 0) / list.length
      return list.map((v) => v - mean)
    }
    const [x, y] = [centred(a), centred(b)]
    return x.reduce((sum, v, i) => sum + v * y[i]!, 0) / Math.hypot(...x) / Math.hypot(...y)
  }

  it('have the mean frames of the recordings of each class, edge for edge, and not with the polarities swapped', () => {
    const real = readNmnist(nmnist(), { split: 'train', limit: 300 })
    const same = generateDigitEvents({ count: 200, seed: 1 })
    const swapped = generateDigitEvents({ count: 200, seed: 1, polarities: 'on-off' })
    for (let label = 0; label < 10; label++) {
      const frames = meanFrames(real, label)
      expect(correlation(meanFrames(same, label), frames), `class ${label}`).toBeGreaterThan(0.75)
      expect(correlation(meanFrames(swapped, label), frames), `class ${label}`).toBeLessThan(0.6)
    }
  })
})
