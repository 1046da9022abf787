import { ConfigError } from '@h2learn/hw'

const lerp = (from: number, to: number, share: number) => from + (to - from) * share

/** How far 28 nm lies on the way from 32 to 20 nm. */
const share28 = (32 - 28) / (32 - 20)

/** Area of a 32 and of a 20 nm circuit relative to the same one at 45 nm. Stillmaker & Baas, Integration 2017. */
const areaFrom45 = { nm32: 0.46, nm20: 0.21 }

/** Energy factor a·V² + b·V + c of high-performance processes. Stillmaker & Baas, Integration 2017. */
const energyFactor = {
  nm45: [1.018, -0.3107, 0.1539],
  nm32: [0.8367, -0.4341, 0.1701],
  nm20: [0.373, -0.1582, 0.04104],
} as const

const factorAt = ([a, b, c]: readonly [number, number, number], volt: number) => (a * volt + b) * volt + c

/** Supply of the 28 nm chip in volts: an assumption, the nominal voltage of the process. */
export const supply28nm = 0.9

/**
 * Area of a 45 nm circuit at 28 nm: × 0.377, linear between the published 32 and 20 nm. Optimistic for a real 28 nm
 * library; `k_area` absorbs that. Any unit of area in, the same out.
 * @source Stillmaker & Baas, Integration 2017 (coefficients as two public implementations have them)
 */
export const scaleArea45to28 = (area: number): number => area * lerp(areaFrom45.nm32, areaFrom45.nm20, share28)

/**
 * Energy of a 45 nm circuit at 28 nm: E · f28(toVolt) / f45(fromVolt) with f = a·V² + b·V + c, f28 linear between 32
 * and 20 nm. To 0.9 V: × 0.532 from 0.9 V, × 0.356 from 1.1 V. Any unit of energy (or of leakage power) in, the same out.
 * @param volts supply at 45 nm and (0.9 V unless told) at 28 nm, 0.5 to 1.2 V each
 * @throws ConfigError for voltages outside the range of the fit
 * @source Stillmaker & Baas, Integration 2017
 */
export const scaleEnergy45to28 = (
  energy: number,
  { fromVolt, toVolt = supply28nm }: { readonly fromVolt: number; readonly toVolt?: number },
): number => {
  for (const volt of [fromVolt, toVolt])
    if (!(volt >= 0.5 && volt <= 1.2))
      throw new ConfigError({ where: 'cost-model/scaling', expected: 'a supply of 0.5 to 1.2 V', got: `${volt} V` })
  const at28 = lerp(factorAt(energyFactor.nm32, toVolt), factorAt(energyFactor.nm20, toVolt), share28)
  return (energy * at28) / factorAt(energyFactor.nm45, fromVolt)
}

/**
 * Area of a circuit drawn in another node if everything shrank with the feature size: area · (to / from)². An ideal that
 * real libraries and memories never reach, so a bound; for comparing machines of different nodes, never inside a price.
 * @param nodes feature sizes in nm, above 0
 * @throws ConfigError for a node that is not above 0
 */
export const idealAreaShrink = (area: number, nodes: { readonly from_nm: number; readonly to_nm: number }): number => {
  for (const nm of [nodes.from_nm, nodes.to_nm])
    if (!(nm > 0 && nm < Infinity))
      throw new ConfigError({ where: 'cost-model/idealAreaShrink', expected: 'a node above 0 nm', got: `${nm} nm` })
  return area * (nodes.to_nm / nodes.from_nm) * (nodes.to_nm / nodes.from_nm)
}
