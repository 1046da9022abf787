import type { Precision, RealArray } from './api'
import { f16Round } from './f16'

/**
 * The operations the learning rule is written in, one set per precision. Every addition and every product is rounded
 * to the precision; storing into a Float32Array is that rounding for f32 (exact in double before it).
 */
export interface Arithmetic {
  readonly precision: Precision
  /** One number rounded to the precision. */
  readonly round: (x: number) => number
  /** acc[o + i] += w[wo + i] for i < n. */
  readonly addRow: (acc: RealArray, o: number, w: RealArray, wo: number, n: number) => void
  /** acc[o + i] += v · w[wo + i] for i < n; the product is rounded, then the sum (no fused multiply-add). */
  readonly addScaledRow: (acc: RealArray, o: number, v: number, w: RealArray, wo: number, n: number) => void
  /**
   * Rounds values in place after one operation was stored into them: FP16 rounding for f16, nothing for f64 and f32,
   * where the array itself rounds.
   */
  readonly settle: (values: RealArray, o: number, n: number) => void
  /** Zeros of the array type that holds this precision: Float64Array for f64, Float32Array for f32 and f16. */
  readonly zeros: (n: number) => RealArray
}

// One literal per precision, so that the engine compiles each for a single array type.
const f64: Arithmetic = {
  precision: 'f64',
  round: (x) => x,
  addRow: (acc, o, w, wo, n) => {
    for (let i = 0; i < n; i++) acc[o + i] += w[wo + i]
  },
  addScaledRow: (acc, o, v, w, wo, n) => {
    for (let i = 0; i < n; i++) acc[o + i] += v * w[wo + i]
  },
  settle: () => {},
  zeros: (n) => new Float64Array(n),
}

const f32: Arithmetic = {
  precision: 'f32',
  round: Math.fround,
  addRow: (acc, o, w, wo, n) => {
    for (let i = 0; i < n; i++) acc[o + i] += w[wo + i]
  },
  addScaledRow: (acc, o, v, w, wo, n) => {
    for (let i = 0; i < n; i++) acc[o + i] += Math.fround(v * w[wo + i])
  },
  settle: () => {},
  zeros: (n) => new Float32Array(n),
}

const f16: Arithmetic = {
  precision: 'f16',
  round: f16Round,
  addRow: (acc, o, w, wo, n) => {
    for (let i = 0; i < n; i++) acc[o + i] = f16Round(acc[o + i] + w[wo + i])
  },
  addScaledRow: (acc, o, v, w, wo, n) => {
    for (let i = 0; i < n; i++) acc[o + i] = f16Round(acc[o + i] + f16Round(v * w[wo + i]))
  },
  settle: (values, o, n) => {
    for (let i = o; i < o + n; i++) values[i] = f16Round(values[i])
  },
  zeros: (n) => new Float32Array(n),
}

const sets = { f64, f32, f16 } as const

/** The operations of one precision. */
export const arithmetic = (precision: Precision): Arithmetic => sets[precision]

/** Number type of the arrays that hold a precision: f16 values are kept in float32. */
export const storageOf = (precision: Precision): 'f64' | 'f32' => (precision === 'f64' ? 'f64' : 'f32')

/**
 * One function per precision from one text, for loops that round many times per element: each copy has its own
 * rounding, which the engine inlines.
 */
export const perPrecision = <F>(make: (round: (x: number) => number) => F): Readonly<Record<Precision, F>> => ({
  f64: make((x) => x),
  f32: make(Math.fround),
  f16: make(f16Round),
})
