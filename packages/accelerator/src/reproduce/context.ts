import {
  alternativePriceOptions,
  type Benchmark,
  defaultPriceOptions,
  describePriceOptions,
  type PriceOptions,
  type PriceTable,
  priceTable,
} from '@h2learn/cost-model'
import { accelerator } from '../accelerator'
import { type AnalyticBenchmark, analyticBenchmark } from '../analytic-benchmark'
import type { Accelerator } from '../api'
import { designPrices } from '../design-space-prices'
import type { OwnRun } from './own-run'

/** A number under the default choices with its range over the alternatives. */
export interface Spread {
  readonly model: number
  readonly low: number
  readonly high: number
}

/** What tables and figures share, made when first asked for. */
export interface ReproduceContext {
  readonly own: readonly OwnRun[]
  readonly chip: Accelerator
  readonly benchmark: (name: Benchmark) => AnalyticBenchmark
  /** A quantity under every reasonable choice of unit costs, `k_area` and `k_energy` fitted anew for each. */
  readonly spread: (of: (table: PriceTable, options: PriceOptions) => number) => Spread
}

/** Results that several tables and figures need are computed once. */
export const reproduceContext = (own: readonly OwnRun[]): ReproduceContext => {
  const runs = new Map<Benchmark, AnalyticBenchmark>()
  let chip: Accelerator | undefined
  let tables: readonly (readonly [PriceOptions, PriceTable])[] | undefined
  const isDefault = (options: PriceOptions) =>
    describePriceOptions(options) === describePriceOptions(defaultPriceOptions)
  return {
    own,
    get chip() {
      chip ??= accelerator({ prices: designPrices() })
      return chip
    },
    benchmark: (name) => {
      const run = runs.get(name) ?? analyticBenchmark(name)
      runs.set(name, run)
      return run
    },
    spread: (of) => {
      // the same table objects every time, so that each is calibrated once
      tables ??= alternativePriceOptions().map((options) => [
        options,
        isDefault(options) ? designPrices() : priceTable(options),
      ])
      const values = tables.map(([options, table]) => of(table, options))
      return { model: values[0]!, low: Math.min(...values), high: Math.max(...values) }
    },
  }
}
