import type { Layer, RealArray, Weights } from './api'
import type { Arithmetic } from './arithmetic'

/**
 * Which outputs of a convolution one input position reaches along one axis, as runs that are contiguous in the output
 * and in the reordered taps: input i reaches outputs first[i] … first[i] + count[i] − 1 through taps tap[i] … of
 * `order`.
 */
export interface AxisTaps {
  readonly first: Int32Array
  readonly tap: Int32Array
  readonly count: Int32Array
  /** Kernel tap at each place of the reordered kernel: by phase (tap mod stride), descending inside a phase. */
  readonly order: Int32Array
}

/** Runs of one axis for input positions 0..size−1: output o reads input o·stride + tap − padding. */
export const axisTaps = (size: number, kernel: number, stride: number, padding: number, outputs: number): AxisTaps => {
  const order = new Int32Array(kernel)
  const start = new Int32Array(stride)
  const length = new Int32Array(stride)
  for (let phase = 0, at = 0; phase < stride; phase++) {
    start[phase] = at
    length[phase] = phase < kernel ? Math.ceil((kernel - phase) / stride) : 0
    for (let j = length[phase] - 1; j >= 0; j--) order[at++] = phase + j * stride
  }
  const first = new Int32Array(size)
  const tap = new Int32Array(size)
  const count = new Int32Array(size)
  for (let i = 0; i < size; i++) {
    const phase = (i + padding) % stride
    const lowest = Math.floor((i + padding) / stride) - length[phase] + 1
    const skipped = Math.max(0, -lowest)
    first[i] = lowest + skipped
    tap[i] = start[phase] + skipped
    count[i] = Math.max(0, Math.min(length[phase], outputs - lowest) - skipped)
  }
  return { first, tap, count, order }
}

/** Runs of both axes of a layer. */
export const layerTaps = ({ H, W, R, S, stride, padding, convH, convW }: Layer) => ({
  rows: axisTaps(H, R, stride, padding, convH),
  columns: axisTaps(W, S, stride, padding, convW),
})

/**
 * KCRS weights of the output channels `from` .. `to` − 1 as C · taps rows of them, taps in the order of `AxisTaps`: one
 * input's run of outputs is one row.
 */
export const toTapRows = (
  weights: Weights,
  layer: Layer,
  ops: Arithmetic,
  out: RealArray,
  from = 0,
  to = layer.K,
): RealArray => {
  const { C, R, S } = layer
  const { rows, columns } = layerTaps(layer)
  const { data } = weights
  for (let c = 0, at = 0; c < C; c++)
    for (let r = 0; r < R; r++)
      for (let s = 0; s < S; s++) {
        const place = (c * R + rows.order[r]) * S + columns.order[s]
        for (let k = from; k < to; k++) out[at++] = data[k * C * R * S + place]
      }
  ops.settle(out, 0, out.length)
  return out
}

/** The inverse of `toTapRows`: weight gradients summed as tap rows, back in KCRS. */
export const fromTapRows = (tapRows: RealArray, layer: Layer, out: RealArray): RealArray => {
  const { K, C, R, S } = layer
  const { rows, columns } = layerTaps(layer)
  for (let c = 0, at = 0; c < C; c++)
    for (let r = 0; r < R; r++)
      for (let s = 0; s < S; s++) {
        const to = (c * R + rows.order[r]) * S + columns.order[s]
        for (let k = 0; k < K; k++) out[k * C * R * S + to] = tapRows[at++]
      }
  return out
}

/** KCRS weights as K · R · S · C rows: one gradient's run of input positions is one row. */
export const toChannelLast = (weights: Weights, layer: Layer, ops: Arithmetic, out: RealArray): RealArray => {
  const { K, C, R, S } = layer
  const { data } = weights
  for (let k = 0, at = 0; k < K; k++)
    for (let tap = 0; tap < R * S; tap++) for (let c = 0; c < C; c++) out[at++] = data[(k * C + c) * R * S + tap]
  ops.settle(out, 0, out.length)
  return out
}

/** One map from position-major (H·W × C) to channel-major (C × H·W). */
export const toChannelFirst = (from: RealArray, channels: number, size: number, out: RealArray, at: number): void => {
  for (let c = 0; c < channels; c++, at += size)
    for (let p = 0, i = c; p < size; p++, i += channels) out[at + p] = from[i]
}
