import type { PicoJoules, SquareMillimetres } from '@h2learn/hw'
import { picoJoules, squareMillimetres } from '@h2learn/hw'
import type { FixedAction, Hertz, PricedPart, PriceTable, Watts } from './api'
import { extendPriceTable } from './price-table'
import { hertz, watts } from './quantities'
import { scaleArea45to28, scaleEnergy45to28 } from './scaling'
import { unitCosts } from './units'

/** What SpinalFlow adds to the vocabulary. */
export type SpinalFlowPricedAction = 'spinalflow.accumulate'
export type SpinalFlowPricedPart = 'spinalflow.pe'

/** SpinalFlow as third parties quote it. */
export interface SpinalFlowReference {
  readonly status: 'unverified'
  readonly source: string
  readonly node: string
  readonly clock: Hertz
  readonly area: SquareMillimetres
  readonly power: Watts
}

/** Often quoted for SpinalFlow (ISCA 2020); we have not seen its paper, so every figure made with these is an estimate. */
export const spinalFlowReference: SpinalFlowReference = {
  status: 'unverified',
  source: 'quoted by third parties for SpinalFlow, ISCA 2020; not verified by us',
  node: '28 nm',
  clock: hertz(200e6),
  area: squareMillimetres(2.09),
  power: watts(0.162),
}

/**
 * A price table with SpinalFlow's action and part, made of the same unit costs, so that both machines are priced alike.
 *
 * - `spinalflow.accumulate`: a 16-bit integer addition and the write of a 16-bit partial sum.
 * - `spinalflow.pe`: a 16- and a 32-bit integer adder, registers of 16 + 32 bits (partial sum, potential).
 *
 * Modelling choices: its circuits are not known to us.
 */
export const withSpinalFlowPrices = (
  table: PriceTable<FixedAction, PricedPart>,
): PriceTable<FixedAction | SpinalFlowPricedAction, PricedPart | SpinalFlowPricedPart> => {
  const { integerAdd16, integerAdd32 } = unitCosts.horowitz
  const registerBits = 16 + 32
  const bit = table.parts['psum.bit']
  const adders = scaleArea45to28(integerAdd16.area.value + integerAdd32.area.value) * 1e-6
  const add: PicoJoules = picoJoules(scaleEnergy45to28(integerAdd16.energy.value, { fromVolt: 0.9 }))
  const source = `${integerAdd16.energy.source}; 45 to 28 nm after Stillmaker & Baas 2017`
  return extendPriceTable(table, {
    name: `${table.name}, with SpinalFlow`,
    actions: {
      'spinalflow.accumulate': {
        energy: picoJoules(add + table.actions['psum.write'].energy),
        source: `16-bit integer addition + write of 16 bits: ${source}`,
        status: 'A',
      },
    },
    parts: {
      'spinalflow.pe': {
        area: squareMillimetres(adders + registerBits * bit.area),
        leakage: watts(registerBits * bit.leakage),
        clock: picoJoules(registerBits * bit.clock),
        source: `integer adders and 48 register bits: ${source}`,
        status: 'A',
      },
    },
  })
}
