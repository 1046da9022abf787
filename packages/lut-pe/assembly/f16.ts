/**
 * Rounding to binary16 in the lanes of f32x4, to nearest, ties to even, for values that do not overflow.
 *
 * A float32 sum or product of binary16 values, rounded once more to 11 bits, is the correctly rounded binary16 result:
 * 24 >= 2·11 + 2, so the first rounding cannot move a value across a tie of the second. Adding and subtracting
 * M = 1.5·2^(e + 13), e the exponent of x, leaves x on the grid 2^(e − 10): its 11 bits. The signs of zeros are lost,
 * which no later sum can tell (a running sum starts at +0).
 */
export function roundSum(x: v128): v128 {
  // sums of binary16 values are multiples of 2^−24: below 2^−14 they have at most ten bits and stay as they are
  const m = f32x4.mul(v128.and(x, i32x4.splat(0x7f800000)), f32x4.splat(12288))
  return f32x4.sub(f32x4.add(x, m), m)
}

/** The same for products, whose subnormals do round: the grid is never finer than 2^−24, which is M = 0.75. */
export function roundProduct(x: v128): v128 {
  const m = f32x4.pmax(f32x4.mul(v128.and(x, i32x4.splat(0x7f800000)), f32x4.splat(12288)), f32x4.splat(0.75))
  return f32x4.sub(f32x4.add(x, m), m)
}

/** out[i] = round(a[i] + b[i]) over `bytes` bytes, a multiple of 16. */
export function addRounded(out: usize, a: usize, b: usize, bytes: usize): void {
  let i: usize = 0
  for (; i + 64 <= bytes; i += 64) {
    const x0 = f32x4.add(v128.load(a + i), v128.load(b + i))
    const x1 = f32x4.add(v128.load(a + i, 16), v128.load(b + i, 16))
    const x2 = f32x4.add(v128.load(a + i, 32), v128.load(b + i, 32))
    const x3 = f32x4.add(v128.load(a + i, 48), v128.load(b + i, 48))
    v128.store(out + i, roundSum(x0))
    v128.store(out + i, roundSum(x1), 16)
    v128.store(out + i, roundSum(x2), 32)
    v128.store(out + i, roundSum(x3), 48)
  }
  for (; i < bytes; i += 16) v128.store(out + i, roundSum(f32x4.add(v128.load(a + i), v128.load(b + i))))
}
