import type { Accelerator } from '@h2learn/accelerator'
import { accelerator, analyticStages, type DesignPoint, designPoint, type MeasuredSubBatch } from '@h2learn/accelerator'
import {
  alternativePriceOptions,
  defaultPriceOptions,
  describePriceOptions,
  type PriceOptions,
  type PriceTable,
  priceTable,
} from '@h2learn/cost-model'
import { type AnalyticBenchmark, analyticBenchmark, benchmarkWork } from '../benchmark'
import { designPrices } from '../design-space/prices'
import type { Benchmark } from '../published'
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
  /** Figures of a benchmark under the given prices, its work measured once. */
  readonly priced: (name: Benchmark, table: PriceTable) => DesignPoint
  /** A quantity under every reasonable choice of unit costs, `k_area` and `k_energy` fitted anew for each. */
  readonly spread: (of: (table: PriceTable, options: PriceOptions) => number) => Spread
}

/** Samples of a batch group, the default of `analyticRun`. */
const batch = 64

/** Results that several tables and figures need are computed once. */
export const reproduceContext = (own: readonly OwnRun[]): ReproduceContext => {
  const runs = new Map<Benchmark, AnalyticBenchmark>()
  const measured = new Map<Benchmark, readonly MeasuredSubBatch[]>()
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
    priced: (name, table) => {
      const priced = accelerator({ prices: table })
      const work = benchmarkWork(name)
      const subBatches = measured.get(name) ?? [
        { B: priced.subBatch, stages: analyticStages(priced, work, priced.subBatch) },
      ]
      measured.set(name, subBatches)
      return designPoint(priced, work.network, batch, subBatches)
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
