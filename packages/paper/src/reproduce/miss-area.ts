import {
  type AreaFit,
  fitArea,
  glbBank,
  type PricedPart,
  type PriceTable,
  priceTable,
  sramBanks,
  type Tally,
  unitCosts,
} from '@h2learn/cost-model'
import { squareMillimetres } from '@h2learn/hw'
import { forwardEngine } from '@h2learn/lut-pe'
import { backwardEngine } from '@h2learn/sparse-backward'
import { weightUpdateEngine } from '@h2learn/weight-update'
import { paper } from '../published'
import type { Miss, MissVariation } from './miss'

type Parts = Tally<PricedPart>
interface Silicon {
  readonly forward: Parts
  readonly weightUpdate: Parts
  readonly backward: Parts
}

const silicon = (): Silicon => ({
  forward: forwardEngine().parts,
  weightUpdate: weightUpdateEngine().parts,
  backward: backwardEngine().parts,
})

/** The fit of `k_area` on the three printed areas, as for the default, but of other silicon or other prices. */
const fit = (parts: Silicon, table: PriceTable): AreaFit =>
  fitArea({
    engines: (['forward', 'weightUpdate', 'backward'] as const).map((name) => ({
      name,
      parts: parts[name],
      printedArea: squareMillimetres(paper.engines[name].area.value),
    })),
    table,
  })

const times = (parts: Parts, factors: Partial<Record<PricedPart, number>>): Parts =>
  Object.fromEntries(Object.entries(parts).map(([name, n]) => [name, (n ?? 0) * (factors[name as PricedPart] ?? 1)]))

const withBackward = (of: (parts: Parts) => Parts): Silicon => {
  const all = silicon()
  return { ...all, backward: of(all.backward) }
}

/** Buffers of another bank: area per KiB. */
const withBuffers = (mm2PerKiB: number): PriceTable => {
  const table = priceTable()
  return {
    ...table,
    parts: { ...table.parts, 'glb.KiB': { ...table.parts['glb.KiB'], area: squareMillimetres(mm2PerKiB) } },
  }
}

/** An engine counts as explained within this, percent. */
const close = 3

/** Backward 12 % low, Weight Update 10 % high, with one constant on three areas. */
export const areaMiss = (): Miss => {
  const table = priceTable()
  const own = silicon()
  const wide = unitCosts.horowitz.add32.area.value / unitCosts.horowitz.add16.area.value
  const cases: readonly (readonly [string, Silicon, PriceTable, string?])[] = [
    ['default', own, table],
    ['buffers with a read and a write port', own, withBuffers(glbBank.areaTwoPorts.value)],
    [`buffers of ${sramBanks[0].KiB} KiB banks`, own, withBuffers(sramBanks[0].area.value)],
    ['flip-flops with enable instead of gated ones', own, priceTable({ clock: 'free' })],
    ['latches', own, priceTable({ storage: 'latch' })],
    ['arithmetic of our own synthesis', own, priceTable({ arithmetic: 'synthesis' })],
    ['Backward: tiles of 16×16', { ...own, backward: backwardEngine({ tile: 16 }).parts }, table],
    [
      'Backward: 32-bit partial sums',
      withBackward((parts) => times(parts, { 'psum.bit': 2, 'psum.portBit': 2 })),
      table,
    ],
    [
      'Backward: additions in FP32',
      withBackward((parts) => times(parts, { 'mac.adder': wide, 'acc.adder': wide })),
      table,
    ],
    [
      'Backward: gradient tiles doubled, loaded ahead',
      withBackward((parts) => times(parts, { 'gradTile.bit': 2 })),
      table,
    ],
    ['Backward: a gradient tile for every PE', withBackward((parts) => times(parts, { 'gradTile.bit': 4 })), table],
    [
      'Backward: 32-bit partial sums, gradient tiles doubled',
      withBackward((parts) => times(parts, { 'psum.bit': 2, 'psum.portBit': 2, 'gradTile.bit': 2 })),
      table,
    ],
    [
      'Forward: 12 % more logic; Backward: 32-bit partial sums, gradient tiles doubled',
      {
        ...withBackward((parts) => times(parts, { 'psum.bit': 2, 'psum.portBit': 2, 'gradTile.bit': 2 })),
        forward: times(own.forward, {
          'acc.adder': 1.12,
          'subLut.bit': 1.12,
          'subLut.portBit': 1.12,
          'soma.lane': 1.12,
        }),
      },
      table,
      'about 2 mm2 of Forward are not described; the encoding layer’s mixed formats could be these',
    ],
    [
      'Backward: partial sums doubled, one set drained by the Acc',
      withBackward((parts) => times(parts, { 'psum.bit': 2 })),
      table,
      'the model lets the Acc drain beside the PEs without a second set',
    ],
  ]
  const rows = cases.map(([change, parts, prices, note]): MissVariation => {
    const { kArea, engines, total } = fit(parts, prices)
    return {
      change,
      values: [...engines.map(({ error_pct }) => error_pct), total.error_pct, kArea],
      explains: engines.every(({ error_pct }) => Math.abs(error_pct) <= close),
      ...(note === undefined ? {} : { note }),
    }
  })
  const [forward, update, backward] = rows[0]!.values
  return {
    title: 'Backward area low, Weight Update area high',
    statement: `With one constant on three printed areas the Forward Engine comes out ${forward!.toFixed(1)} %, the Weight Update Engine ${update!.toFixed(1)} %, the Backward Engine ${backward!.toFixed(1)} % off. The printed LUT ratios force nearly equal logic on the first two, whose printed areas differ by 1.07 mm2 although Weight Update has 2181 KiB more buffer.`,
    columns: ['Forward, %', 'Weight Update, %', 'Backward, %', 'chip, %', 'k_area'],
    tried: rows,
    criterion: `every engine within ${close} % of its printed area, k_area fitted anew`,
  }
}
