import { calibrate } from '@h2learn/accelerator'
import { clockEnergy, lutAreaRatio, lutEnergyRatio, type PriceTable, priceArea, priceEnergy } from '@h2learn/cost-model'
import { cycles } from '@h2learn/hw'
import {
  adderForwardEngine,
  busyAdderForwardActivity,
  busyForwardActivity,
  forwardEngine,
  forwardWhatIf,
} from '@h2learn/lut-pe'
import type { Layer } from '@h2learn/snn-core'
import {
  adderWeightUpdateEngine,
  busyAdderWeightUpdateActivity,
  busyWeightUpdateActivity,
  weightUpdateEngine,
  weightUpdateWhatIf,
} from '@h2learn/weight-update'
import { designPrices, referenceLayer } from './prices'

/** The engines built from look-up tables. */
export type LutEngineName = 'forward' | 'weightUpdate'

/** What Fig. 11 varies on a LUT engine; what is left out is Table VII's. */
export interface LutDesign {
  readonly engine: LutEngineName
  /** Inputs of each sub-LUT of a PE; unequal ones too. Their sum is what a PE folds. */
  readonly subLutInputs: readonly number[]
  readonly rows: number
  readonly cols: number
  /** Parallelism: windows (weights in Weight Update) a PE takes per cycle. */
  readonly lanes: number
  readonly shadowLut: boolean
}

/** One point of Fig. 11's space beside the non-LUT design of the same rows, columns, lanes and inputs. */
export interface LutDesignPoint extends LutDesign {
  readonly subLuts: number
  /** PEs + Acc only, as Fig. 11 counts; `k_area` included (calibrated). */
  readonly area_mm2: number
  readonly adderArea_mm2: number
  /** PEs + Acc with every PE busy for one cycle; `k_energy` included (calibrated). */
  readonly energyPerCycle_pJ: number
  readonly adderEnergyPerCycle_pJ: number
  /** Non-LUT over LUT: what the look-up saves. `k_area` and `k_energy` fall out: predictions. */
  readonly areaSaving: number
  readonly energySaving: number
  /** The same energy ratio for a whole pass of the reference layer, filling of the sub-LUTs included. */
  readonly layerEnergySaving: number
  /** Compute cycles of the reference layer for a sub-batch. */
  readonly layerCycles: number
  /** Inputs folded per cycle with every PE busy: the peak of the array. */
  readonly foldedPerCycle: number
  /** Whole engine with Soma and buffers. */
  readonly engineArea_mm2: number
}

const table7: { readonly [E in LutEngineName]: LutDesign } = {
  forward: { engine: 'forward', subLutInputs: [3, 3, 3], rows: 64, cols: 16, lanes: 4, shadowLut: false },
  weightUpdate: { engine: 'weightUpdate', subLutInputs: [4, 4], rows: 10, cols: 128, lanes: 4, shadowLut: false },
}

/** Inputs a PE of each engine folds on the paper's chip: a 3×3 kernel, a tile row of 8 positions. */
export const foldedInputs: { readonly [E in LutEngineName]: number } = { forward: 9, weightUpdate: 8 }

/** n inputs over s sub-LUTs as evenly as possible: 9 over 2 gives 5 + 4. */
export const nearEqualSplit = (inputs: number, subLuts: number): readonly number[] =>
  Array.from({ length: subLuts }, (_, j) => Math.ceil((inputs - j) / subLuts))

/** Every way to split n inputs over sub-LUTs, larger ones first: 30 for 9 inputs, 22 for 8. */
export const inputSplits = (inputs: number, largest = inputs): readonly (readonly number[])[] =>
  inputs === 0
    ? [[]]
    : Array.from({ length: Math.min(inputs, largest) }, (_, i) => Math.min(inputs, largest) - i).flatMap((first) =>
        inputSplits(inputs - first, first).map((rest) => [first, ...rest]),
      )

const owners = new Set(['acc', 'subLut', 'weight', 'gate'])
const peAndAcc = <T extends object>(tally: T): T =>
  Object.fromEntries(Object.entries(tally).filter(([name]) => owners.has(name.split('.', 1)[0]!))) as T

const samples = 4

/** Both sides of the comparison: parts, one busy cycle, and a pass of the reference layer. */
const sides = ({ engine, ...config }: LutDesign, layer: Layer, T: number) => {
  if (engine === 'forward') {
    const [lut, adder] = [forwardEngine(config), adderForwardEngine(config)]
    const work = forwardWhatIf({ layer, T, B: samples, outputDensity: 0.25 }, config)
    return {
      lut: {
        parts: lut.parts,
        busy: busyForwardActivity(config),
        layer: lut.count(work),
        time: lut.time(work).latency,
      },
      adder: {
        parts: adder.parts,
        busy: busyAdderForwardActivity(config),
        layer: adder.count(work),
        time: adder.time(work).latency,
      },
    }
  }
  const [lut, adder] = [weightUpdateEngine(config), adderWeightUpdateEngine(config)]
  const work = weightUpdateWhatIf({ layer, T, B: samples }, config)
  return {
    lut: {
      parts: lut.parts,
      busy: busyWeightUpdateActivity(config),
      layer: lut.count(work),
      time: lut.time(work).latency,
    },
    adder: {
      parts: adder.parts,
      busy: busyAdderWeightUpdateActivity(config),
      layer: adder.count(work),
      time: adder.time(work).latency,
    },
  }
}

/**
 * Area, energy and speed of one LUT design beside the non-LUT one (Fig. 11). Energy of a busy cycle as the paper
 * compares it, and of a whole pass of the reference layer, where filling the sub-LUTs counts too.
 * @param design differences from Table VII
 * @throws ConfigError for an impossible geometry
 */
export const lutDesignPoint = (
  design: Partial<LutDesign> & Pick<LutDesign, 'engine'>,
  prices: PriceTable = designPrices(),
): LutDesignPoint => {
  const all: LutDesign = { ...table7[design.engine], ...design }
  const { layer, T } = referenceLayer()
  const { lut, adder } = sides(all, layer, T)
  const { kArea, kEnergy } = calibrate(prices)
  const areaOf = (parts: typeof lut.parts | typeof adder.parts) => priceArea(parts, prices, kArea).total
  const energyOf = (side: typeof lut | typeof adder) =>
    priceEnergy(peAndAcc(side.busy), prices, kEnergy).total +
    clockEnergy(peAndAcc(side.parts), cycles(1), prices, kEnergy)
  const saving = (activity: 'busy' | 'layer') => {
    const took = (side: typeof lut | typeof adder) => (activity === 'busy' ? cycles(1) : side.time)
    return lutEnergyRatio({
      lut: { counts: lut[activity], parts: lut.parts, cycles: took(lut) },
      nonLut: { counts: adder[activity], parts: adder.parts, cycles: took(adder) },
      table: prices,
    })
  }
  return {
    ...all,
    subLuts: all.subLutInputs.length,
    area_mm2: areaOf(peAndAcc(lut.parts)),
    adderArea_mm2: areaOf(peAndAcc(adder.parts)),
    energyPerCycle_pJ: energyOf(lut),
    adderEnergyPerCycle_pJ: energyOf(adder),
    areaSaving: lutAreaRatio({ lut: lut.parts, nonLut: adder.parts, table: prices }),
    energySaving: saving('busy'),
    layerEnergySaving: saving('layer'),
    layerCycles: lut.time,
    foldedPerCycle: all.rows * all.cols * all.lanes * all.subLutInputs.reduce((sum, n) => sum + n, 0),
    engineArea_mm2: areaOf(lut.parts),
  }
}

/** The values to combine; a list of one where a dimension is left out. */
export interface LutDesignRange {
  readonly engine: LutEngineName
  readonly subLutInputs?: readonly (readonly number[])[]
  readonly rows?: readonly number[]
  readonly cols?: readonly number[]
  readonly lanes?: readonly number[]
  readonly shadowLut?: readonly boolean[]
}

/**
 * Every combination of the given values (Fig. 11). By default the sub-LUT counts the paper's figure varies, at Table
 * VII's rows, columns and lanes: `inputSplits` gives all splits instead.
 */
export const lutDesignSpace = (
  { engine, ...range }: LutDesignRange,
  prices: PriceTable = designPrices(),
): readonly LutDesignPoint[] => {
  const own = table7[engine]
  const inputs = foldedInputs[engine]
  const splits = range.subLutInputs ?? [1, 2, 3, 4, 5, inputs].map((n) => nearEqualSplit(inputs, n))
  return splits.flatMap((subLutInputs) =>
    (range.rows ?? [own.rows]).flatMap((rows) =>
      (range.cols ?? [own.cols]).flatMap((cols) =>
        (range.lanes ?? [own.lanes]).flatMap((lanes) =>
          (range.shadowLut ?? [own.shadowLut]).map((shadowLut) =>
            lutDesignPoint({ engine, subLutInputs, rows, cols, lanes, shadowLut }, prices),
          ),
        ),
      ),
    ),
  )
}

/** What a design is chosen by: energy of a busy cycle, of the reference layer with fills, area, or area × energy. */
export type LutDesignGoal = 'energy' | 'layerEnergy' | 'area' | 'areaEnergy'

const merit: { readonly [G in LutDesignGoal]: (point: LutDesignPoint) => number } = {
  energy: (p) => p.energySaving,
  layerEnergy: (p) => p.layerEnergySaving,
  area: (p) => p.areaSaving,
  areaEnergy: (p) => p.areaSaving * p.energySaving,
}

/** The point that saves most against the non-LUT design; the first of equals. */
export const bestLutDesign = (points: readonly LutDesignPoint[], goal: LutDesignGoal): LutDesignPoint =>
  points.reduce((best, point) => (merit[goal](point) > merit[goal](best) ? point : best))
