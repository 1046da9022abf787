import { productError } from './double-double'
import { expOfSum } from './exp'
import { logarithm, logarithmRest } from './log'

/** x^y for a finite x > 0 and a finite y, from ln x to twice the precision: e^(y · ln x). */
const positivePower = (x: number, y: number): number => {
  const high = logarithm(x)
  const rest = logarithmRest()
  const product = y * high
  if (product > 710) return Infinity
  if (product < -746) return 0
  return expOfSum(product, productError(y, high, product) + y * rest)
}

/**
 * x^y, at most 1 ulp from the exact value, and the exact value where that is a double; special values as `Math.pow`
 * has them.
 */
export const pow = (x: number, y: number): number => {
  if (y === 0) return 1
  if (x > 0 && x < Infinity && y > -Infinity && y < Infinity) return positivePower(x, y)
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN
  const size = Math.abs(x)
  if (y === Infinity || y === -Infinity) return size === 1 ? NaN : size > 1 === y > 0 ? Infinity : 0
  const odd = Math.abs(y % 2) === 1
  if (size === 0 || size === Infinity) {
    const grows = (size === Infinity) === y > 0
    const negative = odd && (x < 0 || Object.is(x, -0))
    return grows ? (negative ? -Infinity : Infinity) : negative ? -0 : 0
  }
  if (!Number.isInteger(y)) return NaN
  return odd ? -positivePower(size, y) : positivePower(size, y)
}
