import {
  blocksOf,
  lutKernels,
  mapTiles,
  padMaps,
  staysFinite,
  type TableSums,
  type TableSumsJob,
  tableSums,
} from '@h2learn/lut-pe'
import type { GradientSum } from './weight-update-function'

/** Σ|∇u| of the channel that has most of it, with what was accumulated before. */
const largestSum = ({ grads, sums, layer: { K } }: GradientSum): number => {
  const each = new Float64Array(K)
  for (let i = 0; i < grads.length; i++) each[i % K]! += Math.abs(grads[i]!)
  const before = sums.reduce((most, sum) => Math.max(most, Math.abs(sum)), 0)
  return before + each.reduce((most, sum) => Math.max(most, sum), 0)
}

/** Puts ∇u (rows of K values) where the tables are filled from. */
const holdGradients = ({ memory, operandAt }: TableSums, grads: Float32Array, K: number): void => {
  const first = operandAt(0, 0)
  const pitch = operandAt(1, 0) - first
  for (let row = 0; row < grads.length / K; row++)
    memory.f32.set(grads.subarray(row * K, (row + 1) * K), first + row * pitch)
}

/** The running sums into the kernels' memory, and out of it. */
const exchange = ({ memory, sumAt, width, blocks }: TableSums, sums: Float32Array, K: number, into: boolean): void => {
  const { f32 } = memory
  for (let block = 0; block < blocks; block++) {
    const n = Math.min(width, K - block * width)
    const from = sumAt(0, block * width)
    for (let row = 0; row < sums.length / K; row++) {
      const at = from + row * width
      const to = row * K + block * width
      if (into) for (let k = 0; k < n; k++) f32[at + k] = sums[to + k]!
      else for (let k = 0; k < n; k++) sums[to + k] = f32[at + k]!
    }
  }
}

const arrayFor = (job: GradientSum, sequential: number, sizes: Omit<TableSumsJob, 'columns' | 'sums' | 'scales'>) => {
  const { planes, layer, sums } = job
  const kernels = lutKernels()
  if (!kernels || !staysFinite(largestSum(job), sequential * planes.planes + 16)) return undefined
  return tableSums(kernels, { ...sizes, columns: layer.K, sums: sums.length / layer.K, scales: planes.scales })
}

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i)

/** `correlate` on the kernels, bit for bit. @returns false where they cannot, with nothing changed */
export const fastCorrelate = (job: GradientSum): boolean => {
  const { config, layer, T, B, data, planes, grads, sums } = job
  const { C, H, W, K, R, S, stride, padding, convH, convW } = layer
  const { subLutInputs, rows, tile: edge } = config
  const subs = subLutInputs.length
  const folded = subLutInputs.reduce((total, n) => total + n, 0)
  const starts = subLutInputs.map((_, j) => subLutInputs.slice(0, j).reduce((total, n) => total + n, 0))
  const tiles = mapTiles(convH, convW, edge)
  const timeBlocks = blocksOf(T, rows)
  const groups = tiles.reduce((total, tile) => total + Math.ceil((tile.h * tile.w) / folded), 0)
  const wide = W + 2 * padding
  const map = (H + 2 * padding) * wide
  const P = convH * convW
  const array = arrayFor(job, groups * B * timeBlocks.length, {
    inputs: upTo(Math.min(T, rows)).flatMap(() => subLutInputs),
    words: false,
    operandRows: T * B * P,
    dataBytes: (data.length / (H * W)) * map,
  })
  if (!array) return false
  padMaps(array, data, layer)
  holdGradients(array, grads, K)
  exchange(array, sums, K, true)
  const beside = Uint32Array.from({ length: C * R * S }, (_, i) => {
    const [c, tap] = [Math.floor(i / (R * S)), i % (R * S)]
    return c * map + Math.floor(tap / S) * wide + (tap % S)
  })
  for (const tile of tiles)
    for (const time of timeBlocks)
      for (let b = 0; b < B; b++)
        for (const group of blocksOf(tile.h * tile.w, folded)) {
          const ys = upTo(group.size).map((i) => tile.y + Math.floor((group.start + i) / tile.w))
          const xs = upTo(group.size).map((i) => tile.x + ((group.start + i) % tile.w))
          const places: number[][] = []
          for (let row = 0; row < time.size; row++) {
            const v = (time.start + row) * B + b
            const from = (planes.oncePerSample ? b : v) * C * map
            for (let j = 0; j < subs; j++) {
              const own = upTo(group.size).slice(starts[j]!, starts[j]! + subLutInputs[j]!)
              array.load(
                row * subs + j,
                own.map((i) => v * P + ys[i]! * convW + xs[i]!),
              )
              places.push(own.map((i) => from + ys[i]! * stride * wide + xs[i]! * stride))
            }
          }
          array.address(places)
          array.add(beside, 0)
        }
  exchange(array, sums, K, false)
  return true
}

/** `outerProduct` on the kernels, bit for bit. @returns false where they cannot, with nothing changed */
export const fastOuterProduct = (job: GradientSum): boolean => {
  const { config, layer, T, B, data, planes, grads, sums } = job
  const { K } = layer
  const inputs = layer.C * layer.R * layer.S
  const subs = config.subLutInputs.length
  const timeBlocks = blocksOf(T, config.rows)
  const groups = blocksOf(B, subs)
  const array = arrayFor(job, groups.length * timeBlocks.length, {
    inputs: upTo(Math.min(T, config.rows) * subs).map(() => 1),
    words: true,
    operandRows: 0,
    dataBytes: data.length,
  })
  if (!array) return false
  const { f32, u8 } = array.memory
  u8.set(data, array.data)
  exchange(array, sums, K, true)
  const beside = Uint32Array.from({ length: inputs }, (_, i) => i)
  for (const time of timeBlocks)
    for (const samples of groups) {
      const places: number[][] = upTo(time.size * subs).map(() => [])
      for (let row = 0; row < time.size; row++)
        for (let j = 0; j < samples.size; j++) {
          const b = samples.start + j
          const v = (time.start + row) * B + b
          for (let k = 0; k < K; k++) f32[array.wordAt(row * subs + j, k)] = grads[v * K + k]!
          places[row * subs + j] = [(planes.oncePerSample ? b : v) * inputs]
        }
      array.address(places)
      array.add(beside, 0)
    }
  exchange(array, sums, K, false)
  return true
}
