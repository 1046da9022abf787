import { scale } from './bits'
import { EXP_STEP, EXP_TABLE } from './tables'

/**
 * e^(x + rest) for a finite x in −800..800 and a small rest: x = (32·m + j)·ln 2 / 32 + r with |r| ≤ ln 2 / 64, so
 * e^x = 2^m · 2^(j/32) · e^r. (Tang, "Table-driven implementation of the exponential function in IEEE floating-point
 * arithmetic", ACM TOMS 15, 1989; the polynomial is Taylor's.)
 */
export const expOfSum = (x: number, rest: number): number => {
  const n = Math.round(x / (EXP_STEP[0] + EXP_STEP[1]))
  const j = n & 31
  const m = (n - j) / 32
  const high = x - n * EXP_STEP[0]
  const low = rest - n * EXP_STEP[1]
  const r = high + low
  const lost = high - r + low
  const beyond = 1 / 6 + r * (1 / 24 + r * (1 / 120 + r * (1 / 720 + r / 5040)))
  // e^r − 1
  const p = r + (lost + r * r * (0.5 + r * beyond))
  const table = EXP_TABLE[2 * j]!
  return scale(table + (EXP_TABLE[2 * j + 1]! + table * p), m)
}

/** e^x, at most 1 ulp from the exact value. */
export const exp = (x: number): number => {
  if (!(x <= 709.782712893384)) return x > 0 ? Infinity : x
  return x < -745.1332191019412 ? 0 : expOfSum(x, 0)
}
