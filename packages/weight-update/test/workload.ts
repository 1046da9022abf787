import {
  f16Encode,
  f16Round,
  type Layer,
  type LayerInput,
  packBits,
  parseNetwork,
  rng,
  tensor,
} from '@h2learn/snn-core'
import type { WeightUpdateInput } from '../src'

/** The last layer of a network text. */
export const layerOf = (text: string, C: number, H: number, W: number, T = 3): Layer =>
  parseNetwork(text, { input: { C, H, W }, T }).layers.at(-1)!

export interface JobSpec {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly seed: number
  /** Share of non-zero inputs and of non-zero ∇u. */
  readonly density?: number
  /** ∇u: integers −2..2 times `unit`, or normal values times `unit`. */
  readonly gradients?: 'integers' | 'normal'
  readonly unit?: number
  readonly kind?: LayerInput['kind']
  readonly levels?: number
}

const randomInput = ({ layer, T, B, seed, density = 0.3, kind = 'spikes', levels = 4 }: JobSpec): LayerInput => {
  const { C, H, W } = layer
  const { below, next } = rng(seed + 1)
  const values = (n: number, top: number, step: number) =>
    Uint8Array.from({ length: n }, () => (next() < density ? (1 + below(top)) * step : 0))
  switch (kind) {
    case 'spikes':
      return { kind, data: tensor('TBCHW', 'bit', { T, B, C, H, W }, packBits(values(T * B * C * H * W, 1, 1))) }
    case 'levels':
      return { kind, data: tensor('TBCHW', 'u8', { T, B, C, H, W }, values(T * B * C * H * W, levels, 1)), levels }
    case 'pixels':
      // multiples of 64: q/256 has 2 fractional bits, so that sums with small integers stay exact in FP16
      return { kind, data: tensor('BCHW', 'u8', { B, C, H, W }, values(B * C * H * W, 3, 64)) }
    case 'analog':
      return { kind, data: tensor('BCHW', 'f32', { B, C, H, W }) }
  }
}

/** One random weight-gradient job; every value follows from the seed. */
export const gradientJob = (spec: JobSpec): WeightUpdateInput => {
  const { layer, T, B, seed, gradients = 'integers', unit = 1, density = 0.3 } = spec
  const { K, outH, outW } = layer
  const { below, normal, next } = rng(seed + 2)
  const values = Float32Array.from({ length: T * B * K * outH * outW }, () =>
    next() >= density ? 0 : gradients === 'integers' ? (below(5) - 2) * unit : f16Round(normal() * unit),
  )
  const gradU = tensor('TBCHW', 'f16', { T, B, C: K, H: outH, W: outW }, f16Encode(values))
  return { layer, T, B, input: randomInput(spec), gradU }
}
