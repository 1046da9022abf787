/**
 * A product or a sum of two doubles is seldom a double. What the rounding leaves over is again one (Dekker, "A
 * floating-point technique for extending the available precision", Numer. Math. 18, 1971; Knuth, TAOCP 2, 4.2.2).
 */

/** 2^27 + 1: a double times this, and back, leaves its upper 26 bits. */
const SPLITTER = 134217729

/** The exact a·b minus its rounded value `product`. For |a|, |b| < 2^996 with a product that is no subnormal number. */
export const productError = (a: number, b: number, product: number): number => {
  const p = SPLITTER * a
  const aHigh = p - (p - a)
  const aLow = a - aHigh
  const q = SPLITTER * b
  const bHigh = q - (q - b)
  const bLow = b - bHigh
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** The exact a + b minus its rounded value `sum`. */
export const sumError = (a: number, b: number, sum: number): number => {
  const other = sum - a
  return a - (sum - other) + (b - other)
}
