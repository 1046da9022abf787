import { f16Round, f16Value, getBit, type Mask } from '@h2learn/snn-core'
import { type BackwardGeometry, windowOffset } from './geometry'

/**
 * Smallest magnitude (as a binary16 pattern without sign) that is not zero after pooling backward divides by k²: a
 * gradient below it is flushed to zero by FP16 and invalid (edge rule 7).
 */
export const smallestValidGradient = (pool: number): number => {
  let pattern = 1
  while (f16Round(f16Value(pattern) / (pool * pool)) === 0) pattern++
  return pattern
}

/**
 * ∇ũ as the windows see it: one byte per position of the zero-inserted, bordered map, K × (H + k − 1) × (W + k − 1).
 * Border and inserted zeros are invalid, pooled gradients are spread over their k×k positions (edge rules 2, 4, 5, 7).
 * @param gradU binary16 patterns of one timestep and sample, K × outH × outW, from `from` on
 */
export const windowMap = (
  geometry: BackwardGeometry,
  smallest: number,
  gradU: Uint16Array,
  from: number,
  valid: Uint8Array,
): void => {
  const { K, H, W, kernel, stride, pool, outH, outW } = geometry
  const offset = windowOffset(geometry)
  const [high, wide] = [H + kernel - 1, W + kernel - 1]
  valid.fill(0)
  for (let k = 0; k < K; k++)
    for (let oy = 0; oy < outH; oy++)
      for (let ox = 0; ox < outW; ox++) {
        if ((gradU[from + (k * outH + oy) * outW + ox] & 0x7fff) < smallest) continue
        for (let dy = 0; dy < pool; dy++) {
          const y = (oy * pool + dy) * stride + offset
          if (y < 0 || y >= high) continue
          for (let dx = 0; dx < pool; dx++) {
            const x = (ox * pool + dx) * stride + offset
            if (x >= 0 && x < wide) valid[(k * high + y) * wide + x] = 1
          }
        }
      }
}

/**
 * `windowMap` with the rows of a block side by side: 16 bytes, one per row, for every position; groups of 16 rows, blocks
 * of `rows` rows, one behind the other.
 */
export const windowLanes = (
  geometry: BackwardGeometry,
  smallest: number,
  gradU: Uint16Array,
  from: number,
  rows: number,
  lanes: Uint8Array,
): void => {
  const { K, H, W, kernel, stride, pool, outH, outW } = geometry
  const offset = windowOffset(geometry)
  const [high, wide] = [H + kernel - 1, W + kernel - 1]
  const groups = Math.ceil(rows / 16)
  lanes.fill(0)
  for (let k = 0, i = from; k < K; k++) {
    const row = k % rows
    const group = Math.floor(k / rows) * groups + (row >>> 4)
    const base = 16 * group * high * wide + (row & 15)
    for (let oy = 0; oy < outH; oy++)
      for (let ox = 0; ox < outW; ox++, i++) {
        if ((gradU[i] & 0x7fff) < smallest) continue
        for (let dy = 0; dy < pool; dy++) {
          const y = (oy * pool + dy) * stride + offset
          if (y < 0 || y >= high) continue
          for (let dx = 0; dx < pool; dx++) {
            const x = (ox * pool + dx) * stride + offset
            if (x >= 0 && x < wide) lanes[base + 16 * (y * wide + x)] = 1
          }
        }
      }
  }
}

/**
 * Output mask of one timestep and sample at the size the windows work on, C × H × W bytes: ∇s̃ itself, or the OR of
 * the masks of the neurons whose spikes were pooled (edge rule 7).
 */
export const outputMap = (geometry: BackwardGeometry, mask: Mask, map: number, open: Uint8Array): void => {
  const { C, H, W, spikePool, neuronH, neuronW } = geometry
  if (spikePool === 1) {
    const from = map * C * H * W
    for (let i = 0; i < C * H * W; i++) open[i] = getBit(mask.data, from + i)
    return
  }
  open.fill(0)
  for (let c = 0; c < C; c++)
    for (let y = 0; y < H * spikePool; y++) {
      const from = ((map * C + c) * neuronH + y) * neuronW
      const to = (c * H + Math.floor(y / spikePool)) * W
      for (let x = 0; x < W * spikePool; x++) if (getBit(mask.data, from + x)) open[to + Math.floor(x / spikePool)] = 1
    }
}
