import { elementary } from '@h2learn/elementary'
import { f16Decode, type Layer, type Weights } from '@h2learn/snn-core'
import type { BackwardConfig } from '../config'
import type { BackwardGeometry } from '../geometry'
import { insertGradients } from '../spatial-gradient'
import type { BackwardKernels } from './backward-kernels'
import { issueSums } from './issue-sums'

/**
 * No sum of products can leave binary16: Σ|w| of a column times the largest gradient, with the growth that n roundings
 * allow, stays below its largest value. The kernels rely on it; NaN and infinities are caught by it too.
 */
const staysFinite = (sumOfWeights: number, gradient: number, additions: number): boolean =>
  sumOfWeights * gradient * elementary.pow(1 + 2 ** -11, additions) < 65504

const largest = (values: Float32Array): number => {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i]))
  return most
}

/** Largest Σ|w| over what one column adds up: weights K × columns × taps. */
const largestColumn = (weights: Float32Array, K: number, taps: number): number => {
  const columns = weights.length / K / taps
  const sums = new Float64Array(columns)
  for (let k = 0, i = 0; k < K; k++)
    for (let c = 0; c < columns; c++) for (let id = 0; id < taps; id++, i++) sums[c] += Math.abs(weights[i])
  let most = 0
  for (let c = 0; c < columns; c++) most = Math.max(most, sums[c])
  return most
}

/** `spatialGradient` of the engine that skips both kinds of zeros, bit for bit; undefined where the kernels cannot. */
export const fastSpatialGradient = (
  kernels: BackwardKernels,
  config: BackwardConfig,
  geometry: BackwardGeometry,
  weights: Weights<'f16'>,
  gradU: Uint16Array,
  maps: number,
  open: (map: number) => Uint8Array,
): Float32Array | undefined => {
  const { K, C, H, W, kernel, outH, outW } = geometry
  const taps = kernel * kernel
  const wide = W + kernel - 1
  const size = (H + kernel - 1) * wide
  const positions = H * W
  const gradients = f16Decode(gradU)
  const values = f16Decode(weights.data)
  const sequential = taps + 2 * Math.ceil(K / config.rows) + 16
  if (!staysFinite(largestColumn(values, K, taps), largest(gradients), sequential)) return undefined
  const array = issueSums(kernels, {
    rows: K,
    columns: C,
    taps,
    blockRows: Math.min(K, config.rows),
    outputs: positions,
    gradients: K * size,
  })
  if (!array) return undefined
  const { f32, u8 } = array.memory
  const { width, blocks } = array
  // conv ID j of the window meets w[k,c] at tap k² − 1 − j
  for (let k = 0, i = 0; k < K; k++)
    for (let c = 0; c < C; c++) {
      const at = array.weightAt(k, 0, c)
      for (let tap = taps - 1; tap >= 0; tap--, i++) f32[at + tap * width] = values[i]
    }
  const inserted = f32.subarray(array.gradients, array.gradients + K * size)
  const beside = Uint32Array.from({ length: positions }, (_, p) => Math.floor(p / W) * wide + (p % W))
  const place = (k: number, id: number) => k * size + Math.floor(id / kernel) * wide + (id % kernel)
  const sums = new Float32Array(maps * C * positions)
  for (let map = 0; map < maps; map++) {
    insertGradients(geometry, gradients, map * K * outH * outW, inserted)
    const valid = open(map)
    for (let block = 0; block < blocks; block++) {
      const at = array.openAt(block, 0)
      u8.fill(0, at, at + positions)
      for (let c = block * width; c < Math.min(C, (block + 1) * width); c++)
        for (let p = 0; p < positions; p++) u8[at + p] |= valid[c * positions + p]
    }
    array.clear()
    array.run(beside, place)
    for (let c = 0; c < C; c++) {
      const from = array.sumAt(0, c)
      const to = (map * C + c) * positions
      for (let p = 0; p < positions; p++) if (valid[c * positions + p]) sums[to + p] = f32[from + p * width]
    }
  }
  return sums
}

/** `denseGradient` on the kernels, bit for bit: the timesteps and samples are the outputs; undefined where they cannot. */
export const fastDenseGradient = (
  kernels: BackwardKernels,
  { rows }: BackwardConfig,
  layer: Layer,
  weights: Weights<'f16'>,
  gradU: Uint16Array,
  maps: number,
): Float32Array | undefined => {
  const { K } = layer
  const inputs = layer.C * layer.H * layer.W
  const gradients = f16Decode(gradU)
  const values = f16Decode(weights.data)
  if (!staysFinite(largestColumn(values, K, 1), largest(gradients), 2 * Math.ceil(K / rows) + 16)) return undefined
  const array = issueSums(kernels, {
    rows: K,
    columns: inputs,
    taps: 1,
    blockRows: Math.min(K, rows),
    outputs: maps,
    gradients: maps * K,
  })
  if (!array) return undefined
  const { f32, u8 } = array.memory
  const { width, blocks } = array
  for (let k = 0; k < K; k++)
    for (let block = 0; block < blocks; block++) {
      const from = k * inputs + block * width
      f32.set(values.subarray(from, Math.min(from + width, (k + 1) * inputs)), array.weightAt(k, 0, block * width))
    }
  f32.set(gradients, array.gradients)
  u8.fill(1, array.openAt(0, 0), array.openAt(blocks - 1, maps))
  array.run(
    Uint32Array.from({ length: maps }, (_, map) => map * K),
    (k) => k,
  )
  const sums = new Float32Array(maps * inputs)
  for (let map = 0; map < maps; map++)
    for (let block = 0; block < blocks; block++) {
      const at = array.sumAt(map, block * width)
      sums.set(f32.subarray(at, at + Math.min(width, inputs - block * width)), map * inputs + block * width)
    }
  return sums
}
