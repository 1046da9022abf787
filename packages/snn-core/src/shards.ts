import type { Network } from './api'
import { parameterCount } from './network'

/**
 * Samples computed together: every batch is cut into shards of about this many (large samples: half of it; small ones:
 * more), each shard's gradient is computed alone and the shards are added in their order. Fixed by network and batch, so
 * that a result does not depend on who computed which shard. 8 keeps two threads busy at batch 64 and gives sums of the
 * same size at any thread count (modelling choice).
 */
export const SHARD_SAMPLES = 8

/** Potentials of a sample above which shards are smaller, so that those of a shard take less memory than the weights. */
const LARGE_SAMPLE = 2 ** 21
/** Potentials below and weights above which shards are larger: reading the weights would cost more than using them. */
const SMALL_SAMPLE = 2 ** 13
const MANY_WEIGHTS = 2 ** 16
const SMALL_SAMPLES = 32

/**
 * Most samples of a shard for a network: 8; 4 where one sample has more than 2 Mi neurons times timesteps; 32 where it
 * has fewer than 8 Ki and the network more than 64 Ki weights.
 */
export const shardSamples = (network: Network): number => {
  const { layers, T } = network
  const potentials = layers.reduce((n, { K, outH, outW }) => n + K * outH * outW * T, 0)
  return shardSize(potentials, parameterCount(network))
}

/** The same from the neurons of one sample times timesteps and the weights. */
export const shardSize = (potentials: number, weights: number): number => {
  if (potentials > LARGE_SAMPLE) return SHARD_SAMPLES / 2
  return potentials < SMALL_SAMPLE && weights > MANY_WEIGHTS ? SMALL_SAMPLES : SHARD_SAMPLES
}

/** Cuts the sample indices of a pass into as few shards as there must be, of about the same size. */
export const shardsOf = ({
  indices,
  network,
}: {
  readonly indices: Uint32Array
  readonly network: Network
}): Uint32Array[] => cutShards(indices, shardSamples(network))

/** Cuts indices into as few shards of at most so many samples as there must be, of about the same size. */
export const cutShards = (indices: Uint32Array, most: number): Uint32Array[] => {
  const n = Math.ceil(indices.length / most)
  const start = (i: number) => Math.floor((i * indices.length) / n)
  return Array.from({ length: n }, (_, i) => indices.subarray(start(i), start(i + 1)))
}
