const one = new Float64Array(1)
const words = new Uint32Array(one.buffer)
/** Which of the two words of a double holds sign and exponent on this machine. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0

/** Exponent e of a positive normal x = 2^e · m with 1 ≤ m < 2. */
export const exponentOf = (x: number): number => {
  one[0] = x
  return (words[HIGH]! >>> 20) - 1023
}

/** 2^e, exactly, for −1022 ≤ e ≤ 1023. */
const powerOfTwo = (e: number): number => {
  words[HIGH] = (e + 1023) << 20
  words[1 - HIGH] = 0
  return one[0]!
}

/** x · 2^e, rounded once, for −2000 ≤ e ≤ 2000. */
export const scale = (x: number, e: number): number => {
  if (e > 1023) return x * powerOfTwo(1023) * powerOfTwo(Math.min(e - 1023, 1023))
  if (e < -1022) return x * powerOfTwo(Math.max(e + 1022, -1022)) * powerOfTwo(-1022)
  return x * powerOfTwo(e)
}

/** x with the lower 21 bits of its significand cleared, so that a product with up to 21 bits is exact. */
export const upperBits = (x: number): number => {
  one[0] = x
  words[1 - HIGH]! &= 0xffe00000
  return one[0]!
}
