import type { RealArray } from './api'
import { unpackBits } from './tensor'

/** How far our values are from a golden file's, for one quantity of one layer (or all of them). */
export interface GoldenDifference {
  /** Largest absolute difference; Infinity when a value of ours is not a number. */
  readonly difference: number
  /** Largest absolute value in the file. */
  readonly scale: number
  /** difference <= tolerance · max(1, scale). */
  readonly pass: boolean
}

/** The quantities compared with a tolerance: u, ∇u, ∇s (on the mask only), ∇w. */
export type GoldenQuantity = 'u' | 'du' | 'ds' | 'dw'

/** Largest difference, times max(1, largest value). */
export const TOLERANCE = { f64: 1e-12, f32: 1e-5 } as const

/** Compares n values, all or those where `only` is 1. */
export const compare = (ours: ArrayLike<number>, theirs: ArrayLike<number>, tolerance: number, only?: RealArray) => {
  let difference = ours.length === theirs.length ? 0 : Infinity
  let scale = 0
  for (let i = 0; i < theirs.length; i++) {
    if (only && only[i] === 0) continue
    const d = Math.abs(ours[i] - theirs[i])
    if (!(d <= difference)) difference = Number.isNaN(d) ? Infinity : d
    scale = Math.max(scale, Math.abs(theirs[i]))
  }
  return { difference, scale, pass: difference <= tolerance * Math.max(1, scale) }
}

/** Bits that differ. */
export const flips = (ours: Uint32Array, theirs: RealArray): number => {
  const bits = unpackBits(ours, theirs.length)
  let flipped = 0
  for (let i = 0; i < bits.length; i++) if (bits[i] !== theirs[i]) flipped++
  return flipped
}

/** Both differences as one. */
export const worse = (a: GoldenDifference, b: GoldenDifference): GoldenDifference => ({
  difference: Math.max(a.difference, b.difference),
  scale: Math.max(a.scale, b.scale),
  pass: a.pass && b.pass,
})
