import type { Cycles, PicoJoules } from '@h2learn/hw'
import { picoJoules } from '@h2learn/hw'
import type { PriceTable, RegisterRead } from './api'
import type { NamesOf, PricedTally } from './prices'
import { actionPrice, entriesOf, isBuffer, isOffChip, partPrice, requireFactor } from './prices'

/** Energy in pJ, k_energy included, split and by action. Leakage and ungated clocks are apart: they follow time. */
export interface EnergyBreakdown<Action extends string = string> {
  /** What the chip spends: logic + buffers. */
  readonly total: PicoJoules
  /** Logic actions, times `k_energy`. */
  readonly logic: PicoJoules
  /** Accesses of the global buffers: CACTI, no factor. */
  readonly buffers: PicoJoules
  readonly byAction: { readonly [A in Action]?: PicoJoules }
  /** Off-chip memory accesses, never part of `total`: the paper leaves memory power out. */
  readonly offChip: { readonly total: PicoJoules; readonly byAction: { readonly [A in Action]?: PicoJoules } }
}

/**
 * Energy of counted actions: E = k_energy · Σ logic counts · price + Σ glb bytes · price; mem.* apart (section 5 of the
 * cost study). An action that the table does not price is a compile error, and at run time an error naming it.
 * @param counts how often each action happened
 * @param kEnergy the calibrated factor of the logic; 1 for the bare sum
 * @throws ConfigError for an action without a price, or a count that is no number >= 0
 */
export const priceEnergy = <C extends object, A extends string, P extends string>(
  counts: PricedTally<C, A | RegisterRead>,
  table: PriceTable<A, P>,
  kEnergy: number,
): EnergyBreakdown<NamesOf<C>> => {
  requireFactor('cost-model/priceEnergy: kEnergy', kEnergy)
  const byAction: { [N in NamesOf<C>]?: PicoJoules } = {}
  const offChipByAction: { [N in NamesOf<C>]?: PicoJoules } = {}
  let logic = 0
  let buffers = 0
  let offChip = 0
  for (const [action, count] of entriesOf<(A | RegisterRead) & NamesOf<C>>('cost-model/priceEnergy', counts)) {
    const energy = count * actionPrice(action, table).energy * (isBuffer(action) || isOffChip(action) ? 1 : kEnergy)
    if (isOffChip(action)) {
      offChip += energy
      offChipByAction[action] = picoJoules(energy)
      continue
    }
    if (isBuffer(action)) buffers += energy
    else logic += energy
    byAction[action] = picoJoules(energy)
  }
  return {
    total: picoJoules(logic + buffers),
    logic: picoJoules(logic),
    buffers: picoJoules(buffers),
    byAction,
    offChip: { total: picoJoules(offChip), byAction: offChipByAction },
  }
}

/**
 * Energy of the clock pins of storage: E = k_energy · cycles · Σ bits · price; 0 under the default choice, where the
 * clock is gated.
 * @throws ConfigError for a part without a price
 */
export const clockEnergy = <C extends object, A extends string, P extends string>(
  parts: PricedTally<C, P>,
  cycles: Cycles,
  table: PriceTable<A, P>,
  kEnergy: number,
): PicoJoules => {
  requireFactor('cost-model/clockEnergy: kEnergy', kEnergy)
  const perCycle = entriesOf<P>('cost-model/clockEnergy', parts).reduce(
    (sum, [part, count]) => sum + count * partPrice(part, table).clock,
    0,
  )
  return picoJoules(kEnergy * cycles * perCycle)
}
