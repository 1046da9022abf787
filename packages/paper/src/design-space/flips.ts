import {
  alternativePriceOptions,
  defaultPriceOptions,
  describePriceOptions,
  type PriceOptions,
  priceTable,
} from '@h2learn/cost-model'
import {
  bestLutDesign,
  foldedInputs,
  inputSplits,
  type LutDesignGoal,
  type LutDesignPoint,
  type LutEngineName,
  lutDesignSpace,
  nearEqualSplit,
} from './lut'

/** Which sub-LUTs win under one set of choices. */
export interface LutDesignChoice {
  readonly engine: LutEngineName
  /** What differs from the default choices, in words. */
  readonly choice: string
  /** Which splits compete: as even as possible for every count, strictly equal ones, or all of them. */
  readonly splits: 'nearEqual' | 'equal' | 'all'
  readonly lanes: number
  readonly shadowLut: boolean
  /** Inputs of the winner's sub-LUTs by each goal. */
  readonly best: Readonly<Record<LutDesignGoal, readonly number[]>>
  /** By how much the energy of the winner lies below that of the runner-up with another number of sub-LUTs, percent. */
  readonly energyMargin_pct: number
  /** True where the winner by energy has as many sub-LUTs as under the default choices. */
  readonly asDefault: boolean
}

const goals = ['energy', 'layerEnergy', 'area', 'areaEnergy'] as const

const candidates = (engine: LutEngineName, splits: LutDesignChoice['splits']) => {
  const n = foldedInputs[engine]
  if (splits === 'all') return inputSplits(n)
  const counts = Array.from({ length: n }, (_, i) => i + 1)
  return counts.filter((s) => splits === 'nearEqual' || n % s === 0).map((s) => nearEqualSplit(n, s))
}

const margin = (points: readonly LutDesignPoint[], best: LutDesignPoint): number => {
  const others = points.filter((point) => point.subLuts !== best.subLuts)
  if (others.length === 0) return 100
  return 100 * (1 - bestLutDesign(others, 'energy').energySaving / best.energySaving)
}

/** What is varied one at a time, and every combination of the unit costs. */
interface Variation {
  readonly choice: string
  readonly splits?: LutDesignChoice['splits']
  readonly lanes?: number
  readonly shadowLut?: boolean
  readonly prices?: PriceOptions
}

const variations = (): readonly Variation[] => [
  { choice: 'default' },
  { choice: 'strictly equal splits', splits: 'equal' },
  { choice: 'every split', splits: 'all' },
  ...[1, 2, 8].map((lanes) => ({ choice: `parallelism ${lanes}`, lanes })),
  { choice: 'second copy of the sub-LUTs hides the fill', shadowLut: true },
  ...alternativePriceOptions()
    .slice(1)
    // energy of PEs and Acc does not depend on the temperature of the buffers
    .filter(({ temperature }) => temperature === defaultPriceOptions.temperature)
    .map((prices) => ({ choice: describePriceOptions(prices), prices })),
]

/**
 * The best number of sub-LUTs per PE under the default choices and under every other one: splits, parallelism, hidden
 * fill and all combinations of unit costs (Fig. 11: 3 for Forward, 2 for Weight Update). Rows with `asDefault` false are
 * where the paper's choice flips.
 */
export const lutDesignChoices = (engine: LutEngineName): readonly LutDesignChoice[] => {
  let usual = 0
  return variations().map(({ choice, splits = 'nearEqual', lanes = 4, shadowLut = false, prices }) => {
    const range = { engine, subLutInputs: candidates(engine, splits), lanes: [lanes], shadowLut: [shadowLut] }
    const points = prices ? lutDesignSpace(range, priceTable(prices)) : lutDesignSpace(range)
    const winner = bestLutDesign(points, 'energy')
    if (usual === 0) usual = winner.subLuts
    return {
      engine,
      choice,
      splits,
      lanes,
      shadowLut,
      best: Object.fromEntries(
        goals.map((goal) => [goal, bestLutDesign(points, goal).subLutInputs]),
      ) as LutDesignChoice['best'],
      energyMargin_pct: margin(points, winner),
      asDefault: winner.subLuts === usual,
    }
  })
}
