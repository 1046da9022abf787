import {
  accumulator,
  type BitPlanes,
  bitPlanes,
  blocksOf,
  lutPartialSums,
  mapTiles,
  type PeArray,
  planeBytes,
  selectedWords,
} from '@h2learn/lut-pe'
import { f16Decode, f16Encode, type Layer, tensor } from '@h2learn/snn-core'
import type { WeightUpdateEngineConfig, WeightUpdateInput, WeightUpdateOutput } from './api'
import { fastCorrelate, fastOuterProduct } from './fast-gradients'
import { spreadGradients } from './spread-gradients'

/** The weight gradient of one layer: what is added, and by which bits. */
export interface GradientSum {
  readonly config: WeightUpdateEngineConfig
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly data: Uint8Array
  readonly planes: BitPlanes
  /** T·B × positions × K. */
  readonly grads: Float32Array
  /** Running sums C × R·S × K. */
  readonly sums: Float32Array
}

/**
 * Convolution of spikes with ∇u for every kernel tap: tiles in raster order, blocks of timesteps, samples, position groups
 * (rule 16). A group's positions are dealt to the sub-LUTs of the PE row of each timestep; every tap of every input
 * channel then looks all of them up at once. Columns (channels of ∇u) do not depend on each other.
 */
export const correlate = (pesOf: PeArray, { config, layer, T, B, data, planes, grads, sums }: GradientSum): void => {
  const { C, H, W, K, R, S, stride, padding, convH, convW } = layer
  const { subLutInputs } = config
  const subs = subLutInputs.length
  const folded = subLutInputs.reduce((total, n) => total + n, 0)
  const starts = subLutInputs.map((_, j) => subLutInputs.slice(0, j).reduce((total, n) => total + n, 0))
  const timeBlocks = blocksOf(T, config.rows)
  const pes = pesOf(Array.from({ length: Math.min(T, config.rows) }, () => subLutInputs).flat(), K)
  const acc = accumulator(pes)
  const operands = new Float32Array(Math.max(...subLutInputs) * K)
  const ys = new Int32Array(folded)
  const xs = new Int32Array(folded)

  /** Gradients of one timestep at the group's positions into the sub-LUTs of its row. */
  const loadRow = (row: number, map: number, real: number) => {
    for (let j = 0; j < subs; j++) {
      const count = Math.max(0, Math.min(subLutInputs[j]!, real - starts[j]!))
      for (let i = 0; i < count; i++) {
        const from = ((map * convH + ys[starts[j]! + i]!) * convW + xs[starts[j]! + i]!) * K
        operands.set(grads.subarray(from, from + K), i * K)
      }
      pes.load(row * subs + j, operands, count)
    }
  }

  for (const tile of mapTiles(convH, convW, config.tile))
    for (const time of timeBlocks)
      for (let b = 0; b < B; b++)
        for (const group of blocksOf(tile.h * tile.w, folded)) {
          for (let i = 0; i < group.size; i++) {
            ys[i] = tile.y + Math.floor((group.start + i) / tile.w)
            xs[i] = tile.x + ((group.start + i) % tile.w)
          }
          for (let row = 0; row < time.size; row++) loadRow(row, (time.start + row) * B + b, group.size)
          for (let c = 0; c < C; c++)
            for (let tap = 0; tap < R * S; tap++) {
              const dy = Math.floor(tap / S) - padding
              const dx = (tap % S) - padding
              for (let plane = planes.planes - 1; plane >= 0; plane--) {
                acc.clear()
                for (let row = 0; row < time.size; row++) {
                  const v = planes.oncePerSample ? b : (time.start + row) * B + b
                  const map = (v * C + c) * H
                  for (let j = 0; j < subs; j++) {
                    let address = 0
                    const end = Math.min(starts[j]! + subLutInputs[j]!, group.size)
                    for (let i = starts[j]!; i < end; i++) {
                      const y = ys[i]! * stride + dy
                      const x = xs[i]! * stride + dx
                      if (y >= 0 && y < H && x >= 0 && x < W && (data[(map + y) * W + x]! >>> plane) & 1)
                        address |= 1 << (i - starts[j]!)
                    }
                    if (address) acc.leaf(row * subs + j, address)
                  }
                }
                acc.add(sums, (c * R * S + tap) * K, planes.scales[plane]!)
              }
            }
        }
}

/**
 * Fully connected: ∇u sits directly in the sub-LUTs, one sample in each, and one spike bit of that sample and timestep
 * selects it (Section IV-B); blocks of timesteps, then groups of samples.
 */
export const outerProduct = ({ config, layer, T, B, data, planes, grads, sums }: GradientSum): void => {
  const { K } = layer
  const inputs = layer.C * layer.R * layer.S
  const subs = config.subLutInputs.length
  const pes = selectedWords(Math.min(T, config.rows) * subs, K)
  const acc = accumulator(pes)
  for (const time of blocksOf(T, config.rows))
    for (const samples of blocksOf(B, subs)) {
      for (let row = 0; row < time.size; row++)
        for (let j = 0; j < samples.size; j++) {
          const map = (time.start + row) * B + samples.start + j
          pes.load(row * subs + j, grads.subarray(map * K, (map + 1) * K), 1)
        }
      for (let input = 0; input < inputs; input++)
        for (let plane = planes.planes - 1; plane >= 0; plane--) {
          acc.clear()
          for (let row = 0; row < time.size; row++)
            for (let j = 0; j < samples.size; j++) {
              const b = samples.start + j
              const v = planes.oncePerSample ? b : (time.start + row) * B + b
              if ((data[v * inputs + input]! >>> plane) & 1) acc.leaf(row * subs + j, 1)
            }
          acc.add(sums, input * K, planes.scales[plane]!)
        }
    }
}

/** The weight gradient of one layer by the hardware's own procedure: PEs (given), Acc, running sums; FP16 throughout. */
export const weightUpdateFunction = (
  config: WeightUpdateEngineConfig,
  pesOf: PeArray,
  { layer, T, B, input, gradU, accumulated }: WeightUpdateInput,
): WeightUpdateOutput => {
  const where = 'weight-update-engine'
  const planes = bitPlanes(where, input)
  const { K, C, R, S } = layer
  const each = C * R * S
  const sums = new Float32Array(each * K)
  if (accumulated) {
    const before = f16Decode(accumulated.data)
    // + 0 as the first addition would do: a running sum is never −0
    for (let k = 0; k < K; k++) for (let i = 0; i < each; i++) sums[i * K + k] = before[k * each + i]! + 0
  }
  const job = {
    config,
    layer,
    T,
    B,
    data: planeBytes(where, input),
    planes,
    grads: spreadGradients(layer, gradU),
    sums,
  }
  const fc = layer.kind === 'fc'
  const done = pesOf === lutPartialSums && (fc ? fastOuterProduct : fastCorrelate)(job)
  if (!done && fc) outerProduct(job)
  else if (!done) correlate(pesOf, job)
  const gradW = new Float32Array(each * K)
  for (let k = 0; k < K; k++) for (let i = 0; i < each; i++) gradW[k * each + i] = sums[i * K + k]!
  return { gradW: tensor('KCRS', 'f16', { K, C, R, S }, f16Encode(gradW)) }
}
