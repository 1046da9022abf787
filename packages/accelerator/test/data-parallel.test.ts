import { parseNetwork } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analyticRun } from '../src/analytic'
import { dataParallel } from '../src/data-parallel'
import { allReduceSeconds } from '../src/data-parallel-link'

const link = { bandwidthGBps: 10, latency_us: 2 }
const network = parseNetwork('16C3(Encoding)-32C3-AP2-10FC', { input: { C: 1, H: 12, W: 12 }, T: 10 })
const run = analyticRun({ network, outputSparsity: [0.5], inputSparsity: [0.9], batch: 64 })
const work = {
  chip: run.chip,
  network,
  run,
  chips: [1, 2, 4, 8],
  link,
  algorithm: 'ring',
  scaling: 'strong',
  batch: 64,
} as const

describe('all-reduce', () => {
  it('sends 2(n − 1) chunks of S/n around a ring', () => {
    // 4 chips, 1 MB: 6 steps of 2 us + 0.25 MB / 10 GB/s = 25 us: 6 · 27 us = 162 us
    expect(allReduceSeconds({ algorithm: 'ring', chips: 4, bytes: 1e6, link })).toBeCloseTo(162e-6, 12)
  })

  it('sends S up and down a tree of ⌈log2 n⌉ levels', () => {
    // 5 chips, 1 MB: 2 · 3 levels of 2 us + 100 us = 612 us
    expect(allReduceSeconds({ algorithm: 'tree', chips: 5, bytes: 1e6, link })).toBeCloseTo(612e-6, 12)
  })

  it('takes no time for one chip, and at least twice the chunk of a ring for more', () => {
    const algorithm = fc.constantFrom('ring' as const, 'tree' as const)
    fc.assert(
      fc.property(algorithm, fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 0, max: 1e9 }), (a, chips, bytes) => {
        expect(allReduceSeconds({ algorithm: a, chips: 1, bytes, link })).toBe(0)
        const least = (2 * ((chips - 1) / chips) * bytes) / 10e9
        expect(allReduceSeconds({ algorithm: a, chips, bytes, link })).toBeGreaterThanOrEqual(least)
      }),
    )
  })

  it('prefers the tree for small gradients on many chips and the ring for large ones', () => {
    const time = (algorithm: 'ring' | 'tree', bytes: number) => allReduceSeconds({ algorithm, chips: 64, bytes, link })
    expect(time('tree', 1000)).toBeLessThan(time('ring', 1000))
    expect(time('ring', 1e9)).toBeLessThan(time('tree', 1e9))
  })

  it('refuses impossible links, chips and sizes', () => {
    const of = (changes: object) => () => allReduceSeconds({ algorithm: 'ring', chips: 2, bytes: 1, link, ...changes })
    expect(of({ link: { ...link, bandwidthGBps: 0 } })).toThrow('link/bandwidthGBps')
    expect(of({ link: { ...link, latency_us: -1 } })).toThrow('link/latency_us')
    expect(of({ chips: 0 })).toThrow('chips')
    expect(of({ bytes: Number.NaN })).toThrow('bytes')
  })
})

describe('several chips', () => {
  it('is one chip for one chip', () => {
    const [one] = dataParallel({ ...work, chips: [1] })
    expect(one).toMatchObject({ chips: 1, allReduce_s: 0, speedup: 1, efficiency: 1, samples: 64 })
    expect(one!.samples_per_s).toBeCloseTo(run.samples_per_s_with_update, 6)
    expect(one!.energy_per_sample_J).toBeCloseTo(run.energy_per_sample_with_update_J, 12)
  })

  it('adds the all-reduce of all parameters to the group of the largest share', () => {
    // 16·9 + 32·16·9 + 10·32·36 = 144 + 4608 + 11520 = 16272 parameters of 2 bytes; ring of 4: 6 · (2 us + 8136 B / 10 GB/s)
    const points = dataParallel(work)
    expect(points[2]!.allReduce_s).toBeCloseTo(6 * (2e-6 + 8136 / 10e9), 12)
    for (const point of points) expect(point.step_s).toBe(point.compute_s + point.allReduce_s)
  })

  it('never scales better than the number of chips, and weak scaling beats strong', () => {
    const strong = dataParallel(work)
    const weak = dataParallel({ ...work, scaling: 'weak' })
    strong.forEach((point, i) => {
      expect(point.efficiency).toBeLessThanOrEqual(1 + 1e-12)
      expect(weak[i]!.efficiency).toBeGreaterThanOrEqual(point.efficiency - 1e-12)
      expect(weak[i]!.samples).toBe(64 * point.chips)
    })
  })

  it('gains nothing from chips that find no sub-batch any more', () => {
    // 64 samples in sub-batches of 4: 16 chips have one each; further chips only make the ring longer
    const [sixteen, more] = dataParallel({ ...work, chips: [16, 32] })
    expect(more!.compute_s).toBeLessThanOrEqual(sixteen!.compute_s)
    expect(more!.samples_per_s).toBeLessThan(sixteen!.samples_per_s)
  })

  it('gathers no faster than half the bandwidth of the memory that holds the gradients', () => {
    const fast = dataParallel({ ...work, chips: [2], link: { bandwidthGBps: 1e6, latency_us: 0 } })
    expect(fast[0]!.allReduce_s).toBeCloseTo((2 * (16272 * 2)) / 2 / 64e9, 15)
  })

  it('refuses impossible numbers of chips and batches', () => {
    expect(() => dataParallel({ ...work, chips: [0] })).toThrow('dataParallel/chips')
    expect(() => dataParallel({ ...work, batch: 1.5 })).toThrow('dataParallel/batch')
  })
})
