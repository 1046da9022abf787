import type { Network, Precision } from './api'
import { InputError } from './errors'
import { parameterCount } from './network'
import type { OptimizerConfig } from './optimizer'
import { shardSamples } from './shards'

/** What the memory of a training depends on besides the network. */
export interface TrainingMemory {
  readonly precision: Precision
  readonly optimizer: OptimizerConfig
}

/**
 * Bytes that training a network takes at least, whatever computes it: weights, ∇w and the moments of the optimiser, and
 * the potentials and ∇u of the largest layer for the samples that are computed together (`shardSamples`). It does not
 * depend on the batch, which is computed shard by shard. Samples and results come on top.
 */
export const trainingBytes = (network: Network, { precision, optimizer }: TrainingMemory): number => {
  const width = precision === 'f64' ? 8 : 4
  const moments = optimizer.kind === 'adam' ? 2 : (optimizer.momentum ?? 0) > 0 ? 1 : 0
  const largest = network.layers.reduce((most, { K, outH, outW }) => Math.max(most, K * outH * outW), 0)
  return width * ((2 + moments) * parameterCount(network) + 2 * largest * network.T * shardSamples(network))
}

/**
 * Refuses a training that cannot fit, before anything is allocated.
 * @param available bytes of memory that there are
 * @throws InputError with the bytes needed and those available
 */
export const checkTrainingMemory = (network: Network, config: TrainingMemory, available: number): void => {
  const needed = trainingBytes(network, config)
  if (needed <= available) return
  const parameters = parameterCount(network)
  throw new InputError({
    where: `network ${network.text}`,
    expected: `a training that fits into ${available} bytes of memory`,
    got: `one that takes at least ${needed} bytes (${parameters} parameters, T ${network.T}, ${config.precision})`,
    hint: 'take smaller layers, fewer timesteps, or precision f32',
  })
}
