import { f16Decode, f16Round, type Layer, type Weights } from '@h2learn/snn-core'
import { adderTree } from './acc'
import { type BackwardConfig, type BackwardMode, skipsInputs, skipsOutputs } from './config'
import { type BackwardGeometry, windowOffset } from './geometry'
import { gradientTiles, indexBlocks } from './tiles'

/** Rotated kernels, C × K × k²: conv ID j of the window meets w[k,c] at tap k² − 1 − j. */
const rotatedKernels = (weights: Weights<'f16'>): Float32Array => {
  const { K, C, R, S } = weights.shape
  const taps = R * S
  const values = f16Decode(weights.data)
  const rotated = new Float32Array(values.length)
  for (let k = 0; k < K; k++)
    for (let c = 0; c < C; c++)
      for (let id = 0; id < taps; id++) rotated[(c * K + k) * taps + id] = values[(k * C + c) * taps + taps - 1 - id]
  return rotated
}

/** ∇u of one timestep and sample, zero-inserted, spread over pooled positions and bordered: what the windows slide on. */
export const insertGradients = (
  geometry: BackwardGeometry,
  gradU: Float32Array,
  from: number,
  out: Float32Array,
): void => {
  const { K, H, W, kernel, stride, pool, outH, outW } = geometry
  const offset = windowOffset(geometry)
  const [high, wide] = [H + kernel - 1, W + kernel - 1]
  out.fill(0)
  for (let k = 0; k < K; k++)
    for (let oy = 0; oy < outH * pool; oy++)
      for (let ox = 0; ox < outW * pool; ox++) {
        const [y, x] = [oy * stride + offset, ox * stride + offset]
        if (y < 0 || x < 0 || y >= high || x >= wide) continue
        const value = gradU[from + (k * outH + Math.floor(oy / pool)) * outW + Math.floor(ox / pool)]
        out[(k * high + y) * wide + x] = pool === 1 ? value : f16Round(value / (pool * pool))
      }
}

/**
 * Conv IDs that a block of rows issues in one tile, for every row and output position: all that have a non-zero
 * gradient (the tag's set bits, ascending), or all k² where the engine does not skip inputs.
 */
interface IssuedIds {
  /** rows × positions + 1. */
  readonly start: Uint32Array
  readonly id: Uint8Array | Uint16Array
  readonly gradient: Float32Array
}

/**
 * Spatial term of Eq. 2 as the array computes it, tile by tile: for each valid output the valid conv IDs ascending, one
 * FP16 product and addition each (PE); the rows of a block in an adder tree, the tree onto the running sum over blocks
 * of ∇u channels, from +0 (Acc). Outputs that are not computed stay 0.
 * @param open one map of valid outputs per timestep and sample, C × H × W bytes
 * @returns FP16 values, T·B maps of C × H × W
 */
export const spatialGradient = (
  config: BackwardConfig,
  mode: BackwardMode,
  geometry: BackwardGeometry,
  weights: Weights<'f16'>,
  gradU: Uint16Array,
  maps: number,
  open: (map: number) => Uint8Array,
): Float32Array => {
  const { K, C, H, W, kernel, outH, outW } = geometry
  const taps = kernel * kernel
  const wide = W + kernel - 1
  const windowSize = (H + kernel - 1) * wide
  const gradients = f16Decode(gradU)
  const kernels = rotatedKernels(weights)
  const inserted = new Float32Array(K * windowSize)
  const rowBlocks = indexBlocks(K, config.rows)
  const tiles = gradientTiles(H, W, config.tile)
  const most = Math.min(config.rows, K) * Math.min(H, config.tile) * Math.min(W, config.tile)
  const issued: IssuedIds = {
    start: new Uint32Array(most + 1),
    id: new Uint16Array(most * taps),
    gradient: new Float32Array(most * taps),
  }
  const { start, id, gradient } = issued
  const leaves = new Float64Array(config.rows)
  const sums = new Float32Array(maps * C * H * W)
  const skipInput = skipsInputs(mode)
  for (let map = 0; map < maps; map++) {
    insertGradients(geometry, gradients, map * K * outH * outW, inserted)
    const valid = open(map)
    for (const { y, x, h, w } of tiles)
      for (const { from, to } of rowBlocks) {
        let n = 0
        for (let k = from, list = 0; k < to; k++)
          for (let row = y; row < y + h; row++)
            for (let col = x; col < x + w; col++) {
              start[list++] = n
              for (let ky = 0, j = 0; ky < kernel; ky++)
                for (let kx = 0; kx < kernel; kx++, j++) {
                  const value = inserted[k * windowSize + (row + ky) * wide + col + kx]
                  if (skipInput && value === 0) continue
                  id[n] = j
                  gradient[n++] = value
                }
            }
        const size = h * w
        const rows = to - from
        start[rows * size] = n
        for (let c = 0; c < C; c++)
          for (let at = 0; at < size; at++) {
            const place = (c * H + y + Math.floor(at / w)) * W + x + (at % w)
            if (!valid[place]) continue
            for (let row = 0; row < rows; row++) {
              const kernelAt = (c * K + from + row) * taps
              const end = start[row * size + at + 1]
              let sum = 0
              for (let i = start[row * size + at]; i < end; i++)
                sum = f16Round(sum + f16Round(gradient[i] * kernels[kernelAt + id[i]]))
              leaves[row] = sum
            }
            const out = map * C * H * W + place
            sums[out] = f16Round(sums[out] + adderTree(leaves, 0, rows))
          }
      }
  }
  return sums
}

/** Every output valid: what engines without output finders compute. */
export const openEverywhere = (mode: BackwardMode, mask: Uint8Array): Uint8Array =>
  skipsOutputs(mode) ? mask : mask.fill(1)

/**
 * Spatial term of an FC layer, finders off: one MAC per (row, column) pair and map, then the same adder tree over the
 * rows and running sum over their blocks (edge rule 10, 16).
 * @returns FP16 values, T·B maps of C·H·W flattened inputs
 */
export const denseGradient = (
  { rows }: BackwardConfig,
  layer: Layer,
  weights: Weights<'f16'>,
  gradU: Uint16Array,
  maps: number,
): Float32Array => {
  const { K } = layer
  const inputs = layer.C * layer.H * layer.W
  const gradients = f16Decode(gradU)
  const values = f16Decode(weights.data)
  const sums = new Float32Array(maps * inputs)
  const leaves = new Float64Array(rows)
  for (let map = 0; map < maps; map++)
    for (const { from, to } of indexBlocks(K, rows))
      for (let i = 0; i < inputs; i++) {
        for (let k = from; k < to; k++) leaves[k - from] = f16Round(gradients[map * K + k] * values[k * inputs + i])
        sums[map * inputs + i] = f16Round(sums[map * inputs + i] + adderTree(leaves, 0, to - from))
      }
  return sums
}
