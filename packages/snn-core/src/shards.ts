import type { Network } from './api'

/**
 * Samples computed together: every batch is cut into shards of this many (large networks: half of it), each shard's
 * gradient is computed alone and the shards are added in their order. Fixed by the network, so that a result does not
 * depend on who computed which shard. 8 keeps two threads busy at batch 64 and gives sums of the same size at any thread
 * count (modelling choice).
 */
export const SHARD_SAMPLES = 8

/** Potentials of a sample above which shards are smaller, so that those of a shard take less memory than the weights. */
const LARGE_SAMPLE = 2 ** 21

/** Samples of a shard for a network: 8, or 4 where one sample has more than 2 Mi neurons times timesteps. */
export const shardSamples = ({ layers, T }: Network): number =>
  layers.reduce((n, { K, outH, outW }) => n + K * outH * outW * T, 0) > LARGE_SAMPLE ? SHARD_SAMPLES / 2 : SHARD_SAMPLES

/** Cuts the sample indices of a pass into shards. */
export const shardsOf = ({
  indices,
  network,
}: {
  readonly indices: Uint32Array
  readonly network: Network
}): Uint32Array[] => {
  const size = shardSamples(network)
  return Array.from({ length: Math.ceil(indices.length / size) }, (_, i) => indices.subarray(i * size, (i + 1) * size))
}
