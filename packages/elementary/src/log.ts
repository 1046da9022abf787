import { exponentOf, scale, upperBits } from './bits'
import { productError, sumError } from './double-double'
import { LOG_TABLE, LOG_TWO } from './tables'

/** First i of LOG_TABLE. */
const FIRST = 90

/** What `logarithm` leaves: ln x = high + low, to some 2^−67 of its value. */
let low = 0

/** The smaller part of the last logarithm. */
export const logarithmRest = (): number => low

/**
 * ln x for a finite x > 0, as the nearest double (returned) and a rest (`logarithmRest`). With x = 2^e · m, √½ ≤ m < √2 or
 * nearly so, and r = i/128 near 1/m: ln x = e·ln 2 − ln r + ln(1 + z), z = m·r − 1 exactly, |z| < 2^−7.4. (Tang,
 * "Table-driven implementation of the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16, 1990, carried
 * to twice the precision; the series is that of ln(1 + z).)
 */
export const logarithm = (x: number): number => {
  let lift = 0
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984
    lift = 54
  }
  let e = exponentOf(x)
  let m = scale(x, -e)
  if (m > Math.SQRT2) {
    m /= 2
    e++
  }
  e -= lift
  const i = Math.round(128 / m)
  const r = i / 128
  const upper = upperBits(m)
  const first = upper * r - 1
  const second = (m - upper) * r
  const z = first + second
  const zLow = first - z + second

  const square = z * z
  const squareLow = productError(z, z, square)
  const series = 1 / 3 - z * (1 / 4 - z * (1 / 5 - z * (1 / 6 - z * (1 / 7 - z * (1 / 8 - z * (1 / 9 - z / 10))))))

  // exact: both are multiples of 2^−42 below 2^10
  const known = e * LOG_TWO[0] + LOG_TABLE[2 * (i - FIRST)]!
  const a = known + z
  const aLow = sumError(known, z, a)
  const b = a - square / 2
  const bLow = sumError(a, -square / 2, b)
  const rest =
    aLow +
    bLow +
    (square * z * series + (zLow - z * zLow - squareLow / 2 + (LOG_TABLE[2 * (i - FIRST) + 1]! + e * LOG_TWO[1])))
  const high = b + rest
  low = b - high + rest
  return high
}

/** ln x, at most 1 ulp from the exact value; NaN below 0. */
export const log = (x: number): number => {
  if (x > 0 && x < Infinity) return logarithm(x)
  return x === 0 ? -Infinity : x < 0 ? NaN : x
}

/** ln(1 + x), at most 1 ulp from the exact value, for small x too; NaN below −1. */
export const log1p = (x: number): number => {
  const y = 1 + x
  if (!(y > 0 && y < Infinity)) return x < -1 ? NaN : x === -1 ? -Infinity : x
  // ln(y + lost) = ln y + lost / y, but for lost² / 2y²
  const lost = sumError(1, x, y)
  if (y === 1) return x - (x * x) / 2
  const high = logarithm(y)
  return high + (low + lost / y)
}
