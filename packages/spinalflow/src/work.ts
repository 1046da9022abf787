import type { Layer } from '@h2learn/snn-core'
import type { SpinalFlowConfig, SpinalFlowWork } from './api'

/** What the work of a layer is made from: spikes as they are, or as many as are expected. */
export interface SpikeTotals {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly fieldSpikes: Float64Array
  readonly inputSpikes: number
}

const kibibyte = 1024

/**
 * The work of a pass from its spike totals. Blocks of output channels follow one another; inside one, samples. Spike maps
 * move as bits; a block reads the input map again, its weights once if they fit the filter buffer, else for every sample.
 */
export const spinalFlowWork = (config: SpinalFlowConfig, totals: SpikeTotals): SpinalFlowWork => {
  const { layer, T, B, fieldSpikes, inputSpikes } = totals
  const { C, H, W, K, R, S, outH, outW, currentPool } = layer
  const blocks = Math.ceil(K / config.pes)
  const perChannel = C * R * S * (config.weightBits / 8)
  const resident = perChannel * Math.min(K, config.pes) <= config.glbKiB * kibibyte
  const bytes = new Float64Array(blocks * B)
  for (let block = 0, i = 0; block < blocks; block++) {
    const channels = Math.min(config.pes, K - block * config.pes)
    for (let b = 0; b < B; b++, i++)
      bytes[i] =
        Math.ceil((C * H * W * T) / 8) +
        Math.ceil((channels * outH * outW * T) / 8) +
        (b === 0 || !resident ? Math.ceil(perChannel * channels) : 0)
  }
  const neurons = T * B * K * outH * outW
  const pooled = currentPool * currentPool
  return {
    layer: layer.name,
    blocks,
    K,
    fieldSpikes,
    inputSpikes,
    weights: K * C * R * S,
    resident,
    bytes,
    firstFillBytes: Math.ceil(perChannel * Math.min(K, config.pes)),
    somaUpdates: neurons,
    poolAdds: neurons * (pooled - 1),
    poolScales: pooled > 1 ? neurons : 0,
  }
}
