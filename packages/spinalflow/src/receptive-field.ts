import type { Layer } from '@h2learn/snn-core'

/** Output positions along one axis whose window covers input position i: o·stride + tap − padding = i, 0 ≤ o < outputs. */
const coverage = (size: number, kernel: number, stride: number, padding: number, outputs: number): Int32Array => {
  const covered = new Int32Array(size)
  for (let o = 0; o < outputs; o++)
    for (let tap = 0; tap < kernel; tap++) {
      const i = o * stride + tap - padding
      if (i >= 0 && i < size) covered[i]!++
    }
  return covered
}

/** Convolution outputs that are kept: rows and columns that the pooling drops are never computed. */
export const keptOutputs = ({ outH, outW, currentPool }: Layer) => ({ H: outH * currentPool, W: outW * currentPool })

/**
 * How many receptive fields each position of the input map lies in. A spike there takes as many cycles per block of
 * output channels.
 * @returns H·W numbers, raster order; a fully connected layer has one field, which every position lies in
 */
export const fieldsPerPosition = (layer: Layer): Int32Array => {
  const { H, W, R, S, stride, padding } = layer
  const kept = keptOutputs(layer)
  const rows = coverage(H, R, stride, padding, kept.H)
  const columns = coverage(W, S, stride, padding, kept.W)
  const fields = new Int32Array(H * W)
  for (let y = 0, i = 0; y < H; y++) for (let x = 0; x < W; x++, i++) fields[i] = rows[y]! * columns[x]!
  return fields
}
