import type { Chip } from './api'
import { chipParts } from './chip-energy'

/**
 * Peak operations per second as the paper counts them: every adder of the accumulators and both operations of every MAC
 * busy in every cycle. Soma and Grad units count nothing.
 *
 *     peak = (acc.adder + mac.adder + mac.multiplier) · clock        27.85 TFLOPS for the default chip (Table VIII)
 *
 * @returns operations per second
 */
export const peakThroughput = (chip: Pick<Chip, 'engines' | 'clockHz'>): number => {
  const parts = chipParts(chip)
  const units = (['acc.adder', 'mac.adder', 'mac.multiplier'] as const).reduce(
    (sum, name) => sum + (parts[name] ?? 0),
    0,
  )
  return units * chip.clockHz
}
