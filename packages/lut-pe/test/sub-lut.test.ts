import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { subLut, subLutEntries, subLutFill } from '../src'

describe('subLut', () => {
  it('holds every subset sum: entry b adds the weights of the bits of b', () => {
    // weights 1, 2, 4 on bits 0, 1, 2: entry b is b
    expect(Array.from(subLut([1, 2, 4]))).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
    expect(Array.from(subLut([0.5, -3]))).toEqual([0, 0.5, -3, -2.5])
  })

  it('adds the weight of the top bit to the entry without it, rounding each time', () => {
    // between 2048 and 4096 FP16 steps by 2: 2048 + 1 is a tie and goes to the even 2048.
    // entry 3 = 2048 + 1 = 2048; entry 7 = entry 3 + 1 = 2048 again, although 2048 + (1 + 1) would be 2050
    expect(Array.from(subLut([2048, 1, 1]))).toEqual([0, 2048, 1, 2048, 1, 2048, 2, 2048])
  })

  it('never holds a negative zero, which the accumulator relies on', () => {
    const value = fc.constantFrom(-0, 0, 1, -1, 2 ** -24, -(2 ** -24), 65504)
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (operands) => {
        for (const entry of subLut(operands)) expect(Object.is(entry, -0)).toBe(false)
      }),
    )
  })

  it('costs a write per entry and an addition per entry of two or more weights', () => {
    // 3 inputs: 8 entries; 1, 2 and 4 are plain weights, 0 is nothing: 4 sums are left
    expect(subLutEntries(3)).toBe(8)
    expect(subLutFill(3)).toEqual({ writes: 8, adds: 4 })
    expect(subLutFill(4)).toEqual({ writes: 16, adds: 11 })
  })
})
