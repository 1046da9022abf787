import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { rng } from '../src/rng'
import { loopRowSums, type RowSums, rowSums } from '../src/row-sums'
import { simdRows } from '../src/simd'
import { firstDifference } from './naive'

const work = (at: RowSums, seed: number) => {
  const { normal, below } = rng(seed)
  for (let i = 0; i < at.rows.length; i++) at.rows[i] = normal() * 2 ** (below(60) - 30)
  const most = Math.min(at.sums.length, at.rows.length)
  for (let job = 0; job < 20; job++) {
    const n = below(most + 1)
    const [o, w] = [below(at.sums.length - n + 1), below(at.rows.length - n + 1)]
    if (job % 2) at.add(o, w, n)
    else at.addScaled(o, Math.fround(normal()), w, n)
  }
  return at.sums
}

describe('rowSums', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.resetModules()
  })

  it('adds 3 · (1, 2, 3, 4, 5) to the middle of the sums and leaves their neighbours', () => {
    for (const precision of ['f64', 'f32', 'f16'] as const) {
      const { sums, rows, add, addScaled } = rowSums(precision, 7, 6)
      rows.set([9, 1, 2, 3, 4, 5])
      addScaled(1, 3, 1, 5)
      expect(Array.from(sums)).toEqual([0, 3, 6, 9, 12, 15, 0])
      add(0, 0, 1)
      expect(Array.from(sums)).toEqual([9, 3, 6, 9, 12, 15, 0])
    }
  })

  it('gives with SIMD what the plain loops give, bit for bit, for any lengths and offsets', () => {
    expect(simdRows()).toBeDefined()
    const sizes = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(sizes, sizes, fc.integer(), (n, m, seed) => {
        const theirs = work(loopRowSums('f32', n, m), seed)
        expect(firstDifference(work(rowSums('f32', n, m), seed), theirs)).toBeUndefined()
      }),
    )
  })

  it('grows its memory and starts from zeros every time', () => {
    rowSums('f32', 100, 100).rows.fill(5)
    const { sums, rows, addScaled } = rowSums('f32', 300_000, 300_000)
    expect(sums.every((x) => x === 0) && rows.every((x) => x === 0)).toBe(true)
    rows[299_999] = 2
    addScaled(299_999, 4, 299_999, 1)
    expect(sums[299_999]).toBe(8)
  })

  it('falls back to the plain loops where there is no WebAssembly, or none with SIMD', async () => {
    class Refusing {
      constructor() {
        throw new Error('no SIMD')
      }
    }
    for (const WebAssembly of [undefined, { Module: Refusing, Instance: Refusing }]) {
      vi.resetModules()
      vi.stubGlobal('WebAssembly', WebAssembly)
      const { rowSums } = await import('../src/row-sums')
      expect(firstDifference(work(rowSums('f32', 30, 30), 4), work(loopRowSums('f32', 30, 30), 4))).toBeUndefined()
    }
  })
})
