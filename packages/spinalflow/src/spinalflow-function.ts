import { integrateAndFire, type Layer, type Spikes, tensor } from '@h2learn/snn-core'
import type { SpinalFlowConfig, SpinalFlowInput, SpinalFlowOutput } from './api'
import { fieldSums } from './partial-sums'
import { quantiseWeights } from './quantise'
import { keptOutputs } from './receptive-field'

/** Average of k×k sums, (a + b) + (c + d) for k = 2, divided by k². */
const pooledCurrent = (layer: Layer, sums: Int32Array, scale: number, out: Float32Array, from: number) => {
  const { K, outH, outW, currentPool: k } = layer
  const kept = keptOutputs(layer)
  for (let channel = 0, at = from; channel < K; channel++)
    for (let y = 0; y < outH; y++)
      for (let x = 0; x < outW; x++, at++) {
        let sum = 0
        for (let dy = 0; dy < k; dy++)
          for (let dx = 0; dx < k; dx++) sum += sums[(channel * kept.H + y * k + dy) * kept.W + x * k + dx]!
        out[at] = (sum * scale) / (k * k)
      }
}

/**
 * What comes out of a layer: 8-bit weights, saturating partial sums, then integration and firing (Eq. 1) in float32.
 * Neurons may fire more than once; the original allows one spike each (temporal coding), which would change the network.
 */
export const spinalFlowFunction = (
  config: SpinalFlowConfig,
  { layer, T, B, weights, neuron }: SpinalFlowInput,
  spikes: Spikes,
): SpinalFlowOutput => {
  const { K, outH, outW } = layer
  const { values, scale } = quantiseWeights(weights, config.weightBits)
  const current = tensor('TBCHW', 'f32', { T, B, C: K, H: outH, W: outW })
  let saturated = 0
  for (let map = 0; map < T * B; map++) {
    const field = fieldSums(layer, spikes, map, values, config.partialSumBits)
    saturated += field.saturated
    pooledCurrent(layer, field.sums, scale, current.data, map * K * outH * outW)
  }
  const { spikes: fired, potentials } = integrateAndFire(current, T, neuron, 'f32')
  return { spikes: fired, potentials: potentials as SpinalFlowOutput['potentials'], saturated }
}
