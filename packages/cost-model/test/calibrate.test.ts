import { ConfigError, cycles, squareMillimetres } from '@h2learn/hw'
import { describe, expect, test } from 'vitest'
import type { PriceOptions, PriceTable } from '../src/index'
import {
  calibrationTargets,
  clockEnergy,
  elapsed,
  fitArea,
  fitEnergy,
  fitFill,
  hertz,
  leakageEnergy,
  leakagePower,
  priceArea,
  priceEnergy,
  priceSpread,
  priceTable,
  watts,
} from '../src/index'
import { backwardParts, backwardTile, busy, clock, fitPaperArea, fitPaperEnergy, forwardParts } from './paper-chip'

const table = priceTable()

describe('k_area', () => {
  test('by hand: two engines with 10 and 20 mm2 of logic and 1 mm2 of buffer each, printed as 21 and 41, give 2', () => {
    // k = (10·20/21² + 20·40/41²) / ((10/21)² + (20/41)²); both terms above are twice the ones below
    const perAdder = table.parts['acc.adder'].area
    const perKiB = table.parts['glb.KiB'].area
    const engine = (name: string, logic: number, printed: number) => ({
      name,
      parts: { 'acc.adder': logic / perAdder, 'glb.KiB': 1 / perKiB } as const,
      printedArea: squareMillimetres(printed),
    })
    const fit = fitArea({ engines: [engine('a', 10, 21), engine('b', 20, 41)], table })
    expect(fit.kArea).toBeCloseTo(2, 12)
    expect(fit.engines.map((e) => e.error_pct)).toEqual([expect.closeTo(0, 9), expect.closeTo(0, 9)])
    expect(fit.total).toMatchObject({ printed: 62, model: expect.closeTo(62, 9) })
  })

  test('the three printed areas give 2.603, and areas of 21.66, 24.94 and 58.04, 104.64 in total', () => {
    const fit = fitPaperArea(table)
    expect(fit.kArea.toFixed(3)).toBe('2.603')
    expect(fit.engines.map((e) => e.model.toFixed(2))).toEqual(['21.66', '24.94', '58.04'])
    expect(fit.engines.map((e) => e.error_pct.toFixed(1))).toEqual(['0.2', '9.9', '-12.3'])
    expect([fit.total.model.toFixed(2), fit.total.error_pct.toFixed(1)]).toEqual(['104.64', '-5.3'])
    expect(fit.total.printed).toBeCloseTo(110.46, 9)
  })

  test('no other factor has a smaller sum of squared relative errors', () => {
    const sum = (k: number) =>
      fitPaperArea(table).engines.reduce((total, { name, printed }) => {
        const parts = busy.find((engine) => engine.name === name)!.parts
        return total + (priceArea(parts, table, k).total / printed - 1) ** 2
      }, 0)
    const { kArea } = fitPaperArea(table)
    expect(sum(kArea)).toBeLessThan(sum(kArea * 1.001))
    expect(sum(kArea)).toBeLessThan(sum(kArea * 0.999))
  })

  test('other choices give the factors of the study: 2.46 with enable flip-flops, 3.12 with the synthesised adder', () => {
    const free = fitPaperArea(priceTable({ clock: 'free' }))
    expect(free.kArea.toFixed(2)).toBe('2.46')
    expect(free.engines.map((e) => e.model.toFixed(2))).toEqual(['21.20', '24.91', '60.11'])
    const own = fitPaperArea(priceTable({ clock: 'free', arithmetic: 'synthesis' }))
    expect(own.kArea.toFixed(2)).toBe('3.12')
    expect(own.engines.map((e) => e.model.toFixed(2))).toEqual(['19.57', '24.71', '66.15'])
  })

  test('Forward and Weight Update alone give 2.467 and predict 38.6, 55.3 and 116.5 mm2 of Backward at 4x4, 8x8, 16x16', () => {
    const engines = [
      { name: 'forward', parts: forwardParts, printedArea: squareMillimetres(calibrationTargets.areas.forward.value) },
      {
        name: 'wu',
        parts: busy[1]!.parts,
        printedArea: squareMillimetres(calibrationTargets.areas.weightUpdate.value),
      },
    ]
    const { kArea } = fitArea({ engines, table })
    expect(kArea.toFixed(3)).toBe('2.467')
    // the ID buffers of the study keep their size when the tile changes
    expect([4, 8, 16].map((edge) => priceArea(backwardParts(edge), table, kArea).total.toFixed(1))).toEqual([
      '38.6',
      '55.3',
      '116.5',
    ])
  })

  test('buffers above the printed areas, no engines, and a printed area of 0 are errors', () => {
    const engine = { name: 'x', parts: { 'glb.KiB': 1e6, 'acc.adder': 1 } as const }
    expect(() => fitArea({ engines: [{ ...engine, printedArea: squareMillimetres(1) }], table })).toThrow(ConfigError)
    expect(() => fitArea({ engines: [{ ...engine, printedArea: squareMillimetres(0) }], table })).toThrow('above 0 mm2')
    expect(() => fitArea({ engines: [], table })).toThrow(ConfigError)
  })
})

describe('k_energy', () => {
  test('by hand: 1000 additions a cycle at 1 GHz and 1 W of leaking buffers, printed as 3 W', () => {
    const kib = 1 / table.parts['glb.KiB'].leakage
    const fit = fitEnergy({
      activities: [{ name: 'x', counts: { 'acc.add': 2000 }, cycles: cycles(2), parts: { 'glb.KiB': kib } }],
      clock: hertz(1e9),
      printedPower: watts(3),
      table,
    })
    // 1000 · 0.2127 pJ · 1e9 / s = 0.2127 W, so 2 W need a factor of 2 / 0.2127
    expect(fit.kEnergy).toBeCloseTo(2 / (1e-12 * 1000 * 1e9 * table.actions['acc.add'].energy), 9)
    expect(fit.total).toMatchObject({ bufferLeakage: expect.closeTo(1, 9), logic: expect.closeTo(2, 9) })
  })

  test('20.57 W gives 1.398 and the split of the study', () => {
    const fit = fitPaperEnergy(table)
    const two = (values: number[]) => values.map((v) => v.toFixed(2))
    expect(fit.kEnergy.toFixed(3)).toBe('1.398')
    expect(two(fit.engines.map((e) => e.logic))).toEqual(['3.31', '3.54', '6.94'])
    expect(two(fit.engines.map((e) => e.bufferAccesses))).toEqual(['0.34', '1.96', '0.14'])
    expect(two(fit.engines.map((e) => e.logicLeakage))).toEqual(['0.12', '0.13', '0.33'])
    expect(fit.total.bufferLeakage.toFixed(2)).toBe('3.78')
    const { logic, bufferAccesses, logicLeakage, bufferLeakage } = fit.total
    expect(logic + bufferAccesses + logicLeakage + bufferLeakage).toBeCloseTo(20.57, 9)
  })

  test('other choices give the factors of the study', () => {
    const k = (options: Partial<PriceOptions>) => fitPaperEnergy(priceTable(options)).kEnergy.toFixed(2)
    expect(k({ clock: 'free' })).toBe('1.01')
    expect(k({ temperature: 330 })).toBe('1.66')
    expect(k({ temperature: 300, clock: 'free' })).toBe('1.21')
    expect(k({ glitches: true })).toBe('1.68')
    expect(k({ glitches: true, clock: 'free', temperature: 330 })).toBe('1.65')
    expect(k({ arithmetic: 'synthesis', clock: 'free', temperature: 300 })).toBe('0.45')
    expect(k({ arithmetic: 'synthesis' })).toBe('0.53')
  })

  test('buffers and leakage above the printed power are an error, and so is an activity without time', () => {
    const fit = (power: number, n: number) =>
      fitEnergy({
        activities: [{ ...busy[0]!, cycles: cycles(n) }],
        clock,
        printedPower: watts(power),
        table,
      })
    expect(() => fit(0.5, 1)).toThrow(/k_energy -/)
    expect(() => fit(20, 0)).toThrow('a time above 0 s')
  })
})

describe('fill', () => {
  test('by hand: (144 + f) / (24.2 + f) is 5.34, 5.25 and 5.10 at 3, 4 and 5, so 5.19 is nearest to 4', () => {
    const fit = fitFill({
      speedupAt: (fill) => (144 + fill) / (24.2 + fill),
      printed: calibrationTargets.speedup.value,
    })
    expect(fit.fill).toBe(4)
    expect([fit.speedup.toFixed(2), fit.error_pct.toFixed(1)]).toEqual(['5.25', '1.1'])
  })

  test('the busiest PE of random masks at 75 % / 75 % needs about 24.2 cycles, so 5.95 without fill, and 4 fits', () => {
    const busiest = meanBusiestPe(24)
    expect(busiest).toBeGreaterThan(23.7)
    expect(busiest).toBeLessThan(24.7)
    expect(144 / busiest).toBeCloseTo(5.95, 0)
    expect(
      fitFill({ speedupAt: (f) => (144 + f) / (busiest + f), printed: calibrationTargets.speedup.value }).fill,
    ).toBe(4)
  })

  test('takes the smaller of two equally near, stays in its range and refuses NaN', () => {
    expect(fitFill({ speedupAt: (f) => f, printed: 2.5 }).fill).toBe(2)
    expect(fitFill({ speedupAt: (f) => f, printed: 100, largest: 7 }).fill).toBe(7)
    expect(() => fitFill({ speedupAt: () => NaN, printed: 1 })).toThrow('expected a finite speed-up, got NaN')
  })
})

describe('Backward energy, a prediction', () => {
  // mean cycles of a tile that the study found, with the fill of 4
  const cyclesOf = { dense: 148, both: 24.208333333333332 + 4, output: 58.125 + 4, input: 56.083333333333336 + 4 }

  const energyOf = (mode: keyof typeof cyclesOf, prices: PriceTable, kEnergy: number) => {
    const outputs = mode === 'both' || mode === 'output' ? 0.25 : 1
    const inputs = mode === 'both' || mode === 'input' ? 0.25 : 1
    const { counts, cycles: time } = backwardTile(cyclesOf[mode], outputs, inputs, mode !== 'dense')
    const leak = leakageEnergy(leakagePower(backwardParts(), prices).total, elapsed(time, clock))
    return priceEnergy(counts, prices, kEnergy).total + leak + clockEnergy(backwardParts(), time, prices, kEnergy)
  }
  const ratio = (mode: 'both' | 'output' | 'input', prices: PriceTable) => {
    const { kEnergy } = fitPaperEnergy(prices)
    return energyOf('dense', prices, kEnergy) / energyOf(mode, prices, kEnergy)
  }

  test('8.60 with both sparsities, 3.08 and 2.98 with one', () => {
    expect(ratio('both', table).toFixed(2)).toBe('8.60')
    expect(ratio('output', table).toFixed(2)).toBe('3.08')
    expect(ratio('input', table).toFixed(2)).toBe('2.98')
  })

  test('the table of alternatives at 330 and 360 K', () => {
    const pair = (options: Partial<PriceOptions>) =>
      ([330, 360] as const).map((temperature) => ratio('both', priceTable({ ...options, temperature })).toFixed(2))
    expect(pair({})).toEqual(['10.08', '8.60'])
    expect(pair({ clock: 'free' })).toEqual(['7.57', '7.03'])
    expect(pair({ glitches: true })).toEqual(['10.17', '8.58'])
    expect(pair({ glitches: true, clock: 'free' })).toEqual(['8.25', '7.46'])
  })

  test('between 6.6 and 10.3 over all reasonable choices, 9.24 inside', () => {
    const spread = priceSpread((prices) => ratio('both', prices))
    expect([spread.value.toFixed(2), spread.low.toFixed(1), spread.high.toFixed(1)]).toEqual(['8.60', '6.6', '10.3'])
    expect(spread.lowAt).toMatchObject({ arithmetic: 'synthesis', clock: 'free', temperature: 360 })
  })
})

/** Mean over tiles of the cycles of the busiest PE: 16 rows x 64 columns x 4 PEs, 8 x 8 tiles, densities 0.25. */
function meanBusiestPe(tiles: number): number {
  let state = 12345
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  let sum = 0
  for (let tile = 0; tile < tiles; tile++) {
    const costs = Array.from({ length: 16 }, () => {
      const map = Array.from({ length: 100 }, () => (random() < 0.25 ? 1 : 0))
      return Array.from({ length: 64 }, (_, p) => {
        const [y, x] = [p >> 3, p & 7]
        let inputs = 0
        for (let k = 0; k < 9; k++) inputs += map[(y + Math.floor(k / 3)) * 10 + x + (k % 3)]!
        return Math.max(1, inputs)
      })
    })
    let busiest = 0
    for (let column = 0; column < 64; column++) {
      const valid = Array.from({ length: 64 }, (_, p) => p).filter(() => random() < 0.25)
      for (const row of costs)
        for (let pe = 0; pe < 4; pe++)
          busiest = Math.max(
            busiest,
            valid.filter((_, i) => i % 4 === pe).reduce((total, p) => total + row[p]!, 0),
          )
    }
    sum += busiest
  }
  return sum / tiles
}
