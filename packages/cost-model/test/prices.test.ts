import type { Counts } from '@h2learn/hw'
import { ConfigError, cycles, picoJoules, squareMillimetres } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { FixedAction, PricedAction, PricedPart, PriceOptions, RegisterRead } from '../src/index'
import {
  actionPrice,
  alternativePriceOptions,
  bufferLeakage,
  clockEnergy,
  defaultPriceOptions,
  extendPriceTable,
  leakagePower,
  partPrice,
  priceArea,
  priceEnergy,
  priceSpread,
  priceTable,
  watts,
} from '../src/index'

const table = priceTable()
const pJ = (action: FixedAction | RegisterRead) => actionPrice(action, table).energy

describe('28 nm prices of the default table, by hand from the 45 nm sources', () => {
  test('FP16 addition 0.40 pJ · 0.532 = 0.213 pJ and 1360 um2 · 0.3767 = 512 um2', () => {
    expect(pJ('acc.add').toFixed(4)).toBe('0.2127')
    expect((partPrice('acc.adder', table).area * 1e6).toFixed(1)).toBe('512.3')
    expect(pJ('mac.add')).toBe(pJ('acc.add'))
    expect(pJ('subLut.add')).toBe(pJ('acc.add'))
  })

  test('FP16 multiplication 0.585 pJ and 618 um2', () => {
    expect(pJ('mac.multiply').toFixed(4)).toBe('0.5850')
    expect((partPrice('mac.multiplier', table).area * 1e6).toFixed(1)).toBe('617.7')
  })

  test('reads of 2 to 100 entries as in the table of the study', () => {
    const entries = [2, 4, 8, 9, 16, 32, 64, 100] as const
    expect(entries.map((n) => pJ(`subLut.read:${n}`).toFixed(4))).toEqual([
      '0.0032',
      '0.0116',
      '0.0282',
      '0.0347',
      '0.0960',
      '0.2047',
      '0.3935',
      '0.5994',
    ])
    expect(pJ('gradTile.read:100')).toBe(pJ('subLut.read:100'))
  })

  test('a read outside the measured range follows n - 1, and a single register costs nothing', () => {
    expect(pJ('psum.read:1')).toBe(0)
    expect(pJ('psum.read:199')).toBeCloseTo((pJ('psum.read:100') * 198) / 99, 12)
    expect(pJ('psum.read:3')).toBeGreaterThan(pJ('psum.read:2'))
  })

  test('storage: 1.785 um2 a bit, 0.708 um2 per (entry - 1) and bit of a port, 0.301 fJ a bit written', () => {
    expect((partPrice('subLut.bit', table).area * 1e6).toFixed(3)).toBe('1.785')
    expect((partPrice('subLut.portBit', table).area * 1e6).toFixed(3)).toBe('0.708')
    expect(((pJ('subLut.write') / 16) * 1e3).toFixed(3)).toBe('0.301')
    expect(pJ('psum.write')).toBe(pJ('subLut.write'))
  })

  test('gate 6.7 um2 and 0.0029 pJ, finder 409 um2 and 0.130 pJ per cycle', () => {
    expect((partPrice('gate.word', table).area * 1e6).toFixed(1)).toBe('6.7')
    expect(pJ('gate.select').toFixed(4)).toBe('0.0029')
    expect((partPrice('inputFinder', table).area * 1e6).toFixed(0)).toBe('409')
    expect(pJ('inputFinder.cycle').toFixed(4)).toBe('0.1300')
  })

  test('leakage 7.09 uW an adder, 7.58 a multiplier, 8.26 a finder, 0.0281 a bit, 0.0148 a port bit', () => {
    const uW = (part: PricedPart) => partPrice(part, table).leakage * 1e6
    expect([uW('acc.adder'), uW('mac.multiplier'), uW('inputFinder')].map((x) => x.toFixed(2))).toEqual([
      '7.09',
      '7.58',
      '8.26',
    ])
    expect([uW('psum.bit'), uW('psum.portBit')].map((x) => x.toFixed(4))).toEqual(['0.0281', '0.0148'])
    expect([uW('soma.lane'), uW('grad.unit'), uW('idBuffer.bit')]).toEqual([0, 0, 0])
    expect(partPrice('soma.lane', table).source).toContain('left out of the calibration')
  })

  test('Soma: multiplication + addition + 3 comparisons of 0.05 / 0.40 additions; Grad: 3 and 2', () => {
    const [add, multiply] = [pJ('acc.add'), pJ('mac.multiply')]
    expect(pJ('soma.update')).toBeCloseTo(multiply + add + 3 * add * (0.05 / 0.4), 9)
    expect(pJ('grad.update')).toBeCloseTo(3 * multiply + 2 * add, 12)
    // areas as calibrate.py: soma mul + add + 400, grad 3 mul + 2 add + 600, at 45 nm
    expect((partPrice('soma.lane', table).area / partPrice('acc.adder', table).area) * 1360).toBeCloseTo(3400, 6)
    expect((partPrice('grad.unit', table).area / partPrice('acc.adder', table).area) * 1360).toBeCloseTo(8240, 6)
  })

  test('an FP32 update costs 4.6 pJ · 0.532 and HBM2 31.36 pJ a byte', () => {
    expect(pJ('update.parameter')).toBeCloseTo((4.6 * pJ('acc.add')) / 0.4, 9)
    expect(pJ('mem.read')).toBeCloseTo(31.36, 9)
    expect(pJ('mem.write')).toBe(pJ('mem.read'))
  })
})

describe('choices', () => {
  test('the synthesised arithmetic: 330 and 362 um2, 0.63 or 1.38 pJ and 0.69 or 1.19 pJ', () => {
    const [quiet, loud] = [false, true].map((glitches) => priceTable({ arithmetic: 'synthesis', glitches }))
    expect((quiet!.parts['acc.adder'].area * 1e6).toFixed(0)).toBe('330')
    expect((quiet!.parts['mac.multiplier'].area * 1e6).toFixed(0)).toBe('362')
    expect([quiet!, loud!].map((t) => t.actions['acc.add'].energy.toFixed(2))).toEqual(['0.63', '1.38'])
    expect([quiet!, loud!].map((t) => t.actions['mac.multiply'].energy.toFixed(2))).toEqual(['0.69', '1.19'])
  })

  test('with either arithmetic a read has the same proportion to an addition', () => {
    for (const glitches of [false, true]) {
      const [a, b] = (['horowitz', 'synthesis'] as const).map((arithmetic) => priceTable({ arithmetic, glitches }))
      const share = (t: typeof table) => actionPrice('subLut.read:16', t).energy / t.actions['acc.add'].energy
      expect(share(a!)).toBeCloseTo(share(b!), 12)
    }
  })

  test('the temperature changes the leakage of the buffers and nothing else', () => {
    const hot = priceTable({ temperature: 360 })
    const cold = priceTable({ temperature: 300 })
    expect(hot.parts['glb.KiB'].leakage / cold.parts['glb.KiB'].leakage).toBeCloseTo(0.4715 / 0.1347, 9)
    expect(hot.actions).toEqual(cold.actions)
    expect({ ...hot.parts, 'glb.KiB': 0 }).toEqual({ ...cold.parts, 'glb.KiB': 0 })
  })

  test('buffers leak by temperature: as CACTI says at three, exponentially between them', () => {
    expect([300, 330, 360].map(bufferLeakage)).toEqual([0.1347, 0.1489, 0.4715])
    // half way from 330 to 360 K: the geometric mean, √(0.1489 · 0.4715) = 0.26496
    expect(bufferLeakage(345)).toBeCloseTo(0.26496, 5)
    expect(priceTable({ temperature: 345 }).parts['glb.KiB'].leakage).toBeCloseTo(0.26496e-3, 8)
    for (let t = 301; t <= 360; t++) expect(bufferLeakage(t)).toBeGreaterThan(bufferLeakage(t - 1))
  })

  test('only a free clock costs energy: 1.150 fJ a bit and cycle in Horowitz proportion, 3.40 measured', () => {
    expect(clockEnergy({ 'subLut.bit': 1e6 }, cycles(5), table, 1)).toBe(0)
    const free = (arithmetic: PriceOptions['arithmetic']) =>
      clockEnergy({ 'subLut.bit': 1000 }, cycles(1), priceTable({ clock: 'free', arithmetic }), 1).toFixed(2)
    expect(free('horowitz')).toBe('1.15')
    expect(free('synthesis')).toBe('3.40')
    const table2 = priceTable({ clock: 'free' })
    expect(clockEnergy({ 'pipe.bit': 7 }, cycles(3), table2, 2)).toBeCloseTo(42 * table2.parts['pipe.bit'].clock, 9)
    expect(clockEnergy({ 'mac.adder': 7 }, cycles(3), table2, 2)).toBe(0)
  })

  test('a choice that does not exist, and latches on a free clock, are refused', () => {
    for (const temperature of [299, 361, Number.NaN])
      expect(() => priceTable({ temperature })).toThrow('temperature: expected a number from 300 to 360 K')
    const wrong = { clock: 'slow' } as unknown as Partial<PriceOptions>
    expect(() => priceTable(wrong)).toThrow('clock: expected "gated" or "free", got "slow"')
    expect(() => priceTable({ clock: 'free', storage: 'latch' })).toThrow(ConfigError)
  })

  test('the alternatives start with the default, repeat nothing and all make a table', () => {
    const all = alternativePriceOptions()
    expect(all[0]).toEqual(defaultPriceOptions)
    expect(new Set(all.map((options) => priceTable(options).name)).size).toBe(all.length)
    expect(all.length).toBe(2 * 2 * 3 * (2 + 1))
  })

  test('the spread holds the default and names where its ends are', () => {
    const spread = priceSpread((t) => t.parts['glb.KiB'].leakage * 1e3)
    expect(spread).toMatchObject({ lowAt: { temperature: 300 }, highAt: { temperature: 360 } })
    expect([spread.low, spread.value, spread.high]).toEqual([
      expect.closeTo(0.1347, 9),
      expect.closeTo(0.4715, 9),
      expect.closeTo(0.4715, 9),
    ])
    expect(() => priceSpread(() => NaN)).toThrow(ConfigError)
  })
})

describe('provenance', () => {
  test('every price of every table has a source, a status and finite numbers >= 0', () => {
    for (const options of alternativePriceOptions()) {
      const { actions, reads, parts } = priceTable(options)
      for (const [name, price] of [...Object.entries(actions), ...Object.entries(reads), ...Object.entries(parts)]) {
        expect(price.source.length, name).toBeGreaterThan(10)
        expect('PLMCA', name).toContain(price.status)
      }
      for (const { energy } of Object.values(actions)) expect(energy).toBeGreaterThan(0)
      for (const { area, leakage, clock } of Object.values(parts)) {
        expect(area).toBeGreaterThan(0)
        expect(Math.min(leakage, clock)).toBeGreaterThanOrEqual(0)
      }
    }
  })
})

describe('pricing', () => {
  test('by hand: k_area applies to adders and not to the buffer', () => {
    const area = priceArea({ 'acc.adder': 1000, 'glb.KiB': 100 }, table, 2)
    expect(area.logic).toBeCloseTo(2 * 1000 * 1360e-6 * (0.46 - 0.25 / 3), 9)
    expect(area.buffers).toBeCloseTo(0.138, 12)
    expect(area.total).toBeCloseTo(area.byPart['acc.adder']! + area.byPart['glb.KiB']!, 12)
  })

  test('by hand: k_energy applies to additions, not to buffer accesses; off-chip bytes stay out of the total', () => {
    const energy = priceEnergy({ 'acc.add': 10, 'glb.read': 4, 'glb.write': 2, 'mem.read': 100 }, table, 3)
    expect(energy.logic).toBeCloseTo(30 * pJ('acc.add'), 9)
    expect(energy.buffers).toBeCloseTo(4 * 1.093 + 2 * 1.142, 9)
    expect(energy.total).toBeCloseTo(energy.logic + energy.buffers, 12)
    expect(energy.offChip.total).toBeCloseTo(3136, 9)
    expect(Object.keys(energy.byAction)).toEqual(['acc.add', 'glb.read', 'glb.write'])
  })

  test('leakage: logic and buffers apart, no factor', () => {
    const leak = leakagePower({ 'acc.adder': 1000, 'glb.KiB': 503 }, table)
    expect(leak.logic).toBeCloseTo(7.09e-3, 4)
    expect(leak.buffers).toBeCloseTo(503 * 0.4715e-3, 12)
    expect(leak.total).toBeCloseTo(leak.logic + leak.buffers, 12)
  })

  test('an absent or undefined count is nothing; a negative, infinite or NaN one is an error with its name', () => {
    expect(priceEnergy({ 'acc.add': undefined }, table, 1).total).toBe(0)
    for (const bad of [-1, Infinity, NaN]) {
      expect(() => priceEnergy({ 'acc.add': bad }, table, 1)).toThrow('cost-model/priceEnergy: acc.add')
      expect(() => priceArea({ 'acc.adder': bad }, table, 1)).toThrow('cost-model/priceArea: acc.adder')
      expect(() => leakagePower({ 'acc.adder': bad }, table)).toThrow(ConfigError)
    }
    for (const bad of [0, -1, NaN, Infinity]) {
      expect(() => priceEnergy({}, table, bad)).toThrow('expected a factor above 0')
      expect(() => priceArea({}, table, bad)).toThrow('expected a factor above 0')
    }
  })

  test('an action or part without a price does not compile, and at run time the error names it', () => {
    // @ts-expect-error no such action
    expect(() => priceEnergy({ 'acc.divide': 1 }, table, 1)).toThrow('a price for the action acc.divide, got none')
    // @ts-expect-error no such part
    expect(() => priceArea({ 'acc.divider': 1 }, table, 1)).toThrow('a price for the part acc.divider, got none')
    // @ts-expect-error not a register file
    expect(() => priceEnergy({ 'acc.add:8': 1 }, table, 1)).toThrow('acc.add:8')
    for (const name of ['subLut.read:0', 'subLut.read:1.5', 'subLut.read:x', 'subLut.read', 'toString', ''])
      expect(() => actionPrice(name as 'acc.add', table)).toThrow(ConfigError)
    const wrong: Counts<'acc.add' | 'mac.divide'> = { 'acc.add': 1, 'mac.divide': 1 }
    // @ts-expect-error one of the two actions has no price
    expect(() => priceEnergy(wrong, table, 1)).toThrow('mac.divide')
  })

  test('counts as engines have them are accepted: full, partial, and with any register file', () => {
    const full: Counts<'acc.add' | 'subLut.read:8'> = { 'acc.add': 1, 'subLut.read:8': 1 }
    const partial: Partial<Counts<PricedAction>> = full
    const open: Counts<'acc.add' | `subLut.read:${number}`> = full
    const totals = [priceEnergy(full, table, 1), priceEnergy(partial, table, 1), priceEnergy(open, table, 1)]
    for (const { total } of totals) expect(total).toBeCloseTo(pJ('acc.add') + pJ('subLut.read:8'), 12)
  })

  test('a unit of one’s own gets its prices by extending the table', () => {
    const own = extendPriceTable(table, {
      name: 'with a divider',
      actions: { 'own.divide': { energy: picoJoules(5), source: 'a data sheet', status: 'L' } },
      parts: {
        'own.divider': {
          area: squareMillimetres(0.01),
          leakage: watts(1e-5),
          clock: picoJoules(0),
          source: 'a data sheet',
          status: 'L',
        },
      },
    })
    expect(priceEnergy({ 'own.divide': 2, 'acc.add': 1 }, own, 1).total).toBeCloseTo(10 + pJ('acc.add'), 12)
    expect(priceArea({ 'own.divider': 2 }, own, 3).total).toBeCloseTo(0.06, 12)
    // @ts-expect-error the default table does not know it
    expect(() => priceEnergy({ 'own.divide': 2 }, table, 1)).toThrow(ConfigError)
  })

  test('energy and area are linear: twice the counts cost twice, and counts add up', () => {
    const count = fc.integer({ min: 0, max: 1e9 })
    const tallies = fc.record({
      'acc.add': count,
      'mac.multiply': count,
      'psum.read:16': count,
      'glb.read': count,
      'mem.write': count,
    })
    fc.assert(
      fc.property(tallies, tallies, fc.double({ min: 0.1, max: 10, noNaN: true }), (a, b, k) => {
        const sum = Object.fromEntries(
          Object.keys(a).map((name) => [name, a[name as keyof typeof a] + b[name as keyof typeof b]]),
        ) as typeof a
        const [ea, eb, both] = [a, b, sum].map((counts) => priceEnergy(counts, table, k))
        expect(both!.total).toBeCloseTo(ea!.total + eb!.total, -2)
        expect(both!.offChip.total).toBeCloseTo(ea!.offChip.total + eb!.offChip.total, -2)
        const parts = Object.values(both!.byAction).reduce<number>((total, energy) => total + energy, 0)
        expect(Math.abs(parts - both!.total)).toBeLessThanOrEqual(1e-9 * both!.total)
      }),
    )
  })

  test('every action and part of the vocabulary has a price', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1000 }), (n) => {
        for (const family of ['subLut.read', 'gradTile.read', 'weightBuffer.read', 'psum.read'] as const) {
          expect(pJ(`${family}:${n + 1}`)).toBeGreaterThan(0)
          expect(pJ(`${family}:${n + 1}`)).toBeGreaterThanOrEqual(pJ(`${family}:${n}`))
        }
      }),
    )
    const everyAction: PricedAction extends FixedAction | RegisterRead ? true : false = true
    expect(everyAction).toBe(true)
  })
})
