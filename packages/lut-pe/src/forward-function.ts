import {
  compressPotentials,
  f16Decode,
  f16Encode,
  type Layer,
  packBits,
  type Spikes,
  sizeOf,
  tensor,
} from '@h2learn/snn-core'
import { accumulator } from './acc'
import type { ForwardEngineConfig, ForwardInput, ForwardOutput } from './api'
import { type BitPlanes, bitPlanes, planeBytes } from './bit-planes'
import { fastConnect, fastConvolve } from './fast/fast-forward'
import { lutKernels } from './fast/lut-kernels'
import { lutPartialSums, type PeArray, selectedWords } from './partial-sums'
import { poolCurrents } from './pooling'
import { restingMembrane, soma } from './soma'
import { mapTiles } from './tiles'
import { kernelPasses, tapOffsets } from './windows'

/** The sums of one layer: what is added, and by which bits. */
export interface SpatialSum {
  readonly layer: Layer
  /** Maps to process: one per timestep and sample, or per sample for pixels. */
  readonly V: number
  readonly data: Uint8Array
  readonly planes: BitPlanes
  /** Binary16 weights, K × C·R·S. */
  readonly weights: Float32Array
}

/** Operand vectors of a leaf: for every tap given, that weight of all output channels. */
const operandsOf = (
  weights: Float32Array,
  K: number,
  perChannel: number,
  first: number,
  n: number,
  out: Float32Array,
) => {
  for (let i = 0; i < n; i++) for (let k = 0; k < K; k++) out[i * K + k] = weights[k * perChannel + first + i]!
}

/**
 * Sums of a convolution, V × convH × convW × K: input blocks ascending, passes of raster taps, then tiles; for each window
 * the planes from the highest down (rules 1-3, 8, 15, 16). The LUTs of every output channel are filled at once: columns
 * do not depend on each other, so blocks of output channels need no loop of their own here.
 */
export const convolve = (config: ForwardEngineConfig, pesOf: PeArray, job: SpatialSum): Float32Array => {
  const { layer, V, data, planes, weights } = job
  const { C, H, W, K, R, S, stride, padding, convH, convW } = layer
  const { rows, subLutInputs } = config
  const subs = subLutInputs.length
  const sums = new Float32Array(V * convH * convW * K)
  const tiles = mapTiles(convH, convW, config.tile)
  const { dy, dx, offset } = tapOffsets(layer)
  const operands = new Float32Array(Math.max(...subLutInputs) * K)
  for (let c0 = 0; c0 < C; c0 += rows) {
    const real = Math.min(rows, C - c0)
    const pes = pesOf(Array.from({ length: real }, () => subLutInputs).flat(), K)
    const acc = accumulator(pes)
    for (const pass of kernelPasses(R * S, subLutInputs)) {
      for (let row = 0; row < real; row++)
        for (let j = 0, tap = pass.first; j < subs; tap += pass.taps[j++]!) {
          operandsOf(weights, K, C * R * S, (c0 + row) * R * S + tap, pass.taps[j]!, operands)
          pes.load(row * subs + j, operands, pass.taps[j]!)
        }
      for (const tile of tiles)
        for (let v = 0; v < V; v++)
          for (let y = tile.y; y < tile.y + tile.h; y++)
            for (let x = tile.x; x < tile.x + tile.w; x++) {
              const cornerY = y * stride - padding
              const cornerX = x * stride - padding
              const at = ((v * convH + y) * convW + x) * K
              for (let plane = planes.planes - 1; plane >= 0; plane--) {
                acc.clear()
                for (let row = 0; row < real; row++) {
                  const corner = ((v * C + c0 + row) * H + cornerY) * W + cornerX
                  for (let j = 0, tap = pass.first; j < subs; j++) {
                    let address = 0
                    for (let i = 0; i < pass.taps[j]!; i++, tap++) {
                      const py = cornerY + dy[tap]!
                      const px = cornerX + dx[tap]!
                      if (py >= 0 && py < H && px >= 0 && px < W && (data[corner + offset[tap]!]! >>> plane) & 1)
                        address |= 1 << i
                    }
                    if (address) acc.leaf(row * subs + j, address)
                  }
                }
                acc.add(sums, at, planes.scales[plane]!)
              }
            }
    }
  }
  return sums
}

/**
 * Sums of a fully connected layer, V × K: blocks of rows × sub-LUTs inputs, flattened c, y, x; one plain weight per
 * sub-LUT, selected by one spike bit (rule 10).
 */
export const connect = (config: ForwardEngineConfig, job: SpatialSum): Float32Array => {
  const { layer, V, data, planes, weights } = job
  const { K } = layer
  const inputs = layer.C * layer.R * layer.S
  const block = config.rows * config.subLutInputs.length
  const sums = new Float32Array(V * K)
  const operand = new Float32Array(K)
  for (let first = 0; first < inputs; first += block) {
    const real = Math.min(block, inputs - first)
    const pes = selectedWords(real, K)
    const acc = accumulator(pes)
    for (let i = 0; i < real; i++) {
      operandsOf(weights, K, inputs, first + i, 1, operand)
      pes.load(i, operand, 1)
    }
    for (let v = 0; v < V; v++)
      for (let plane = planes.planes - 1; plane >= 0; plane--) {
        acc.clear()
        for (let i = 0; i < real; i++) if ((data[v * inputs + first + i]! >>> plane) & 1) acc.leaf(i, 1)
        acc.add(sums, v * K, planes.scales[plane]!)
      }
  }
  return sums
}

/** The sums of a layer: tables on the kernels where they can, else the plain functions, bit for bit the same. */
const spatialSums = (config: ForwardEngineConfig, pesOf: PeArray, job: SpatialSum): Float32Array => {
  const fc = job.layer.kind === 'fc'
  const kernels = pesOf === lutPartialSums ? lutKernels() : undefined
  const fast = kernels && (fc ? fastConnect : fastConvolve)(kernels, config, job)
  return fast ?? (fc ? connect(config, job) : convolve(config, pesOf, job))
}

/**
 * The forward pass of one layer by the hardware's own procedure: PEs (given), Acc, pooling, Soma; FP16 throughout.
 * T > T_max runs in blocks with u carried from one to the next, which the loop over t does by itself (rule 13).
 */
export const forwardFunction = (config: ForwardEngineConfig, pesOf: PeArray, input: ForwardInput): ForwardOutput => {
  const { layer, T, B } = input
  const { K, convH, convW, outH, outW } = layer
  const planes = bitPlanes('forward-engine', input.input)
  const V = planes.oncePerSample ? B : T * B
  const job = {
    layer,
    V,
    data: planeBytes('forward-engine', input.input),
    planes,
    weights: f16Decode(input.weights.data),
  }
  const sums = spatialSums(config, pesOf, job)
  const currents = poolCurrents(sums, { V, K, convH, convW, outH, outW, pool: layer.currentPool })

  const unit = soma({ somas: config.somas, lanes: config.lanes, neuron: input.neuron })
  const neurons = B * K * outH * outW
  const potentials = new Float32Array(T * neurons)
  const spikes = new Uint8Array(T * neurons)
  const open = new Uint8Array(T * neurons)
  let membrane = restingMembrane(neurons)
  for (let t = 0; t < T; t++) {
    const start = planes.oncePerSample ? 0 : t * neurons
    const next = unit.run({ membrane, current: currents.subarray(start, start + neurons) })
    potentials.set(next.potentials, t * neurons)
    spikes.set(next.spikes, t * neurons)
    open.set(next.spikeGradMask, t * neurons)
    membrane = next
  }

  const shape = { T, B, C: K, H: outH, W: outW }
  const bits = (values: Uint8Array): Spikes => tensor('TBCHW', 'bit', shape, packBits(values))
  const spikeGradMask = bits(open)
  const stored = layer.kind === 'fc' ? bits(new Uint8Array(sizeOf('TBCHW', shape)).fill(1)) : spikeGradMask
  return {
    spikes: bits(spikes),
    spikeGradMask,
    potentials: compressPotentials(tensor('TBCHW', 'f16', shape, f16Encode(potentials)), stored),
  }
}
