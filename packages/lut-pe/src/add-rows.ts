import { f16Round } from '@h2learn/snn-core'

// Module-level loops: the engine's closures are made anew for every job, these are compiled once.

/** out[to + k] = a[at + k] + b[bt + k] for n columns, rounded to FP16. */
export const addRows = (
  out: Float32Array,
  to: number,
  a: Float32Array,
  at: number,
  b: Float32Array,
  bt: number,
  n: number,
): void => {
  for (let k = 0; k < n; k++) out[to + k] = f16Round(a[at + k]! + b[bt + k]!)
}

/** out[to + k] += a[at + k] · scale for n columns; the product is rounded to FP16, then the sum. */
export const addScaledRow = (
  out: Float32Array,
  to: number,
  a: Float32Array,
  at: number,
  scale: number,
  n: number,
): void => {
  for (let k = 0; k < n; k++) out[to + k] = f16Round(out[to + k]! + f16Round(a[at + k]! * scale))
}
