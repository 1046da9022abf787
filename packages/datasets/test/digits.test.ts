import type { Samples } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { digitShapes } from '../src/digit-shapes/digit-shapes'
import { generateDigits } from '../src/digits'
import { readMnist } from '../src/mnist'

const image = (samples: Samples, n: number) => {
  const size = samples.shape.H * samples.shape.W
  return samples.data.subarray(n * size, (n + 1) * size)
}

/** Share of `test` whose nearest neighbour (largest cosine) in `train` has its label. */
const nearestNeighbourAccuracy = (train: Samples, test: Samples) => {
  const unit = (samples: Samples, n: number) => {
    const pixels = Float32Array.from(image(samples, n))
    const norm = Math.hypot(...pixels)
    return pixels.map((v) => v / norm)
  }
  const known = Array.from({ length: train.count }, (_, n) => unit(train, n))
  let right = 0
  for (let n = 0; n < test.count; n++) {
    const pixels = unit(test, n)
    const inked = [...pixels.keys()].filter((i) => pixels[i]! > 0)
    let [best, label] = [-1, -1]
    for (const [m, other] of known.entries()) {
      let product = 0
      for (const i of inked) product += pixels[i]! * other[i]!
      if (product > best) [best, label] = [product, train.labels[m]!]
    }
    if (label === test.labels[n]) right++
  }
  return right / test.count
}

describe('generateDigits', () => {
  const many = generateDigits({ count: 2000, seed: 1 })

  it('describes itself as synthetic MNIST-shaped pixels', () => {
    expect(many).toMatchObject({ kind: 'pixels', synthetic: true, count: 2000, classes: 10, T: 1 })
    expect(many.shape).toEqual({ C: 1, H: 28, W: 28 })
    expect(many.origin).toBe('built-in synthetic digits, seed 1')
    expect([many.data.length, many.labels.length]).toEqual([2000 * 784, 2000])
  })

  it('makes sample i from the seed, the split and i alone', () => {
    const few = generateDigits({ count: 3, seed: 1, first: 1234 })
    expect(few.data).toEqual(many.data.slice(1234 * 784, 1237 * 784))
    expect(few.labels).toEqual(many.labels.slice(1234, 1237))
    expect(generateDigits({ count: 20, seed: 2 }).data).not.toEqual(many.data.slice(0, 20 * 784))
    expect(generateDigits({ count: 20, seed: 1, split: 'test' }).data).not.toEqual(many.data.slice(0, 20 * 784))
    const random = generateDigits({ count: 40, seed: 1, labels: 'random' })
    expect(generateDigits({ count: 7, seed: 1, labels: 'random', first: 33 }).labels).toEqual(random.labels.slice(33))
  })

  it('never draws the same image twice, in one half or across both', () => {
    const test = generateDigits({ count: 1000, seed: 1, split: 'test' })
    const seen = new Set<string>()
    for (const samples of [many, test]) for (let n = 0; n < samples.count; n++) seen.add(image(samples, n).join())
    expect(seen.size).toBe(3000)
  })

  it('holds every class once in ten samples, in changing order, unless labels are random', () => {
    const orders = new Set<string>()
    for (let n = 0; n < 2000; n += 10) {
      const block = [...many.labels.subarray(n, n + 10)]
      orders.add(block.join())
      expect(block.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    }
    expect(orders.size).toBeGreaterThan(150)
    const { labels } = generateDigits({ count: 1000, seed: 1, labels: 'random' })
    const counts = Array.from({ length: 10 }, (_, d) => labels.filter((label) => label === d).length)
    // 100 expected each, standard deviation 9.5: within five.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(48)
    expect(new Set(counts).size).toBeGreaterThan(1)
  })

  it('comes near MNIST in pixel mean (33.3), zeros (80.9 %) and saturated ink', () => {
    const mean = many.data.reduce((sum, v) => sum + v, 0) / many.data.length
    const share = (test: (v: number) => boolean) => many.data.filter(test).length / many.data.length
    expect(mean).toBeGreaterThan(30)
    expect(mean).toBeLessThan(37)
    expect(Math.abs(share((v) => v === 0) - 0.809)).toBeLessThan(0.02)
    expect(Math.abs(share((v) => v >= 250) - 0.075)).toBeLessThan(0.02)
  })

  it('fits every digit into 20×20 pixels with its centre of mass within a pixel of the centre', () => {
    for (let n = 0; n < many.count; n++) {
      let [mass, mx, my, left, right, top, bottom] = [0, 0, 0, 28, -1, 28, -1]
      image(many, n).forEach((v, p) => {
        if (v === 0) return
        const [x, y] = [p % 28, Math.floor(p / 28)]
        mass += v
        mx += v * x
        my += v * y
        left = Math.min(left, x)
        right = Math.max(right, x)
        top = Math.min(top, y)
        bottom = Math.max(bottom, y)
      })
      expect(Math.max(right - left, bottom - top) + 1, `sample ${n}`).toBeLessThanOrEqual(20)
      expect(Math.max(right - left, bottom - top) + 1, `sample ${n}`).toBeGreaterThanOrEqual(19)
      expect(Math.abs(mx / mass - 14)).toBeLessThan(1)
      expect(Math.abs(my / mass - 14)).toBeLessThan(1)
    }
  })

  it('knows at least three ways of writing each digit, each with its own strokes', () => {
    expect(digitShapes).toHaveLength(10)
    for (const shapes of digitShapes) {
      expect(shapes.length).toBeGreaterThanOrEqual(3)
      expect(new Set(shapes.map(({ name }) => name)).size).toBe(shapes.length)
      const drawn = shapes.map(({ draw }) => JSON.stringify(draw((low, high) => (low + high) / 2)))
      expect(new Set(drawn).size).toBe(shapes.length)
    }
  })

  it('draws digits that can be told apart: nearest neighbour among 1,500 finds over 85 % of 200 new ones', () => {
    const train = generateDigits({ count: 1500, seed: 1 })
    const test = generateDigits({ count: 200, seed: 1, split: 'test' })
    expect(nearestNeighbourAccuracy(train, test)).toBeGreaterThan(0.85)
  })

  it('draws other sizes in proportion, and less varied digits when told', () => {
    const large = generateDigits({ count: 10, seed: 1, size: 56 })
    expect(large.shape).toEqual({ C: 1, H: 56, W: 56 })
    const mean = large.data.reduce((sum, v) => sum + v, 0) / large.data.length
    expect(mean).toBeGreaterThan(25)
    expect(mean).toBeLessThan(45)
    expect(generateDigits({ count: 10, seed: 1, size: 12 }).data.some((v) => v > 0)).toBe(true)
    const still = { rotation: 0, shear: 0, aspect: 0, bend: 0, ripple: 0, width: 0 }
    expect(generateDigits({ count: 1, seed: 1, variation: still }).data).not.toEqual(many.data.slice(0, 784))
  })

  it('refuses what it cannot draw', () => {
    expect(() => generateDigits({ count: 0, seed: 1 })).toThrow(/count to be an integer from 1/)
    expect(() => generateDigits({ count: 1, seed: 0.5 })).toThrow(/seed/)
    expect(() => generateDigits({ count: 1, seed: 1, size: 8 })).toThrow(/size to be an integer from 12 to 256, got 8/)
    expect(() => generateDigits({ count: 1, seed: 1, split: 'dev' as 'test' })).toThrow(/split/)
    expect(() => generateDigits({ count: 1, seed: 1, variation: { bend: Number.NaN } })).toThrow(/variation.bend/)
    expect(() => generateDigits({ count: 1, seed: 1, variation: { bent: 1 } as object })).toThrow(/got bent/)
    expect(() => generateDigits({ count: 1, seed: 1, labels: 'odd' as 'random' })).toThrow(/balanced, random/)
    expect(() => generateDigits({ count: 2 ** 30, seed: 1 })).toThrow(/at most 2147483647 bytes/)
  })
})
describeShared('data/mnist', 'generated digits beside the real MNIST', (mnist) => {
  it('let a nearest neighbour among 2,000 of them recognise over 80 % of 250 real test digits', () => {
    const train = generateDigits({ count: 2000, seed: 1 })
    expect(nearestNeighbourAccuracy(train, readMnist(mnist(), { split: 'test', limit: 250 }))).toBeGreaterThan(0.8)
  })
})
