import { CapacityError, ConfigError } from '@h2learn/hw'

/** One thing a buffer has to hold. */
export interface BufferNeed {
  readonly name: string
  readonly bytes: number
  /** 2 for a ping-pong buffer; default 1. */
  readonly copies?: number
}

/** How full a buffer is. */
export interface BufferFill {
  readonly usedBytes: number
  readonly capacityBytes: number
  /** Share of the capacity in use, 0..1. */
  readonly share: number
}

const KiB = 1024
const inKiB = (bytes: number) => `${Math.ceil((bytes / KiB) * 10) / 10} KiB`

/**
 * Checks that a buffer holds everything a layer needs at the same time: Σ copies · bytes ≤ capacity.
 * @param where what is checked, for the message: "forward-engine: conv2"
 * @param capacityKiB in KiB of 1024 bytes, as Table VII counts it
 * @throws CapacityError naming the needs, largest first, when they do not fit
 * @throws ConfigError for a negative need or capacity
 */
export const requireCapacity = (where: string, needs: readonly BufferNeed[], capacityKiB: number): BufferFill => {
  if (!(capacityKiB >= 0))
    throw new ConfigError({ where, expected: 'a buffer capacity >= 0 KiB', got: String(capacityKiB) })
  const sizes = needs.map(({ name, bytes, copies = 1 }) => {
    if (!(bytes >= 0 && bytes < Infinity && Number.isInteger(copies) && copies >= 1))
      throw new ConfigError({
        where,
        expected: `bytes >= 0 and at least 1 copy of "${name}"`,
        got: `${bytes} bytes, ${copies} copies`,
      })
    return { name, size: bytes * copies }
  })
  const usedBytes = sizes.reduce((sum, { size }) => sum + size, 0)
  const capacityBytes = capacityKiB * KiB
  if (usedBytes > capacityBytes) {
    const largest = [...sizes].sort((a, b) => b.size - a.size)
    throw new CapacityError({
      where,
      expected: `at most ${inKiB(capacityBytes)} of buffer`,
      got: `${inKiB(usedBytes)} (${largest.map(({ name, size }) => `${name} ${inKiB(size)}`).join(', ')})`,
      hint: 'raise the buffer or make the tiles or blocks smaller',
    })
  }
  return { usedBytes, capacityBytes, share: capacityBytes > 0 ? usedBytes / capacityBytes : 0 }
}
