import {
  clockEnergy,
  leakageEnergy,
  leakagePower,
  type PricedAction,
  type PricedPart,
  priceEnergy,
  seconds,
  type Tally,
  type Watts,
} from '@h2learn/cost-model'
import { type Cycles, cycles } from '@h2learn/hw'
import type { Chip, ChipEnergy } from './api'

const joules = (picoJoules: number) => picoJoules * 1e-12

/** Adds tallies name by name. */
export const sumTallies = <Name extends string>(tallies: readonly Tally<Name>[]): Tally<Name> => {
  const sum: Record<string, number> = {}
  for (const tally of tallies)
    for (const [name, n] of Object.entries<number | undefined>(tally)) sum[name] = (sum[name] ?? 0) + (n ?? 0)
  return sum as Tally<Name>
}

/** Silicon of all engines of a chip. */
export const chipParts = ({ engines }: Pick<Chip, 'engines'>): Tally<PricedPart> =>
  sumTallies<PricedPart>([engines.forward.parts, engines.weightUpdate.parts, engines.backward.parts])

/**
 * Energy of some work and of the time it takes: what was done (`k_energy` times the logic's prices, CACTI for the
 * buffers), what leaks meanwhile in the whole chip, and apart from it what moves off chip. Divided by `shares`.
 * @param counts what was done in all, exact integers
 * @param duration cycles the chip is on, all of it
 * @param offChipBytes bytes over all memories, read or written (one price)
 */
export const chipEnergy = (
  chip: Chip,
  {
    counts,
    duration,
    offChipBytes,
    shares = 1,
  }: {
    readonly counts: Tally<PricedAction>
    readonly duration: Cycles
    readonly offChipBytes: number
    readonly shares?: number
  },
): ChipEnergy => {
  const { prices, calibration, clockHz } = chip
  const parts = chipParts(chip)
  const time = seconds(duration / clockHz)
  const each = (picoJoules: number) => joules(picoJoules) / shares
  const done = priceEnergy(counts, prices, calibration.kEnergy)
  const leak = leakagePower(parts, prices)
  const leaked = (power: Watts) => each(leakageEnergy(power, time))
  const breakdown: Record<string, number> = {}
  for (const [action, energy] of Object.entries<number | undefined>(done.byAction))
    breakdown[action] = each(energy ?? 0)
  const clock = each(clockEnergy(parts, duration, prices, calibration.kEnergy))
  if (clock > 0) breakdown.clock = clock
  breakdown['leakage.buffers'] = leaked(leak.buffers)
  breakdown['leakage.logic'] = leaked(leak.logic)
  return {
    total_J: Object.values(breakdown).reduce((sum, energy) => sum + energy, 0),
    breakdown_J: breakdown,
    offChip_J: each(priceEnergy({ 'mem.read': offChipBytes }, prices, 1).offChip.total),
  }
}

/** The same work n times as often. */
export const timesAsOften = <Name extends string>(n: number, tally: Tally<Name>): Tally<Name> =>
  Object.fromEntries(Object.entries<number | undefined>(tally).map(([name, k]) => [name, n * (k ?? 0)])) as Tally<Name>

/** Cycles of n periods. */
export const periods = (n: number, period: Cycles): Cycles => cycles(n * period)
