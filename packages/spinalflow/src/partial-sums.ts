import { getBit, type Layer, type Spikes } from '@h2learn/snn-core'
import { keptOutputs } from './receptive-field'

/** Sums of one sample and timestep, and how often one did not fit. */
export interface FieldSums {
  /** K × kept outputs, integers. */
  readonly sums: Int32Array
  readonly saturated: number
}

/**
 * One timestep of one sample as the PEs compute it: output pixel by output pixel, the spikes of its receptive field in the
 * order of their addresses (c, r, s); each adds its weight of every output channel to that channel's partial sum, which
 * saturates at ±2^(bits−1).
 * @param weights K·C·R·S integers
 * @param map index of the spike map: t·B + b
 */
export const fieldSums = (
  layer: Layer,
  spikes: Spikes,
  map: number,
  weights: Int16Array,
  partialSumBits: number,
): FieldSums => {
  const { C, H, W, K, R, S, stride, padding } = layer
  const kept = keptOutputs(layer)
  const positions = kept.H * kept.W
  const sums = new Int32Array(K * positions)
  const [low, high] = [-(2 ** (partialSumBits - 1)), 2 ** (partialSumBits - 1) - 1]
  const start = map * C * H * W
  const perChannel = C * R * S
  let saturated = 0
  for (let y = 0; y < kept.H; y++)
    for (let x = 0; x < kept.W; x++)
      for (let c = 0; c < C; c++)
        for (let r = 0; r < R; r++) {
          const inY = y * stride + r - padding
          if (inY < 0 || inY >= H) continue
          for (let s = 0; s < S; s++) {
            const inX = x * stride + s - padding
            if (inX < 0 || inX >= W || !getBit(spikes.data, start + (c * H + inY) * W + inX)) continue
            const tap = (c * R + r) * S + s
            for (let k = 0, at = y * kept.W + x; k < K; k++, at += positions) {
              const sum = sums[at]! + weights[k * perChannel + tap]!
              if (sum < low || sum > high) saturated++
              sums[at] = Math.min(Math.max(sum, low), high)
            }
          }
        }
  return { sums, saturated }
}
