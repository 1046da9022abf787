import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Counts, Cycles, Unit } from '../src/index'
import { across, addCounts, after, bytes, ConfigError, cycles, overlapped, pipelined, scaleCounts } from '../src/index'

/** Adds one to every element: one element a cycle, two cycles deep, one addition each. */
const increment: Unit<readonly number[], readonly number[], { n: number }, 'adder.add', 'adder'> = {
  name: 'increment',
  run: (input) => input.map((x) => x + 1),
  measure: (input) => ({ n: input.length }),
  time: ({ n }) => ({ interval: cycles(n), latency: cycles(n === 0 ? 0 : n + 1) }),
  count: ({ n }) => ({ 'adder.add': n }),
  parts: { adder: 1 },
}

/** Keeps the even elements: two cycles an element, one comparison each; uses an adder too. */
const keepEven: Unit<readonly number[], readonly number[], { n: number }, 'filter.compare', 'adder' | 'comparator'> = {
  name: 'keep even',
  run: (input) => input.filter((x) => x % 2 === 0),
  measure: (input) => ({ n: input.length }),
  time: ({ n }) => ({ interval: cycles(2 * n), latency: cycles(2 * n) }),
  count: ({ n }) => ({ 'filter.compare': n }),
  parts: { adder: 3, comparator: 1 },
}

const split = (input: readonly number[], n: number): number[][] => {
  const size = Math.max(1, Math.ceil(input.length / n))
  return Array.from({ length: Math.ceil(input.length / size) }, (_, i) => input.slice(i * size, (i + 1) * size))
}
const join = (pieces: readonly (readonly number[])[]) => pieces.flat()

describe('by hand', () => {
  // [1, 2, 3]: increment gives [2, 3, 4] (interval 3, latency 4); keep even reads 3 elements (interval = latency = 6)
  const input = [1, 2, 3]

  test('after: 4 + 6 = 10 cycles, and the next input waits for all of them', () => {
    const unit = after(increment, keepEven)
    const work = unit.measure(input)
    expect(unit.run(input)).toEqual([2, 4])
    expect(work).toEqual([{ n: 3 }, { n: 3 }])
    expect(unit.time(work)).toEqual({ latency: 10, interval: 10 })
    expect(unit.count(work)).toEqual({ 'adder.add': 3, 'filter.compare': 3 })
    expect(unit.parts).toEqual({ adder: 4, comparator: 1 })
  })

  test('after with shared adders: the larger number of adders is there once', () => {
    expect(after(increment, keepEven, { shared: ['adder'] }).parts).toEqual({ adder: 3, comparator: 1 })
  })

  test('after: sharing a part that only one unit has is refused by the compiler and at run time', () => {
    // @ts-expect-error the comparator is a part of the second unit only
    expect(() => after(increment, keepEven, { shared: ['comparator'] })).toThrow(ConfigError)
  })

  test('pipelined: 10 cycles for the first, then one result every max(3, 6) = 6', () => {
    const unit = pipelined(increment, keepEven)
    expect(unit.run(input)).toEqual([2, 4])
    expect(unit.time(unit.measure(input))).toEqual({ latency: 10, interval: 6 })
    expect(unit.parts).toEqual({ adder: 4, comparator: 1 })
  })

  test('across: five elements on two copies are shares of 3 and 2; the share of 3 sets the time', () => {
    const unit = across(2, increment, { split, join })
    const work = unit.measure([1, 2, 3, 4, 5])
    expect(unit.run([1, 2, 3, 4, 5])).toEqual([2, 3, 4, 5, 6])
    expect(work).toEqual([{ n: 3 }, { n: 2 }])
    expect(unit.time(work)).toEqual({ latency: 4, interval: 3 })
    expect(unit.count(work)).toEqual({ 'adder.add': 5 })
    expect(unit.parts).toEqual({ adder: 2 })
    expect(unit.name).toBe('2 x increment')
  })

  test('across: more shares than copies is an error that says both numbers', () => {
    const unit = across(2, increment, { split: (input: readonly number[]) => input.map((x) => [x]), join })
    expect(() => unit.run([1, 2, 3])).toThrow('expected at most 2 shares of the work, one per copy, got 3')
    expect(() => unit.time([{ n: 1 }, { n: 1 }, { n: 1 }])).toThrow(ConfigError)
    expect(() => across(0, increment, { split, join })).toThrow(ConfigError)
  })

  test('overlapped: the first fill, then the slower of the two, which it names', () => {
    const slowCompute = overlapped(increment, keepEven, { firstFill: ([load]) => cycles(Math.min(load.n, 2)) })
    expect(slowCompute.run(input)).toEqual([2, 4])
    expect(slowCompute.time([{ n: 3 }, { n: 3 }])).toEqual({ latency: 8, interval: 6, boundBy: 'keep even' })
    // 100 elements to load, 3 to filter: 2 + 101 cycles, the load bound it
    expect(slowCompute.time([{ n: 100 }, { n: 3 }])).toEqual({ latency: 103, interval: 100, boundBy: 'increment' })
    // latencies of 4 and 4: a tie goes to the second
    expect(slowCompute.time([{ n: 3 }, { n: 2 }])).toMatchObject({ boundBy: 'keep even' })
  })

  test('compositions compose: two copies of a pipeline', () => {
    const unit = across(2, pipelined(increment, keepEven), { split, join })
    expect(unit.run([1, 2, 3, 4])).toEqual([2, 4])
    expect(unit.parts).toEqual({ adder: 8, comparator: 2 })
    expect(unit.count(unit.measure([1, 2, 3, 4]))).toEqual({ 'adder.add': 4, 'filter.compare': 4 })
  })
})

describe('properties', () => {
  const inputs = fc.array(fc.integer({ min: -9, max: 9 }), { maxLength: 40 })
  const total = (counts: Counts<string>) => Object.values(counts).reduce((sum, n) => sum + n, 0)

  test('counts add up under composition, whichever way two units are composed', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const expected = addCounts(increment.count({ n: input.length }), keepEven.count({ n: input.length }))
        for (const unit of [
          after(increment, keepEven),
          pipelined(increment, keepEven),
          overlapped(increment, keepEven, { firstFill: () => cycles(0) }),
        ])
          expect(unit.count(unit.measure(input))).toEqual(expected)
      }),
    )
  })

  test('n copies do the same work as one, with n times the parts and never more cycles', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), inputs, (n, input) => {
        const unit = across(n, increment, { split, join })
        const work = unit.measure(input)
        expect(unit.run(input)).toEqual(increment.run(input))
        expect(total(unit.count(work))).toBe(input.length)
        expect(unit.parts).toEqual(scaleCounts(n, increment.parts))
        expect(unit.time(work).latency).toBeLessThanOrEqual(increment.time(increment.measure(input)).latency)
        expect(unit.time(work).interval).toBeGreaterThanOrEqual(Math.ceil(input.length / n))
      }),
    )
  })

  test('a pipeline is never slower to repeat than one at a time, and has the same latency', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const [serial, stages] = [after(increment, keepEven), pipelined(increment, keepEven)]
        const [t1, t2] = [serial.time(serial.measure(input)), stages.time(stages.measure(input))]
        expect(t2.latency).toBe(t1.latency)
        expect(t2.interval).toBeLessThanOrEqual(t1.interval)
      }),
    )
  })
})

describe('types', () => {
  test('a bare number is not a quantity, nor one quantity another', () => {
    // @ts-expect-error a bare number must not pass as Cycles
    const bare: Cycles = 3
    // @ts-expect-error bytes must not pass as Cycles
    const other: Cycles = bytes(3)
    // @ts-expect-error a sum of cycles is a bare number until it is checked again
    const sum: Cycles = cycles(1) + cycles(2)
    const right: Cycles = cycles(cycles(1) + cycles(2))
    expect([bare, other, sum, right]).toEqual([3, 3, 3, 3])
  })

  test('a unit whose time is a bare number is no unit, and units whose data do not fit do not compose', () => {
    const wrong: Unit<number, number, number, 'a'> = {
      name: 'wrong',
      run: (x) => x,
      measure: (x) => x,
      // @ts-expect-error latency is a bare number
      time: (n) => ({ latency: n, interval: cycles(n) }),
      count: (n) => ({ a: n }),
      parts: {},
    }
    // @ts-expect-error increment gives arrays, `wrong` takes a number
    after(increment, wrong)
    expect(wrong.name).toBe('wrong')
  })

  test('the composed unit carries the actions of both', () => {
    const counts = after(increment, keepEven).count([{ n: 1 }, { n: 2 }])
    const typed: Counts<'adder.add' | 'filter.compare'> = counts
    // @ts-expect-error no such action
    expect(counts['mac.add']).toBeUndefined()
    expect(typed).toEqual({ 'adder.add': 1, 'filter.compare': 2 })
  })
})
