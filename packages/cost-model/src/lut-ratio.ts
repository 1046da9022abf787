import type { Cycles } from '@h2learn/hw'
import { ConfigError } from '@h2learn/hw'
import type { FixedAction, PricedPart, PriceTable, RegisterRead } from './api'
import { priceArea } from './area'
import { clockEnergy, priceEnergy } from './energy'
import type { Tally } from './prices'

/** Owners of what Fig. 11 counts: the PEs (sub-LUTs, or weights with gates) and the Acc adders. */
const peAndAcc = new Set(['acc', 'subLut', 'weight', 'gate'])

/** Keeps what belongs to PEs and Acc; Soma, buffers and memories fall out. */
const ofPeAndAcc = <N extends string>(tally: Tally<N>): Tally<N> =>
  Object.fromEntries(Object.entries(tally).filter(([name]) => peAndAcc.has(name.split('.', 1)[0]!))) as Tally<N>

const ratio = (where: string, nonLut: number, lut: number) => {
  if (!(lut > 0 && nonLut > 0))
    throw new ConfigError({
      where: `cost-model/${where}`,
      expected: 'PEs or Acc on both sides',
      got: `${nonLut} against ${lut}`,
      hint: 'PEs and Acc are the names that start with acc, subLut, weight, gate',
    })
  return nonLut / lut
}

/**
 * Area of the non-LUT baseline over that of the LUT engine, PEs + Acc only, as Fig. 11 compares them. `k_area`
 * multiplies both sides and falls out. Parts of whole engines can be passed: only PEs and Acc are taken.
 * @throws ConfigError for a part without a price, or a side without PEs and Acc
 */
export const lutAreaRatio = (input: {
  readonly lut: Tally<PricedPart>
  readonly nonLut: Tally<PricedPart>
  readonly table: PriceTable
}): number =>
  ratio(
    'lutAreaRatio',
    priceArea(ofPeAndAcc(input.nonLut), input.table, 1).total,
    priceArea(ofPeAndAcc(input.lut), input.table, 1).total,
  )

/** What PEs and Acc of an engine do while they do some work, and what they are made of (the clock of ungated bits counts). */
export interface LutActivity {
  readonly counts: Tally<FixedAction | RegisterRead>
  readonly parts: Tally<PricedPart>
  readonly cycles: Cycles
}

/**
 * Energy of the non-LUT baseline over that of the LUT engine for the same work, PEs + Acc only (Fig. 11). `k_energy`
 * falls out. The published ratios are compared with the steady state; counts with the filling of the sub-LUTs in
 * (`subLut.add`, `subLut.write`) give what a real layer saves.
 * @throws ConfigError for an action or a part without a price, or a side that does nothing
 */
export const lutEnergyRatio = (input: {
  readonly lut: LutActivity
  readonly nonLut: LutActivity
  readonly table: PriceTable
}): number => {
  const energyOf = ({ counts, parts, cycles }: LutActivity) =>
    priceEnergy(ofPeAndAcc(counts), input.table, 1).total + clockEnergy(ofPeAndAcc(parts), cycles, input.table, 1)
  return ratio('lutEnergyRatio', energyOf(input.nonLut), energyOf(input.lut))
}
