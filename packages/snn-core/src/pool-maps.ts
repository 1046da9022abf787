import type { RealArray } from './api'
import type { Arithmetic } from './arithmetic'

/**
 * Averages partial sums over k×k before the Soma (`APk`): position-major convolution outputs (convH·convW × K) to
 * pooled ones (outH·outW × K). k = 2 adds (a+b)+(c+d), every other k adds in raster order as a tree of adjacent pairs
 * (an odd one passes on); then ÷k². Rows and columns past k·out are dropped. (h2learn rules 5 and 6, modelling choice.)
 */
export const poolSums = (
  sums: RealArray,
  out: RealArray,
  { convW, outH, outW, K, k }: { convW: number; outH: number; outW: number; K: number; k: number },
  ops: Arithmetic,
): void => {
  const window = ops.zeros(k * k * K)
  const area = k * k
  for (let y = 0; y < outH; y++)
    for (let x = 0; x < outW; x++) {
      for (let dy = 0; dy < k; dy++) {
        const from = ((y * k + dy) * convW + x * k) * K
        for (let i = 0, to = dy * k * K; i < k * K; i++) window[to + i] = sums[from + i]
      }
      for (let left = area; left > 1; left = (left + 1) >>> 1) {
        const pairs = left >>> 1
        for (let p = 0; p < pairs; p++) {
          if (p > 0) window.copyWithin(p * K, 2 * p * K, (2 * p + 1) * K)
          ops.addRow(window, p * K, window, (2 * p + 1) * K, K)
        }
        if (left & 1) window.copyWithin(pairs * K, (left - 1) * K, left * K)
      }
      const at = (y * outW + x) * K
      for (let c = 0; c < K; c++) out[at + c] = window[c] / area
    }
  ops.settle(out, 0, outH * outW * K)
}

/**
 * Spreads gradients of pooled maps over the positions that were averaged, ÷k² each; dropped rows and columns get 0.
 * One map, channel-major: `channels` × (H/k · W/k) from `from` on to `channels` × H·W at `at`.
 */
export const spreadMap = (
  grad: RealArray,
  from: number,
  out: RealArray,
  at: number,
  { channels, H, W, k }: { channels: number; H: number; W: number; k: number },
  ops: Arithmetic,
): void => {
  const poolH = Math.floor(H / k)
  const poolW = Math.floor(W / k)
  const area = k * k
  out.fill(0, at, at + channels * H * W)
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < poolH * k; y++) {
      const source = from + (c * poolH + Math.floor(y / k)) * poolW
      const target = at + (c * H + y) * W
      for (let x = 0, p = 0; p < poolW; p++) {
        const g = grad[source + p] / area
        for (let dx = 0; dx < k; dx++) out[target + x++] = g
      }
    }
  ops.settle(out, at, channels * H * W)
}
