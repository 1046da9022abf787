import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { benchmarkNames, loadBenchmark, openBenchmark } from '../src/benchmark'
import { colourShapeClasses, generateColourShapes } from '../src/colour-shapes'
import { datasetError } from './thrown'

describe('loadBenchmark', () => {
  it('stands in with built-in samples of the same shape and says so', () => {
    const shapes = {
      mnist: '1×28×28×1',
      'n-mnist': '2×32×32×5',
      cifar10: '3×32×32×1',
      imagenet: '3×224×224×1',
      'cifar10-dvs': '2×42×42×5',
      'dvs-gesture': '2×42×42×5',
    }
    for (const name of benchmarkNames) {
      const config = { count: 3, seed: 4, T: 5 }
      const samples = loadBenchmark(name, { ...config, split: 'test' })
      expect(samples).toMatchObject({ count: 3, classes: name === 'dvs-gesture' ? 11 : 10, synthetic: true })
      expect([...Object.values(samples.shape), samples.T].join('×')).toBe(shapes[name])
      expect(samples.origin).toMatch(/^built-in synthetic .*seed 4$/)
      expect(samples.data.length).toBe(3 * samples.T * samples.shape.C * samples.shape.H * samples.shape.W)
      const again = loadBenchmark(name, { ...config, split: 'test' })
      expect({ ...again, data: 0 }).toEqual({ ...samples, data: 0 })
      expect(Buffer.compare(again.data, samples.data)).toBe(0)
      expect(Buffer.compare(loadBenchmark(name, config).data, samples.data)).not.toBe(0)
    }
  })

  it('reads the real files when it gets a folder, and does not stand in for missing ones', async () => {
    for (const name of benchmarkNames) {
      if (name !== 'imagenet')
        expect(datasetError(() => loadBenchmark(name, { dir: 'no-such-folder' })).file).toBe('no-such-folder')
      await expect(openBenchmark(name, { dir: 'no-such-folder' })).rejects.toMatchObject({ file: 'no-such-folder' })
    }
    expect(() => loadBenchmark('imagenet', { dir: 'somewhere' })).toThrow(/openBenchmark/)
  })

  it('lists the names it knows', () => {
    expect(() => loadBenchmark('cifar100' as 'mnist')).toThrow(/one of mnist, n-mnist, .*, got cifar100/)
    expect(() => loadBenchmark('toString' as 'mnist')).toThrow(/one of mnist/)
    expect(() => loadBenchmark('mnist', { count: 0 })).toThrow(/count/)
  })
})

describe('generateColourShapes', () => {
  it('makes balanced, repeatable colour images whose mean colour says nothing about the class', () => {
    const samples = generateColourShapes({ count: 500, seed: 1 })
    expect(new Set(colourShapeClasses).size).toBe(10)
    expect(generateColourShapes({ count: 1, seed: 1, first: 77 }).data).toEqual(
      samples.data.slice(77 * 3072, 78 * 3072),
    )
    const means = Array.from({ length: 10 }, () => 0)
    for (let n = 0; n < 500; n++)
      means[samples.labels[n]!]! +=
        samples.data.subarray(n * 3072, (n + 1) * 3072).reduce((a, b) => a + b, 0) / 3072 / 50
    // Mean of 50 images, each with a standard deviation below 50: within 4·50/√50 ≈ 28 of each other's centre.
    const centre = means.reduce((a, b) => a + b, 0) / 10
    for (const mean of means) expect(Math.abs(mean - centre)).toBeLessThan(28)
  })

  it('draws figures in the images: each class has contrast between pixels', () => {
    const samples = generateColourShapes({ count: 50, seed: 2 })
    for (let n = 0; n < 50; n++) {
      const pixels = samples.data.subarray(n * 3072, (n + 1) * 3072)
      const spread = [0, 1, 2].map((c) => {
        const plane = pixels.subarray(c * 1024, (c + 1) * 1024).toSorted()
        return plane[970]! - plane[50]!
      })
      expect(Math.max(...spread), `class ${samples.labels[n]}`).toBeGreaterThan(60)
    }
  })
})

describe('the package', () => {
  it('imports nothing of Node when it is loaded', () => {
    const src = fileURLToPath(new URL('../src/', import.meta.url))
    for (const file of readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')))
      expect(readFileSync(src + file, 'utf8'), file).not.toMatch(/(from|^import) ['"]node:/m)
  })
})
