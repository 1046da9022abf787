import {
  f16Encode,
  f16Round,
  type Layer,
  type LayerInput,
  type Mask,
  type NeuronConfig,
  packBits,
  parseNetwork,
  rng,
  tensor,
  type Weights,
} from '@h2learn/snn-core'
import type { ForwardInput } from '../src'

/** Eq. 1 and 5 with the defaults of h2learn.md section 1. */
export const neuron: NeuronConfig = {
  leak: 0.5,
  fireThreshold: 1,
  gradWindow: [0.5, 1.5],
  surrogate: { kind: 'rectangular', height: 1 },
  reset: 'zero',
  detachReset: false,
}

/** The last layer of a network text. */
export const layerOf = (text: string, C: number, H: number, W: number, T = 3): Layer =>
  parseNetwork(text, { input: { C, H, W }, T }).layers.at(-1)!

/** Random 0/1 bits of a given density, packed. */
export const randomBits = (n: number, density: number, seed: number): Uint32Array => {
  const { next } = rng(seed)
  return packBits(Uint8Array.from({ length: n }, () => (next() < density ? 1 : 0)))
}

export interface JobSpec {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly seed: number
  /** Share of input spikes. */
  readonly density?: number
  /** Weights: small integers times `unit`, or normal values times `unit`. */
  readonly weights?: 'integers' | 'normal'
  readonly unit?: number
  readonly kind?: LayerInput['kind']
  readonly levels?: number
}

export const randomInput = ({ layer, T, B, seed, density = 0.3, kind = 'spikes', levels = 4 }: JobSpec): LayerInput => {
  const { C, H, W } = layer
  const { below, next } = rng(seed + 1)
  const values = (n: number, top: number, step: number) =>
    Uint8Array.from({ length: n }, () => (next() < density ? below(top) * step : 0))
  switch (kind) {
    case 'spikes':
      return {
        kind,
        data: tensor('TBCHW', 'bit', { T, B, C, H, W }, randomBits(T * B * C * H * W, density, seed + 1)),
      }
    case 'levels':
      return {
        kind,
        data: tensor('TBCHW', 'u8', { T, B, C, H, W }, values(T * B * C * H * W, levels + 1, 1)),
        levels,
      }
    case 'pixels':
      // multiples of 16: q/256 has 4 fractional bits, so that sums with small integers stay exact in FP16
      return { kind, data: tensor('BCHW', 'u8', { B, C, H, W }, values(B * C * H * W, 16, 16)) }
    case 'analog':
      return { kind, data: tensor('BCHW', 'f32', { B, C, H, W }) }
  }
}

/** One random forward pass; every value follows from the seed. */
export const forwardJob = (spec: JobSpec): ForwardInput => {
  const { layer, T, B, seed, weights: how = 'integers', unit = 1 } = spec
  const { K, C, R, S } = layer
  const { below, normal } = rng(seed + 2)
  const values = Float32Array.from({ length: K * C * R * S }, () =>
    how === 'integers' ? (below(5) - 2) * unit : f16Round(normal() * unit),
  )
  const weights: Weights<'f16'> = tensor('KCRS', 'f16', { K, C, R, S }, f16Encode(values))
  const shape = { T, B, C: K, H: layer.outH, W: layer.outW }
  const spikeGradMask: Mask = tensor(
    'TBCHW',
    'bit',
    shape,
    randomBits(T * B * K * layer.outH * layer.outW, 0.4, seed + 3),
  )
  return { layer, T, B, input: randomInput(spec), weights, neuron, spikeGradMask }
}
