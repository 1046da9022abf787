import { ConfigError } from '@h2learn/hw'
import type { PriceOptions, PriceTable } from './api'
import { alternativePriceOptions, defaultPriceOptions } from './price-options'
import { priceTable } from './price-table'

/** A number under the default choices, and the smallest and largest over the alternatives with the choices that give them. */
export interface PriceSpread {
  readonly value: number
  readonly low: number
  readonly high: number
  readonly lowAt: PriceOptions
  readonly highAt: PriceOptions
}

/**
 * The range of a quantity over all reasonable choices. A quantity that needs `k_energy` or `k_area` refits it inside, so
 * that every choice is calibrated by itself.
 * @throws ConfigError when the quantity is not a finite number for some choice
 */
export const priceSpread = (
  quantity: (table: PriceTable, options: PriceOptions) => number,
  alternatives: readonly PriceOptions[] = alternativePriceOptions(),
): PriceSpread => {
  const valueAt = (options: PriceOptions) => {
    const value = quantity(priceTable(options), options)
    if (!Number.isFinite(value))
      throw new ConfigError({ where: 'cost-model/priceSpread', expected: 'a finite number', got: String(value) })
    return value
  }
  const value = valueAt(defaultPriceOptions)
  let spread: PriceSpread = { value, low: value, high: value, lowAt: defaultPriceOptions, highAt: defaultPriceOptions }
  for (const options of alternatives) {
    const other = valueAt(options)
    if (other < spread.low) spread = { ...spread, low: other, lowAt: options }
    if (other > spread.high) spread = { ...spread, high: other, highAt: options }
  }
  return spread
}
