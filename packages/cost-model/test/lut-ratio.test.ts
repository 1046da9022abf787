import { ConfigError, cycles } from '@h2learn/hw'
import { paper } from '@h2learn/paper'
import { describe, expect, test } from 'vitest'
import type { PriceOptions, PriceTable } from '../src/index'
import { lutAreaRatio, lutEnergyRatio, priceSpread, priceTable } from '../src/index'
import { deal, forwardPes, lutEngine, nonLutEngine, weightUpdatePes } from './paper-chip'

const forward = { pes: forwardPes, n: 9, subLuts: paper.lut.forwardSubLuts.value, lanes: 4 }
const weightUpdate = { pes: weightUpdatePes, n: 8, subLuts: paper.lut.weightUpdateSubLuts.value, lanes: 4 }
type Engine = { pes: number; n: number; subLuts: number; lanes: number }

const area = ({ pes, n, subLuts, lanes }: Engine, table: PriceTable) =>
  lutAreaRatio({ lut: lutEngine(pes, n, subLuts, lanes).parts, nonLut: nonLutEngine(pes, n, lanes).parts, table })
const energy = ({ pes, n, subLuts, lanes }: Engine, table: PriceTable) =>
  lutEnergyRatio({ lut: lutEngine(pes, n, subLuts, lanes), nonLut: nonLutEngine(pes, n, lanes), table })

describe('against the non-LUT engines at parallelism 4, nothing calibrated', () => {
  const table = priceTable()

  test('by hand: one Weight Update PE is 2.64 times smaller than its baseline', () => {
    // um2 at 45 nm; bit = 4.522 + 3.458 / 16 = 4.738
    // LUT:     4·2 adders · 1360 + 512 bits · 4.738 + 4 lanes · 2 ports · 16 bits · 15 · 1.88 = 10880 + 2426 + 3610 = 16916
    // non-LUT: 4·8 adders · 1360 + 128 bits · 4.738 + 32 gates · 17.8                       = 43520 +  606 +  570 = 44696
    expect(44696 / 16916).toBeCloseTo(2.642, 3)
    expect(area({ ...weightUpdate, pes: 1 }, table)).toBeCloseTo(44696 / 16916, 3)
  })

  test('area 2.43 and 2.64, energy 2.69 and 2.79', () => {
    expect(area(forward, table).toFixed(2)).toBe('2.43')
    expect(area(weightUpdate, table).toFixed(2)).toBe('2.64')
    expect(energy(forward, table).toFixed(2)).toBe('2.69')
    expect(energy(weightUpdate, table).toFixed(2)).toBe('2.79')
  })

  test('errors against the paper: +3.5 and +3.2 % in area, +4.1 and -6.9 % in energy', () => {
    const pct = (model: number, printed: number) => (100 * (model / printed - 1)).toFixed(1)
    expect(pct(area(forward, table), paper.lut.forwardArea.value)).toBe('3.5')
    expect(pct(area(weightUpdate, table), paper.lut.weightUpdateArea.value)).toBe('3.2')
    expect(pct(energy(forward, table), paper.lut.forwardEnergy.value)).toBe('4.1')
    expect(pct(energy(weightUpdate, table), paper.lut.weightUpdateEnergy.value)).toBe('-6.9')
  })

  test('the ranges over all reasonable choices', () => {
    const range = (of: (table: PriceTable) => number) => {
      const { low, high } = priceSpread(of)
      return [low.toFixed(2), high.toFixed(2)]
    }
    expect(range((t) => area(forward, t))).toEqual(['2.13', '2.52'])
    expect(range((t) => area(weightUpdate, t))).toEqual(['2.11', '2.80'])
    expect(range((t) => energy(forward, t))).toEqual(['2.38', '2.83'])
    expect(range((t) => energy(weightUpdate, t))).toEqual(['2.30', '3.27'])
  })

  test('the table of energy alternatives', () => {
    const both = (options: Partial<PriceOptions>) =>
      [forward, weightUpdate].map((engine) => energy(engine, priceTable(options)).toFixed(2))
    expect(both({ clock: 'free' })).toEqual(['2.38', '2.30'])
    expect(both({ glitches: true })).toEqual(['2.83', '3.27'])
    expect(both({ glitches: true, clock: 'free' })).toEqual(['2.66', '2.93'])
  })

  test('enable flip-flops give 2.37 and 2.52; latches under the synthesised adder 2.32 and 2.41', () => {
    const both = (options: Partial<PriceOptions>) =>
      [forward, weightUpdate].map((engine) => area(engine, priceTable(options)).toFixed(2))
    expect(both({ clock: 'free' })).toEqual(['2.37', '2.52'])
    expect(both({ arithmetic: 'synthesis', storage: 'latch' })).toEqual(['2.32', '2.41'])
  })
})

describe('number of sub-LUTs', () => {
  const table = priceTable()
  const row = (engine: Engine, subLuts: number) => [
    1 / area({ ...engine, subLuts }, table),
    1 / energy({ ...engine, subLuts }, table),
  ]
  const text = (engine: Engine, all: number[]) =>
    all.map((s) =>
      row(engine, s)
        .map((x) => x.toFixed(3))
        .join(' '),
    )

  test('Forward: 9 inputs in 1, 2, 3, 4, 5 and 9 sub-LUTs', () => {
    expect(text(forward, [1, 2, 3, 4, 5, 9])).toEqual([
      '2.103 1.704',
      '0.399 0.374',
      '0.411 0.372',
      '0.501 0.471',
      '0.599 0.574',
      '1.022 1.001',
    ])
  })

  test('Weight Update: 8 inputs in 1, 2, 3, 4, 5 and 8 sub-LUTs', () => {
    expect(text(weightUpdate, [1, 2, 3, 4, 5, 8])).toEqual([
      '1.242 1.018',
      '0.378 0.358',
      '0.445 0.409',
      '0.546 0.520',
      '0.665 0.640',
      '1.022 1.001',
    ])
  })

  test('by energy the best counts are the published 3 and 2', () => {
    const best = (engine: Engine) =>
      [1, 2, 3, 4, 5, engine.n].reduce((a, b) => (row(engine, a)[1]! <= row(engine, b)[1]! ? a : b))
    expect(best(forward)).toBe(paper.lut.forwardSubLuts.value)
    expect(best(weightUpdate)).toBe(paper.lut.weightUpdateSubLuts.value)
  })

  test('at parallelism 1 three sub-LUTs are best by area, at 8 two', () => {
    const best = (lanes: number) =>
      [1, 2, 3, 4, 5, 9].reduce((a, b) =>
        row({ ...forward, lanes }, a)[0]! <= row({ ...forward, lanes }, b)[0]! ? a : b,
      )
    expect([best(1), best(2), best(4), best(8)]).toEqual([3, 3, 2, 2])
  })

  test('inputs are dealt as evenly as they go', () => {
    expect([deal(9, 2), deal(9, 3), deal(8, 3), deal(8, 1)]).toEqual([[5, 4], [3, 3, 3], [3, 3, 2], [8]])
  })
})

test('parts and actions outside PEs and Acc change nothing', () => {
  const table = priceTable()
  const lut = lutEngine(1, 9, 3, 4)
  const nonLut = nonLutEngine(1, 9, 4)
  const more = { 'soma.lane': 64, 'glb.KiB': 503, 'grad.unit': 1 }
  expect(lutAreaRatio({ lut: { ...lut.parts, ...more }, nonLut: { ...nonLut.parts, 'glb.KiB': 9 }, table })).toBe(
    lutAreaRatio({ lut: lut.parts, nonLut: nonLut.parts, table }),
  )
  const counts = { ...lut.counts, 'glb.read': 1e6, 'mem.read': 1e6, 'soma.update': 1e6 }
  expect(lutEnergyRatio({ lut: { ...lut, counts }, nonLut, table })).toBe(lutEnergyRatio({ lut, nonLut, table }))
})

test('filling the sub-LUTs counts when it is passed: the saving shrinks', () => {
  const table = priceTable()
  const steady = { ...lutEngine(1, 9, 3, 4), cycles: cycles(1) }
  const filling = { ...steady, counts: { ...steady.counts, 'subLut.add': 12, 'subLut.write': 24 } }
  const nonLut = nonLutEngine(1, 9, 4)
  expect(lutEnergyRatio({ lut: filling, nonLut, table })).toBeLessThan(lutEnergyRatio({ lut: steady, nonLut, table }))
})

test('a side without PEs and Acc is an error, not an infinite ratio', () => {
  const table = priceTable()
  const { parts } = lutEngine(1, 9, 3, 4)
  expect(() => lutAreaRatio({ lut: { 'glb.KiB': 503 }, nonLut: parts, table })).toThrow(ConfigError)
  const idle = { parts, counts: {}, cycles: cycles(1) }
  expect(() => lutEnergyRatio({ lut: idle, nonLut: nonLutEngine(1, 9, 4), table })).toThrow('PEs or Acc on both sides')
})
