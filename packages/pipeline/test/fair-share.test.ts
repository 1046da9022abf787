import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fairRates } from '../src/fair-share'

const oneMemory = (demands: readonly number[], capacity: number) =>
  fairRates(
    demands.map((d) => [d]),
    [capacity],
  )

describe('fairRates', () => {
  it('runs everybody at full speed while the demands fit, to the last byte', () => {
    expect(oneMemory([100, 60], 160)).toEqual([1, 1])
  })

  it('gives a small user all it asks for and splits the rest in equal parts', () => {
    // 160 − 40 = 120, so 60 each for the two that want 100.
    expect(oneMemory([40, 100, 100], 160)).toEqual([1, 0.6, 0.6])
  })

  it('does not slow a task down that moves nothing', () => {
    expect(oneMemory([0, 320, 320], 160)).toEqual([1, 0.25, 0.25])
  })

  it('hands on the bandwidth of a task that another memory holds back', () => {
    // Task 0 wants 80 of memory 0 and 320 of memory 1 (160 there): half speed, so it takes 40 of memory 0
    // and task 1 gets 120 of the 160 it wants.
    expect(
      fairRates(
        [
          [80, 320],
          [160, 0],
        ],
        [160, 160],
      ),
    ).toEqual([0.5, 0.75])
  })

  it('never hands out more than there is, leaves nobody slow without a full memory, and takes nothing from the small', () => {
    const demand = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1000 }))
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 3 })
          .chain((memories) =>
            fc.tuple(
              fc.array(fc.array(demand, { minLength: memories, maxLength: memories }), { maxLength: 6 }),
              fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: memories, maxLength: memories }),
            ),
          ),
        ([demands, capacities]) => {
          const rates = fairRates(demands, capacities)
          const used = capacities.map((_, m) => demands.reduce((sum, d, task) => sum + d[m]! * rates[task]!, 0))
          used.forEach((use, m) => {
            expect(use).toBeLessThanOrEqual(capacities[m]! * (1 + 1e-9))
          })
          demands.forEach((d, task) => {
            expect(rates[task]).toBeGreaterThan(0)
            expect(rates[task]).toBeLessThanOrEqual(1)
            const fair = d.every((amount, m) => amount <= capacities[m]! / demands.length)
            if (fair) expect(rates[task]).toBe(1)
            if (rates[task]! < 1)
              expect(d.some((amount, m) => amount > 0 && used[m]! >= capacities[m]! * (1 - 1e-9))).toBe(true)
          })
        },
      ),
    )
  })

  it('is max-min fair on one memory: who is slowed gets at least as much as anybody', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 1000 }),
        (demands, capacity) => {
          const rates = oneMemory(demands, capacity)
          const most = Math.max(...demands.map((d, task) => d * rates[task]!))
          demands.forEach((d, task) => {
            if (rates[task]! < 1) expect(d * rates[task]!).toBeGreaterThanOrEqual(most * (1 - 1e-12))
          })
        },
      ),
    )
  })
})
