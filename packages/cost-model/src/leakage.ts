import type { PicoJoules } from '@h2learn/hw'
import { picoJoules } from '@h2learn/hw'
import type { PriceTable, Seconds, Watts } from './api'
import type { NamesOf, PricedTally } from './prices'
import { entriesOf, isBuffer, partPrice } from './prices'
import { watts } from './quantities'

/** Leakage power, split and by part. */
export interface LeakageBreakdown<Part extends string = string> {
  readonly total: Watts
  readonly logic: Watts
  /** Global buffers, at the temperature of the price table. */
  readonly buffers: Watts
  readonly byPart: { readonly [P in Part]?: Watts }
}

/**
 * Leakage of parts: P = Σ parts · price; no calibrated factor. Buffers from CACTI at the table's temperature, logic
 * from the library at 25 °C (modelling choice: the logic's leakage does not follow the temperature; it is a few percent of the chip's power).
 * @throws ConfigError for a part without a price
 */
export const leakagePower = <C extends object, A extends string, P extends string>(
  parts: PricedTally<C, P>,
  table: PriceTable<A, P>,
): LeakageBreakdown<NamesOf<C>> => {
  const byPart: { [N in NamesOf<C>]?: Watts } = {}
  let logic = 0
  let buffers = 0
  for (const [part, count] of entriesOf<P & NamesOf<C>>('cost-model/leakagePower', parts)) {
    const power = count * partPrice(part, table).leakage
    byPart[part] = watts(power)
    if (isBuffer(part)) buffers += power
    else logic += power
  }
  return { total: watts(logic + buffers), logic: watts(logic), buffers: watts(buffers), byPart }
}

/** Energy that leaks away in a time: E = P · t, in pJ. */
export const leakageEnergy = (power: Watts, time: Seconds): PicoJoules => picoJoules(power * time * 1e12)
