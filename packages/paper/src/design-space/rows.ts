import type { BackwardDesignPoint } from './backward'
import type { LutDesignChoice } from './flips'
import type { LutDesignPoint } from './lut'
import type { EngineComponentShare } from './split'

/** A design point as one flat row: what a table prints, a CSV holds and a plot takes as its data. */
export type DesignRow = Readonly<Record<string, string | number>>

/** Sub-LUTs in words: 5+4. */
export const subLutText = (inputs: readonly number[]): string => inputs.join('+')

/** Rows of Fig. 11: one per LUT design. */
export const lutDesignRows = (points: readonly LutDesignPoint[]): readonly DesignRow[] =>
  points.map(({ subLutInputs, shadowLut, ...point }) => ({
    ...point,
    subLutInputs: subLutText(subLutInputs),
    shadowLut: String(shadowLut),
  }))

/** Rows of the report where the best number of sub-LUTs flips. */
export const lutChoiceRows = (choices: readonly LutDesignChoice[]): readonly DesignRow[] =>
  choices.map(({ best, asDefault, shadowLut, ...choice }) => ({
    ...choice,
    shadowLut: String(shadowLut),
    bestEnergy: subLutText(best.energy),
    bestLayerEnergy: subLutText(best.layerEnergy),
    bestArea: subLutText(best.area),
    bestAreaEnergy: subLutText(best.areaEnergy),
    asDefault: String(asDefault),
  }))

/** Rows of Fig. 12: one per engine, design and component. */
export const engineSplitRows = (shares: readonly EngineComponentShare[]): readonly DesignRow[] =>
  shares.map((share) => ({ ...share }))

const prefixed = (prefix: string, unit: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}_${name}_${unit}`, value]))

/** Rows of Fig. 13: one per Backward Engine, its splits as columns; PE-cycles as percentages. */
export const backwardDesignRows = (points: readonly BackwardDesignPoint[]): readonly DesignRow[] =>
  points.map(({ area_mm2, tileEnergy_pJ, peCycles, ...point }) => {
    const all = Object.values(peCycles).reduce((sum: number, n: number) => sum + n, 0)
    const shares = Object.fromEntries(Object.entries(peCycles).map(([cause, n]) => [cause, (100 * n) / all]))
    return {
      ...point,
      ...prefixed('area', 'mm2', { ...area_mm2 }),
      ...prefixed('energy', 'pJ', { ...tileEnergy_pJ }),
      ...prefixed('peCycles', 'pct', shares),
    }
  })
