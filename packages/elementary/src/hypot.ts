/** Beyond these a square is no longer a normal number. */
const SMALL = 2 ** -500
const LARGE = 2 ** 500

/** √(x² + y²), at most 1 ulp from the exact value. */
export const hypot = (x: number, y: number): number => {
  if (Math.abs(x) === Infinity || Math.abs(y) === Infinity) return Infinity
  const size = Math.max(Math.abs(x), Math.abs(y))
  if (size > LARGE) return Math.sqrt(x * SMALL * (x * SMALL) + y * SMALL * (y * SMALL)) * LARGE
  if (size < SMALL) return Math.sqrt(x * LARGE * (x * LARGE) + y * LARGE * (y * LARGE)) * SMALL
  return Math.sqrt(x * x + y * y)
}
