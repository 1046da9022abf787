import {
  compressPotentials,
  defaultNeuron,
  f16Encode,
  type Layer,
  type NeuronConfig,
  packBits,
  parseNetwork,
  rng,
  sizeOf,
  tensor,
} from '@h2learn/snn-core'
import type { BackwardInput } from '../src/api'

export interface PassOptions {
  /** Network in the notation of Table VI; the pass goes through layer `at` (default: the last) to the one before. */
  readonly net: string
  readonly input?: { readonly C: number; readonly H: number; readonly W: number }
  readonly at?: number
  readonly T?: number
  readonly B?: number
  readonly seed?: number
  /** Shares of non-zeros. */
  readonly inputDensity?: number
  readonly outputDensity?: number
  /** Small integers make every FP16 sum exact; otherwise normal values. */
  readonly integers?: boolean
  readonly neuron?: NeuronConfig
}

export type LayerPass = Extract<BackwardInput, { kind: 'layer' }>

/** A random backward pass through one layer of a network, FP16 data and masks of the given densities. */
export const randomPass = (options: PassOptions): LayerPass => {
  const { net, input = { C: 2, H: 6, W: 6 }, T = 3, B = 2, seed = 1, neuron = defaultNeuron } = options
  const { inputDensity = 0.5, outputDensity = 0.5, integers = true } = options
  const { layers } = parseNetwork(net, { input, T })
  const at = options.at ?? layers.length - 1
  const layer = layers[at]
  const random = rng(seed)
  const value = () => (integers ? [-2, -1, 1, 2][random.below(4)] : random.normal())
  const sparse = (n: number, density: number, draw: () => number) =>
    Float64Array.from({ length: n }, () => (random.next() < density ? draw() : 0))
  const gradShape = { T, B, C: layer.K, H: layer.outH, W: layer.outW }
  const weightShape = { K: layer.K, C: layer.C, R: layer.R, S: layer.S }
  return {
    kind: 'layer',
    T,
    B,
    neuron,
    layer,
    gradU: tensor('TBCHW', 'f16', gradShape, f16Encode(sparse(sizeOf('TBCHW', gradShape), inputDensity, value))),
    weights: tensor('KCRS', 'f16', weightShape, f16Encode(sparse(sizeOf('KCRS', weightShape), 1, value))),
    target: randomTarget(layers[at - 1], T, B, outputDensity, random.next),
  }
}

/** Neurons with random spikes and potentials, of which a share lies inside the window (0.5, 1.5). */
export const randomTarget = (
  layer: Layer,
  T: number,
  B: number,
  outputDensity: number,
  next: () => number,
): LayerPass['target'] => {
  const shape = { T, B, C: layer.K, H: layer.outH, W: layer.outW }
  const n = sizeOf('TBCHW', shape)
  const open = Float64Array.from({ length: n }, () => (next() < outputDensity ? 1 : 0))
  // sixteenths, so that α·u is exact
  const potentials = Float64Array.from(open, (o) => (o ? (9 + Math.floor(next() * 15)) / 16 : next() < 0.5 ? 0 : 2))
  const spikeGradMask = tensor('TBCHW', 'bit', shape, packBits(open))
  return {
    layer,
    spikeGradMask,
    spikes: tensor('TBCHW', 'bit', shape, packBits(potentials.map((u) => (u >= 1 ? 1 : 0)))),
    potentials: compressPotentials(tensor('TBCHW', 'f16', shape, f16Encode(potentials)), spikeGradMask),
  }
}
