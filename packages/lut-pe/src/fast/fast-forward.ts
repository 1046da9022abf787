import { elementary } from '@h2learn/elementary'
import type { ForwardEngineConfig } from '../api'
import type { SpatialSum } from '../forward-function'
import { kernelPasses, tapOffsets } from '../windows'
import type { LutKernels } from './lut-kernels'
import { type TableSums, tableSums } from './table-sums'

/**
 * No sum of these terms can leave binary16: Σ|term| with the growth that n roundings allow stays below its largest value.
 * The kernels rely on it; NaN and infinities are caught by it too.
 */
export const staysFinite = (sumOfMagnitudes: number, additions: number): boolean =>
  sumOfMagnitudes * elementary.pow(1 + 2 ** -11, additions) < 65504

/** Largest Σ|w| of one output channel. */
const largestSum = (weights: Float32Array, K: number): number => {
  const each = weights.length / K
  let most = 0
  for (let k = 0; k < K; k++) {
    let sum = 0
    for (let i = k * each; i < (k + 1) * each; i++) sum += Math.abs(weights[i]!)
    most = Math.max(most, sum)
  }
  return most
}

/** The running sums, V·P × K, as the plain function gives them. */
const collect = ({ memory, sumAt, width, blocks }: TableSums, rows: number, K: number): Float32Array => {
  const out = new Float32Array(rows * K)
  const { f32 } = memory
  for (let block = 0; block < blocks; block++) {
    const n = Math.min(width, K - block * width)
    const from = sumAt(0, block * width)
    for (let row = 0; row < rows; row++) {
      const at = from + row * width
      const to = row * K + block * width
      for (let k = 0; k < n; k++) out[to + k] = f32[at + k]!
    }
  }
  return out
}

/**
 * Copies maps into the kernels' memory with a border of zeros, so that no tap lies outside.
 * @returns bytes of one row and of one map with its border
 */
export const padMaps = (
  { memory, data }: Pick<TableSums, 'memory' | 'data'>,
  maps: Uint8Array,
  { H, W, padding }: { readonly H: number; readonly W: number; readonly padding: number },
): void => {
  const wide = W + 2 * padding
  const each = (H + 2 * padding) * wide
  for (let map = 0; map < maps.length / (H * W); map++)
    for (let y = 0; y < H; y++) {
      const from = (map * H + y) * W
      memory.u8.set(maps.subarray(from, from + W), data + map * each + (y + padding) * wide + padding)
    }
}

/** `convolve` on the kernels: the same sums bit for bit, V × convH × convW × K; undefined where they cannot. */
export const fastConvolve = (
  kernels: LutKernels,
  config: ForwardEngineConfig,
  { layer, V, data, planes, weights }: SpatialSum,
): Float32Array | undefined => {
  const { C, H, W, K, R, S, stride, padding, convH, convW } = layer
  const { rows, subLutInputs } = config
  const subs = subLutInputs.length
  const passes = kernelPasses(R * S, subLutInputs)
  const blocksOfRows = Math.ceil(C / rows)
  if (!staysFinite(largestSum(weights, K), blocksOfRows * passes.length * planes.planes + 16)) return undefined
  const wide = W + 2 * padding
  const map = (H + 2 * padding) * wide
  const P = convH * convW
  const most = Math.min(rows, C)
  const array = tableSums(kernels, {
    columns: K,
    inputs: Array.from({ length: most }, () => subLutInputs).flat(),
    words: false,
    operandRows: C * R * S,
    sums: V * P,
    dataBytes: V * C * map,
    scales: planes.scales,
  })
  if (!array) return undefined
  padMaps(array, data, layer)
  const { f32 } = array.memory
  const each = C * R * S
  const [first, pitch] = [array.operandAt(0, 0), array.operandAt(1, 0) - array.operandAt(0, 0)]
  for (let k = 0; k < K; k++) for (let i = 0; i < each; i++) f32[first + i * pitch + k] = weights[k * each + i]!
  const corners = new Uint32Array(V * P)
  for (let v = 0, o = 0; v < V; v++)
    for (let y = 0; y < convH; y++)
      for (let x = 0; x < convW; x++) corners[o++] = v * C * map + y * stride * wide + x * stride
  const { dy, dx } = tapOffsets(layer)
  const run = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
  for (let c0 = 0; c0 < C; c0 += rows) {
    const real = Math.min(rows, C - c0)
    for (const pass of passes) {
      const places: number[][] = []
      for (let row = 0; row < real; row++)
        for (let j = 0, tap = pass.first; j < subs; tap += pass.taps[j++]!) {
          const taps = run(tap, tap + pass.taps[j]!)
          array.load(
            row * subs + j,
            taps.map((t) => (c0 + row) * R * S + t),
          )
          places.push(taps.map((t) => (c0 + row) * map + dy[t]! * wide + dx[t]!))
        }
      array.address(places)
      array.add(corners, 0)
    }
  }
  return collect(array, V * P, K)
}

/** `connect` on the kernels: V × K; undefined where they cannot. */
export const fastConnect = (
  kernels: LutKernels,
  config: ForwardEngineConfig,
  { layer, V, data, planes, weights }: SpatialSum,
): Float32Array | undefined => {
  const { K } = layer
  const inputs = layer.C * layer.R * layer.S
  const block = config.rows * config.subLutInputs.length
  if (!staysFinite(largestSum(weights, K), Math.ceil(inputs / block) * planes.planes + 16)) return undefined
  const array = tableSums(kernels, {
    columns: K,
    inputs: Array.from({ length: Math.min(block, inputs) }, () => 1),
    words: true,
    operandRows: 0,
    sums: V,
    dataBytes: V * inputs,
    scales: planes.scales,
  })
  if (!array) return undefined
  const { f32, u8 } = array.memory
  u8.set(data.subarray(0, V * inputs), array.data)
  const beside = Uint32Array.from({ length: V }, (_, v) => v * inputs)
  for (let first = 0; first < inputs; first += block) {
    const real = Math.min(block, inputs - first)
    for (let k = 0; k < K; k++) {
      const at = array.wordAt(0, k)
      for (let i = 0; i < real; i++) f32[at + i * array.width] = weights[k * inputs + first + i]!
    }
    array.address(Array.from({ length: real }, (_, i) => [first + i]))
    array.add(beside, 0)
  }
  return collect(array, V, K)
}
