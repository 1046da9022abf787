import { type Layer, parseNetwork, rng, type Spikes, setBit, sizeOf, tensor, type Weights } from '@h2learn/snn-core'

/** A layer alone on an input map. */
export const layerOf = (text: string, C: number, H: number, W: number, T = 1): Layer =>
  parseNetwork(text, { input: { C, H, W }, T }).layers[0]!

/** Spikes of a layer's input, drawn at a density. */
export const drawnSpikes = ({ C, H, W }: Layer, T: number, B: number, density: number, seed = 1): Spikes => {
  const random = rng(seed)
  const spikes = tensor('TBCHW', 'bit', { T, B, C, H, W })
  const bits = sizeOf('TBCHW', spikes.shape)
  for (let i = 0; i < bits; i++) if (random.next() < density) setBit(spikes.data, i)
  return spikes
}

/** Weights that any quantisation to 8 bits and more keeps: integers of −127..127 over 128. */
export const exactWeights = ({ K, C, R, S }: Layer, seed = 1): Weights => {
  const random = rng(seed)
  const weights = tensor('KCRS', 'f32', { K, C, R, S })
  for (let i = 0; i < weights.data.length; i++) weights.data[i] = (random.below(255) - 127) / 128
  weights.data[0] = 127 / 128
  return weights
}
