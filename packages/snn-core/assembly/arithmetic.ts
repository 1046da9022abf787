/*
 * The arithmetic of one compiled module, on four lanes: float32, or binary16 with every result rounded on its own.
 * `HALF` and `FUSED` are constants of the compilation (build.mjs). HALF: 0 leaves the plain instructions, 1 adds the
 * rounding. FUSED: 1 rounds a product and the sum it goes into together (relaxed SIMD), where float32 may.
 *
 * Binary16 values lie in float32 lanes. A float32 sum, difference, product or quotient of two of them has 24 bits, no
 * fewer than 2·11 + 2: rounding it once more to 11 is the correctly rounded result. Every kernel must keep to these
 * functions for whatever is rounded; loads, stores, comparisons, signs and selections need nothing.
 *
 * "Lifted" values carry a factor 2^112: what binary16 cannot hold is then what float32 cannot hold, and becomes ±∞ by
 * itself. Long sums stay lifted from their first row to their last.
 */

/** Two to the 112 and to the −112: products with them are exact. */
const UP: f32 = reinterpret<f32>((112 + 127) << 23)
const DOWN: f32 = reinterpret<f32>((127 - 112) << 23)

/** A lifted value that has any binary16 exponent of a normal number, to 11 bits, ties to even; ±∞ and NaN stay. */
function toElevenBits(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 13), i32x4.splat(1))
  return v128.and(i32x4.add(i32x4.add(x, i32x4.splat(0xfff)), odd), i32x4.splat(~0x1fff))
}

/**
 * Any float32 below 2^100 (products stay below 2^32) to a multiple of the last bit binary16 has at its exponent, 2^−24
 * at least, ties to even: by adding and taking away 1.5 · 2^(exponent + 13), where that bit is float32's last. Beyond
 * 65504 not yet ±∞; −0 becomes 0. ±∞ and NaN stay: the exponent overflows into a number too small to matter.
 */
function toLastBit(x: v128): v128 {
  const exponent = i32x4.max_s(v128.and(x, i32x4.splat(0x7f800000)), i32x4.splat((127 - 14) << 23))
  const coarse = i32x4.add(exponent, i32x4.splat((13 << 23) | 0x400000))
  return f32x4.sub(f32x4.add(x, coarse), coarse)
}

/** A float32 below 2^100, ±∞ or NaN rounded to binary16. */
function nearest(x: v128): v128 {
  const rounded = f32x4.mul(f32x4.mul(toLastBit(x), f32x4.splat(UP)), f32x4.splat(DOWN))
  return v128.or(rounded, v128.and(x, i32x4.splat(0x80000000)))
}

/** a + b. */
export function add(a: v128, b: v128): v128 {
  return HALF ? lower(toElevenBits(lift(f32x4.add(a, b)))) : f32x4.add(a, b)
}

/** a − b. */
export function sub(a: v128, b: v128): v128 {
  return HALF ? lower(toElevenBits(lift(f32x4.sub(a, b)))) : f32x4.sub(a, b)
}

/** a · b. */
export function mul(a: v128, b: v128): v128 {
  return HALF ? nearest(f32x4.mul(a, b)) : f32x4.mul(a, b)
}

/** a ÷ b. */
export function div(a: v128, b: v128): v128 {
  return HALF ? nearest(f32x4.div(a, b)) : f32x4.div(a, b)
}

/** A sum so far, for `plus` and `plusProduct`: they take and return lifted sums. */
export function lift(sum: v128): v128 {
  return HALF ? f32x4.mul(sum, f32x4.splat(UP)) : sum
}

/** A lifted sum as a value again. */
export function lower(sum: v128): v128 {
  return HALF ? f32x4.mul(sum, f32x4.splat(DOWN)) : sum
}

/** Lifted sum + x. A sum of binary16 values has no bits below 2^−24: nothing is lost among the subnormals. */
export function plus(sum: v128, x: v128): v128 {
  return HALF ? toElevenBits(f32x4.add(sum, lift(x))) : f32x4.add(sum, x)
}

/**
 * Lifted sum + v · x, the product rounded first unless fused. (A product −0 counts as 0: no sum that starts from 0 shows
 * it.)
 */
export function plusProduct(sum: v128, v: v128, x: v128): v128 {
  if (FUSED) return f32x4.relaxed_madd(v, x, sum)
  return HALF ? toElevenBits(f32x4.add(sum, lift(toLastBit(f32x4.mul(v, x))))) : f32x4.add(sum, f32x4.mul(v, x))
}
