import { sumError } from './double-double'
import { HALF_PI } from './tables'

/** Up to here n·HALF_PI[0] and n·HALF_PI[1] are exact. */
const LARGEST = 1_000_000

let low = 0

/** n mod 4 of x = n·π/2 + r with |r| ≤ π/4 or hardly more. */
let quadrant = 0

/**
 * The r of x = n·π/2 + r, to twice the precision: π/2 is taken off in three parts (Cody and Waite, "Software Manual for
 * the Elementary Functions", 1980).
 */
const reduce = (name: string, x: number): number => {
  if (x === Infinity || x === -Infinity) return NaN
  if (Math.abs(x) > LARGEST)
    throw new RangeError(`elementary.${name}: expected an angle of at most 1,000,000 radians, got ${x}`)
  const n = Math.round(x / (Math.PI / 2))
  quadrant = n & 3
  const a = x - n * HALF_PI[0]
  const second = n * HALF_PI[1]
  const b = a - second
  const rest = sumError(a, -second, b) - n * HALF_PI[2]
  const r = b + rest
  low = sumError(b, rest, r)
  return r
}

/** sin(r + low) for |r| ≤ π/4, by Taylor's series. */
const sineOf = (r: number): number => {
  const z = r * r
  const tail =
    1 / 120 -
    z *
      (1 / 5040 -
        z * (1 / 362880 - z * (1 / 39916800 - z * (1 / 6227020800 - z * (1 / 1307674368000 - z / 355687428096000)))))
  return r + (r * z * (z * tail - 1 / 6) + low * (1 - z / 2))
}

/** cos(r + low) for |r| ≤ π/4, by Taylor's series. */
const cosineOf = (r: number): number => {
  const z = r * r
  const tail =
    1 / 24 -
    z *
      (1 / 720 -
        z *
          (1 / 40320 -
            z *
              (1 / 3628800 -
                z * (1 / 479001600 - z * (1 / 87178291200 - z * (1 / 20922789888000 - z / 6402373705728000))))))
  const half = z / 2
  const near = 1 - half
  return near + (1 - near - half + (z * z * tail - r * low))
}

/** sin x of an angle in radians, at most 1 ulp from the exact value. @throws RangeError above 1,000,000 radians */
export const sin = (x: number): number => {
  if (x === 0) return x
  const r = reduce('sin', x)
  const size = quadrant & 1 ? cosineOf(r) : sineOf(r)
  return quadrant & 2 ? -size : size
}

/** cos x of an angle in radians, at most 1 ulp from the exact value. @throws RangeError above 1,000,000 radians */
export const cos = (x: number): number => {
  const r = reduce('cos', x)
  const size = quadrant & 1 ? sineOf(r) : cosineOf(r)
  return (quadrant + 1) & 2 ? -size : size
}
