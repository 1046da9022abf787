import type { Precision, RealArray } from './api'
import { arithmetic } from './arithmetic'
import { simdRows } from './simd'

/**
 * An accumulator and a table of rows to add into it: the one loop that convolution, its input gradient and its weight
 * gradient spend their time in. Every addition and product is rounded to the precision.
 */
export interface RowSums {
  readonly sums: RealArray
  readonly rows: RealArray
  /** sums[o + i] += rows[w + i] for i < n. */
  readonly add: (o: number, w: number, n: number) => void
  /** sums[o + i] += v · rows[w + i] for i < n; the product is rounded, then the sum (no fused multiply-add). */
  readonly addScaled: (o: number, v: number, w: number, n: number) => void
}

/** The plain loops, any precision. */
export const loopRowSums = (precision: Precision, sumsLength: number, rowsLength: number): RowSums => {
  const { zeros, addRow, addScaledRow } = arithmetic(precision)
  const sums = zeros(sumsLength)
  const rows = zeros(rowsLength)
  return {
    sums,
    rows,
    add: (o, w, n) => addRow(sums, o, rows, w, n),
    addScaled: (o, v, w, n) => addScaledRow(sums, o, v, rows, w, n),
  }
}

let simd: ReturnType<typeof simdRows> | null = null
const PAGE = 65536

/**
 * Sums and rows, both zeros. For f32 they lie in the memory of a SIMD module where there is one and are valid until
 * the next call: take results out before.
 */
export const rowSums = (precision: Precision, sumsLength: number, rowsLength: number): RowSums => {
  if (precision !== 'f32') return loopRowSums(precision, sumsLength, rowsLength)
  if (simd === null) simd = simdRows()
  if (!simd) return loopRowSums(precision, sumsLength, rowsLength)
  const { memory, add, addScaled } = simd
  const rowsAt = Math.ceil(sumsLength / 4) * 16
  const missing = rowsAt + rowsLength * 4 - memory.buffer.byteLength
  try {
    if (missing > 0) memory.grow(Math.ceil(missing / PAGE))
  } catch {
    // more than the module can address (4 GiB): ordinary arrays instead
    return loopRowSums(precision, sumsLength, rowsLength)
  }
  return {
    sums: new Float32Array(memory.buffer, 0, sumsLength).fill(0),
    rows: new Float32Array(memory.buffer, rowsAt, rowsLength).fill(0),
    add: (o, w, n) => add(o * 4, rowsAt + w * 4, n),
    addScaled: (o, v, w, n) => addScaled(o * 4, rowsAt + w * 4, n, v),
  }
}
