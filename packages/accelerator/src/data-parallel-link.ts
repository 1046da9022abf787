import { ConfigError, requireInteger } from '@h2learn/hw'

/** The link of a chip to its neighbours. */
export interface ChipLink {
  /** GB/s (10^9 bytes) each way. */
  readonly bandwidthGBps: number
  /** Microseconds from the start of a message to the arrival of its first byte. */
  readonly latency_us: number
}

/** ring: chunks travel around, twice. tree: whole gradients up a binary tree and down again. */
export type AllReduceAlgorithm = 'ring' | 'tree'

/** @throws ConfigError for a bandwidth that is not above 0 or a latency below 0 */
export const checkedLink = ({ bandwidthGBps, latency_us }: ChipLink): void => {
  if (!(bandwidthGBps > 0 && bandwidthGBps < Infinity))
    throw new ConfigError({ where: 'link/bandwidthGBps', expected: 'a number above 0', got: String(bandwidthGBps) })
  if (!(latency_us >= 0 && latency_us < Infinity))
    throw new ConfigError({ where: 'link/latency_us', expected: 'a number >= 0', got: String(latency_us) })
}

/**
 * Seconds until every chip has the sum of all gradients.
 *
 *     ring   2·(n − 1)·(latency + S / (n·bandwidth))      each step sends one n-th; moves least
 *     tree   2·⌈log2 n⌉·(latency + S / bandwidth)         reduce, then broadcast, not pipelined; fewest messages
 *
 * Additions on the way are free. One chip needs none of it.
 * @param bytes S, the gradients of one chip
 * @throws ConfigError for chips that are no integer >= 1, bytes below 0 or an impossible link
 */
export const allReduceSeconds = ({
  algorithm,
  chips,
  bytes,
  link,
}: {
  readonly algorithm: AllReduceAlgorithm
  readonly chips: number
  readonly bytes: number
  readonly link: ChipLink
}): number => {
  const n = requireInteger('allReduceSeconds/chips', chips)
  checkedLink(link)
  if (!(bytes >= 0 && bytes < Infinity))
    throw new ConfigError({ where: 'allReduceSeconds/bytes', expected: 'a number >= 0', got: String(bytes) })
  if (n === 1) return 0
  const latency = link.latency_us * 1e-6
  const whole = bytes / (link.bandwidthGBps * 1e9)
  return algorithm === 'ring' ? 2 * (n - 1) * (latency + whole / n) : 2 * (32 - Math.clz32(n - 1)) * (latency + whole)
}
