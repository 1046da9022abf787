import { getFloat16, setFloat16 } from 'fp16'

const word = new Float64Array(1)
const halves = new Uint32Array(word.buffer)
const high = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0
/** magic[e + 14] = 2^(e + 42): adding it to a value of exponent e leaves ten bits behind the leading one. */
const magic = Float64Array.from({ length: 30 }, (_, i) => 2 ** (i + 28))

/**
 * Rounds a number to binary16: nearest, ties to even, subnormals kept, overflow to ±Infinity, −0 kept.
 * One rounding of the exact double, so that `f16Round(a + b)` and `f16Round(a * b)` of binary16 values are the
 * correctly rounded FP16 sum and product (both are exact in double).
 */
export const f16Round = (x: number): number => {
  if (x === 0) return x
  word[0] = x
  let e = ((halves[high]! >>> 20) & 0x7ff) - 1023
  if (e < -14) e = -14
  else if (e > 15) return Number.isNaN(x) ? NaN : x < 0 ? -Infinity : Infinity
  const m = magic[e + 14]!
  const r = x < 0 ? -(-x + m - m) : x + m - m
  return r > 65504 ? Infinity : r < -65504 ? -Infinity : r
}

const view = new DataView(new ArrayBuffer(2))

/** Bit pattern of a number rounded to binary16. NaN becomes 0x7e00. */
export const f16Bits = (x: number): number => {
  setFloat16(view, 0, f16Round(x))
  return view.getUint16(0)
}

let decoded: Float32Array | undefined
const table = (): Float32Array => {
  if (decoded) return decoded
  decoded = new Float32Array(65536)
  for (let bits = 0; bits < 65536; bits++) {
    view.setUint16(0, bits)
    decoded[bits] = getFloat16(view, 0)
  }
  return decoded
}

/** Value of a binary16 bit pattern. */
export const f16Value = (bits: number): number => table()[bits]!

/** Values of binary16 bit patterns, exact in float32. */
export const f16Decode = (bits: Uint16Array, out = new Float32Array(bits.length)): Float32Array => {
  const values = table()
  for (let i = 0; i < bits.length; i++) out[i] = values[bits[i]!]!
  return out
}

const single = new Float32Array(1)
const pattern = new Uint32Array(single.buffer)

/** Rounds numbers to binary16 bit patterns. */
export const f16Encode = (values: ArrayLike<number>, out = new Uint16Array(values.length)): Uint16Array => {
  for (let i = 0; i < values.length; i++) {
    const r = f16Round(values[i]!)
    single[0] = r
    const p = pattern[0]!
    const exponent = ((p >>> 23) & 0xff) - 112
    // normal values only need their bits moved; the package encodes subnormals, infinities and NaN
    out[i] =
      r !== 0 && exponent > 0 && exponent < 31
        ? ((p >>> 16) & 0x8000) | (exponent << 10) | ((p >>> 13) & 0x3ff)
        : f16Bits(r)
  }
  return out
}

/** Rounds numbers to binary16 values, exact in float32. */
export const f16RoundAll = (values: ArrayLike<number>, out = new Float32Array(values.length)): Float32Array => {
  for (let i = 0; i < values.length; i++) out[i] = f16Round(values[i]!)
  return out
}
