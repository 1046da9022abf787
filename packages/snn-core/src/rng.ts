import { elementary } from '@h2learn/elementary'
/** A seeded source of random numbers whose whole state is one 32-bit word. */
export interface Rng {
  /** Uniform in [0, 1). */
  readonly next: () => number
  /** Uniform integer in 0..n−1. */
  readonly below: (n: number) => number
  /** Standard normal (Box-Muller, both values used in turn). */
  readonly normal: () => number
}

/**
 * mulberry32: 32 bits of state, equal draws in any language (the common benchmark workload uses it too).
 * @param seed any integer; only its low 32 bits count
 */
export const rng = (seed: number): Rng => {
  let a = seed >>> 0
  let spare: number | undefined
  const next = () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), 1 | a)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const normal = () => {
    if (spare !== undefined) {
      const z = spare
      spare = undefined
      return z
    }
    const r = Math.sqrt(-2 * elementary.log(1 - next()))
    const phi = 2 * Math.PI * next()
    spare = r * elementary.sin(phi)
    return r * elementary.cos(phi)
  }
  return { next, below: (n) => Math.floor(next() * n), normal }
}

/** A seed for a named purpose, so that streams drawn for different things do not repeat each other. */
export const deriveSeed = (seed: number, ...path: readonly (number | string)[]): number => {
  let h = seed >>> 0
  for (const part of path)
    for (const c of String(part) + '/') h = Math.imul(h ^ c.charCodeAt(0), 0x01000193) + 0x9e3779b9
  return (h ^ (h >>> 15)) >>> 0
}
