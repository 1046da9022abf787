import { bytes, ConfigError, cycles } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupIterations, streamEngine, streamLayer } from '../src/stream'

const grid = (work: readonly number[], traffic: readonly number[]) => ({
  cycles: Float64Array.from(work),
  bytes: Float64Array.from(traffic),
})

describe('streamLayer', () => {
  it('takes the longer of computing and loading for each grid iteration, after the first fill', () => {
    // 160 bytes a cycle: fill 320/160 = 2; max(10, 10) + max(20, 1) + max(5, 10) = 40.
    expect(streamLayer(grid([10, 20, 5], [1600, 160, 1600]), bytes(320), 160)).toEqual({
      cycles: 42,
      computeCycles: 35,
      memoryCycles: 21,
      stallCycles: 5,
      fillCycles: 2,
      bound: 'compute',
    })
  })

  it('says memory when the bytes as a whole take longer', () => {
    // 1 + max(1, 4) + max(6, 4): memory 8 > compute 7, although only the first iteration stalls.
    const layer = streamLayer(grid([1, 6], [40, 40]), bytes(10), 10)
    expect(layer).toMatchObject({ cycles: 11, bound: 'memory', stallCycles: 3 })
  })

  it('has no fill and no stall when memory has no limit', () => {
    const layer = streamLayer(grid([3, 4], [1e9, 1e9]), bytes(1e9), Infinity)
    expect(layer).toMatchObject({ cycles: 7, fillCycles: 0, stallCycles: 0, bound: 'compute' })
  })

  it('takes no time for a layer without grid iterations', () => {
    expect(streamLayer(grid([], []), bytes(0), 160).cycles).toBe(0)
  })

  it('lies between the larger of compute and memory and their sum, and never slows down with bandwidth', () => {
    const amount = fc.nat({ max: 10_000 })
    fc.assert(
      fc.property(
        fc.array(fc.tuple(amount, amount), { maxLength: 30 }),
        amount,
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 0, max: 500 }),
        (rows, first, bandwidth, more) => {
          const iterations = grid(
            rows.map(([work]) => work),
            rows.map(([, traffic]) => traffic),
          )
          const a = streamLayer(iterations, bytes(first), bandwidth)
          const b = streamLayer(iterations, bytes(first), bandwidth + more)
          expect(a.cycles).toBeGreaterThanOrEqual(Math.max(a.computeCycles, a.memoryCycles) + a.fillCycles - 1e-6)
          expect(a.cycles).toBeLessThanOrEqual(a.computeCycles + a.memoryCycles + a.fillCycles + 1e-6)
          expect(a.fillCycles + a.computeCycles + a.stallCycles).toBeCloseTo(a.cycles, 6)
          expect(b.cycles).toBeLessThanOrEqual(a.cycles + 1e-9)
        },
      ),
    )
  })

  it('names the grid iteration that cannot be', () => {
    expect(() => streamLayer(grid([1, -2], [0, 0]), bytes(0), 160)).toThrow(/grid iteration 1, got -2 cycles/)
    expect(() => streamLayer(grid([1, 2], [0]), bytes(0), 160)).toThrow(/each of the 2 grid iterations, got 1 entries/)
    expect(() => streamLayer(grid([1], [0]), bytes(0), 0)).toThrow(ConfigError)
  })
})

describe('streamEngine', () => {
  const timing = { iterations: grid([10, 20, 5], [1600, 160, 1600]), firstFillBytes: bytes(320) }

  it('hides gradient traffic that is shorter than the layer', () => {
    // 4000 bytes / 160 = 25 cycles < 42.
    const layer = streamEngine({ ...timing, gradientBytes: bytes(4000) }, 160)
    expect(layer).toMatchObject({ cycles: cycles(42), bound: 'compute', gradientCycles: 25, stallCycles: 5 })
  })

  it('is bound by the gradient memory when that takes longer', () => {
    // 8000 bytes / 80 = 100 cycles: 2 fill + 35 compute + 63 waiting.
    const layer = streamEngine({ ...timing, gradientBytes: bytes(8000) }, 160, 80)
    expect(layer).toMatchObject({ cycles: 100, bound: 'memory', gradientCycles: 100, stallCycles: 63 })
  })
})

describe('groupIterations', () => {
  it('counts equal grid iterations together, in the order in which they first come', () => {
    const grouped = groupIterations(grid([10, 20, 10, 10, 10], [1, 2, 1, 3, 1]))
    expect(grouped).toEqual({
      cycles: Float64Array.of(10, 10, 20),
      bytes: Float64Array.of(1, 3, 2),
      times: Float64Array.of(3, 1, 1),
    })
  })

  it('streams as the iterations one by one do, at any bandwidth', () => {
    const few = fc.array(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })), { maxLength: 40 })
    fc.assert(
      fc.property(few, fc.nat({ max: 500 }), fc.integer({ min: 1, max: 8 }), (rows, fill, bandwidth) => {
        const all = grid(
          rows.map(([c]) => c),
          rows.map(([, b]) => b),
        )
        const one = streamLayer(all, bytes(fill), bandwidth)
        const together = streamLayer(groupIterations(all), bytes(fill), bandwidth)
        expect(together.bound).toBe(one.bound)
        expect(together.cycles).toBeCloseTo(one.cycles, 9)
        expect(together.stallCycles).toBeCloseTo(one.stallCycles, 9)
      }),
    )
  })
})
