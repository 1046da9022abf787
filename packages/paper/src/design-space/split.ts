import { calibrate } from '@h2learn/accelerator'
import {
  clockEnergy,
  leakagePower,
  type PricedPart,
  type PriceTable,
  priceArea,
  priceEnergy,
  type Tally,
} from '@h2learn/cost-model'
import { cycles } from '@h2learn/hw'
import { adderForwardEngine, busyAdderForwardActivity, busyForwardActivity, forwardEngine } from '@h2learn/lut-pe'
import {
  adderWeightUpdateEngine,
  busyAdderWeightUpdateActivity,
  busyWeightUpdateActivity,
  weightUpdateEngine,
} from '@h2learn/weight-update'
import { paper } from '../published'
import type { LutEngineName } from './lut'
import { designPrices } from './prices'

/** Parts of a LUT engine or its non-LUT baseline, as Fig. 12 splits them. */
export type EngineComponent = 'storage' | 'selection' | 'adders' | 'soma' | 'glb'

/** One component of an engine with every PE busy; `k_area` and `k_energy` included (calibrated). */
export interface EngineComponentShare {
  readonly engine: LutEngineName
  readonly design: 'LUT' | 'non-LUT'
  readonly component: EngineComponent
  readonly area_mm2: number
  /** Actions and ungated clocks, and what leaks. */
  readonly dynamic_W: number
  readonly leakage_W: number
  /** FP16 additions per second, 10^12; only adders have one. */
  readonly throughput_TOPS: number
  /** What those additions stand for: sums of folded inputs per second without a table, 10^12. */
  readonly effective_TOPS: number
}

/** Components by the owner of a part or action: tables and weights; ports, reads and gates; adders; Soma; buffer. */
const componentOf = (name: string): EngineComponent => {
  if (/^(subLut\.bit|subLut\.write|weight\.bit)/.test(name)) return 'storage'
  if (/^(subLut\.portBit|subLut\.read|gate\.)/.test(name)) return 'selection'
  if (name.startsWith('soma.')) return 'soma'
  return name.startsWith('glb.') ? 'glb' : 'adders'
}

const components: readonly EngineComponent[] = ['storage', 'selection', 'adders', 'soma', 'glb']

const sides = {
  forward: {
    LUT: () => ({ parts: forwardEngine().parts, counts: busyForwardActivity() }),
    'non-LUT': () => ({ parts: adderForwardEngine().parts, counts: busyAdderForwardActivity() }),
  },
  weightUpdate: {
    LUT: () => ({ parts: weightUpdateEngine().parts, counts: busyWeightUpdateActivity() }),
    'non-LUT': () => ({ parts: adderWeightUpdateEngine().parts, counts: busyAdderWeightUpdateActivity() }),
  },
} as const

/**
 * Area, power and throughput of a LUT engine and its non-LUT baseline by component (Fig. 12), every PE busy at the
 * paper's clock, parallelism 4.
 */
export const lutEngineSplit = (
  engine: LutEngineName,
  design: 'LUT' | 'non-LUT',
  prices: PriceTable = designPrices(),
): readonly EngineComponentShare[] => {
  const { parts, counts } = sides[engine][design]()
  const { kArea, kEnergy } = calibrate(prices)
  const clockHz = paper.chip.clock.value
  const adders = (parts as Tally<PricedPart>)['acc.adder'] ?? 0
  const folded = sides[engine]['non-LUT']().parts['acc.adder']
  const of = <N extends string>(tally: Tally<N>, component: EngineComponent): Tally<N> =>
    Object.fromEntries(Object.entries(tally).filter(([name]) => componentOf(name) === component)) as Tally<N>
  return components.map((component) => {
    const own = of<PricedPart>(parts, component)
    const energy =
      priceEnergy(of(counts as Tally<'acc.add'>, component), prices, kEnergy).total +
      clockEnergy(own, cycles(1), prices, kEnergy)
    const adds = component === 'adders'
    return {
      engine,
      design,
      component,
      area_mm2: priceArea(own, prices, kArea).total,
      dynamic_W: energy * 1e-12 * clockHz,
      leakage_W: leakagePower(own, prices).total,
      throughput_TOPS: adds ? (adders * clockHz) / 1e12 : 0,
      effective_TOPS: adds ? (folded * clockHz) / 1e12 : 0,
    }
  })
}
