import fc from 'fast-check'
import { getFloat16, setFloat16 } from 'fp16'
import { describe, expect, it } from 'vitest'
import { f16Bits, f16Decode, f16Encode, f16Round, f16Value } from '../src/f16'

const view = new DataView(new ArrayBuffer(2))
const reference = (x: number) => {
  setFloat16(view, 0, Math.fround(x))
  return getFloat16(view, 0)
}

describe('f16Round', () => {
  it('leaves every binary16 value as it is, and decodes and encodes it back', () => {
    const all = Uint16Array.from({ length: 65536 }, (_, i) => i)
    const values = f16Decode(all)
    for (let bits = 0; bits < 65536; bits++) expect(Object.is(f16Round(values[bits]!), values[bits]!)).toBe(true)
    const back = f16Encode(values)
    const wrong = all.filter((bits) => !Number.isNaN(values[bits]!) && back[bits] !== bits)
    expect([...wrong]).toEqual([])
    expect(f16Bits(NaN)).toBe(0x7e00)
  })

  it('rounds halfway cases to even, by hand', () => {
    expect(f16Round(2049)).toBe(2048) // between 2048 and 2050
    expect(f16Round(2051)).toBe(2052)
    expect(f16Round(65519.99)).toBe(65504)
    expect(f16Round(65520)).toBe(Infinity)
    expect(f16Round(2 ** -25)).toBe(0) // half the smallest subnormal, tie to even
    expect(f16Round(3 * 2 ** -26)).toBe(2 ** -24)
    expect(Object.is(f16Round(-(2 ** -26)), -0)).toBe(true)
    expect(f16Value(0x3c01)).toBe(1 + 2 ** -10)
  })

  it('adds and multiplies as the fp16 package rounds the float32 result (double rounding is innocuous there)', () => {
    const bits = fc.integer({ min: 0, max: 0x7bff })
    const sign = fc.boolean()
    fc.assert(
      fc.property(bits, sign, bits, sign, (a, negA, b, negB) => {
        const x = f16Value(a) * (negA ? -1 : 1)
        const y = f16Value(b) * (negB ? -1 : 1)
        expect(f16Round(x + y)).toBe(reference(x + y))
        expect(f16Round(x * y)).toBe(reference(x * y))
      }),
      { numRuns: 20000 },
    )
  })

  it('needs one rounding: a double just above a tie goes up', () => {
    expect(f16Round(2049 + 2 ** -40)).toBe(2050)
  })
})
