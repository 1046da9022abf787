import { ConfigError } from '@h2learn/hw'
import { describe, expect, test } from 'vitest'
import {
  alternativePriceOptions,
  extendPriceTable,
  loadPriceTable,
  priceEnergy,
  priceTable,
  priceTableJson,
} from '../src/index'

type Draft = {
  name: unknown
  actions: Record<string, Record<string, unknown>>
  reads: Record<string, Record<string, unknown>>
  parts: Record<string, Record<string, unknown>>
}
const draft = (change: (table: Draft) => void): Draft => {
  const table = JSON.parse(priceTableJson(priceTable())) as Draft
  change(table)
  return table
}

test('what is written is read again, number for number, for every choice', () => {
  for (const options of alternativePriceOptions()) {
    const table = priceTable(options)
    expect(loadPriceTable(priceTableJson(table))).toEqual(table)
  }
})

test('a changed price is used', () => {
  const table = loadPriceTable(draft((t) => (t.actions['acc.add']!.energy_pJ = 7)))
  expect(priceEnergy({ 'acc.add': 3 }, table, 1).total).toBe(21)
})

test('read points may come in any order', () => {
  const table = loadPriceTable(draft((t) => (t.reads['psum.read']!.energy_pJ = { '100': 4, '10': 1 })))
  expect(table.reads['psum.read'].points.map((p) => p.entries)).toEqual([10, 100])
})

test('prices of a unit of one’s own are taken when they are announced', () => {
  const json = draft((t) => (t.actions['own.divide'] = { energy_pJ: 2, source: 'mine', status: 'A' }))
  expect(() => loadPriceTable(json)).toThrow('actions.own.divide: expected a name that is priced, got "an unknown one"')
  const table = loadPriceTable(json, { actions: ['own.divide'] })
  expect(priceEnergy({ 'own.divide': 4 }, table, 1).total).toBe(8)
  expect(() => loadPriceTable(priceTableJson(priceTable()), { parts: ['own.part'] })).toThrow('parts.own.part')
})

describe('refused, with the place', () => {
  const cases: [string, (t: Draft) => void, string][] = [
    ['a missing action', (t) => delete t.actions['mac.add'], 'actions.mac.add: expected a price, got nothing'],
    ['a missing part', (t) => delete t.parts['glb.KiB'], 'parts.glb.KiB: expected a price'],
    ['a missing register file', (t) => delete t.reads['psum.read'], 'reads.psum.read: expected a price'],
    ['a misspelt action', (t) => (t.actions['acc.ad'] = t.actions['acc.add']!), 'actions.acc.ad'],
    [
      'a negative energy',
      (t) => (t.actions['acc.add']!.energy_pJ = -1),
      'acc.add.energy_pJ: expected an energy above 0',
    ],
    ['an energy of 0', (t) => (t.actions['acc.add']!.energy_pJ = 0), 'acc.add.energy_pJ: expected an energy above 0'],
    ['an energy beyond all', (t) => (t.actions['acc.add']!.energy_pJ = 1e300), 'acc.add.energy_pJ: expected an energy'],
    [
      'half of a character',
      (t) => (t.actions['acc.add']!.source = 'a \ud800 b'),
      'price table: actions.acc.add.source: expected a text of whole characters',
    ],
    [
      'a field that nothing reads',
      (t) => (t.parts['acc.adder']!.area = 1),
      'parts.acc.adder: expected the fields area_mm2,',
    ],
    [
      'the same entries twice',
      (t) => (t.reads['psum.read']!.energy_pJ = { '16': 1, '16 ': 2 }),
      'in digits alone, got "16 "',
    ],
    [
      'a name of every object',
      (t) => Object.assign(t.actions, { constructor: t.actions['acc.add'] }),
      'actions.constructor',
    ],
    ['a NaN area', (t) => (t.parts['acc.adder']!.area_mm2 = NaN), 'parts.acc.adder.area_mm2'],
    ['an infinite leakage', (t) => (t.parts['acc.adder']!.leakage_W = Infinity), 'leakage_W'],
    ['a negative clock', (t) => (t.parts['psum.bit']!.clock_pJ = -1), 'parts.psum.bit.clock_pJ'],
    ['an energy as text', (t) => (t.actions['acc.add']!.energy_pJ = '1'), 'got "1"'],
    ['no source', (t) => delete t.actions['acc.add']!.source, 'actions.acc.add.source: expected a text'],
    ['an unknown status', (t) => (t.actions['acc.add']!.status = 'X'), 'actions.acc.add.status'],
    ['a read of 1 entry', (t) => (t.reads['psum.read']!.energy_pJ = { '1': 1 }), 'numbers of entries >= 2'],
    ['a free read', (t) => (t.reads['psum.read']!.energy_pJ = { '8': 0 }), 'an energy above 0'],
    ['no read at all', (t) => (t.reads['psum.read']!.energy_pJ = {}), 'at least one number of entries'],
    ['no name', (t) => (t.name = ''), 'name: expected a text'],
    [
      'a price that is a number',
      (t) => Object.assign(t.actions, { 'acc.add': 3 }),
      'actions.acc.add: expected an object',
    ],
  ]
  test.each(cases)('%s', (_, change, message) => {
    const json = draft(change)
    expect(() => loadPriceTable(json)).toThrow(ConfigError)
    expect(() => loadPriceTable(json)).toThrow(message)
  })

  test('text that is no JSON, and JSON that is no table', () => {
    expect(() => loadPriceTable('{')).toThrow('text: expected valid JSON')
    expect(() => loadPriceTable('{"name": "a", "name": "b"}')).toThrow(
      'price table: text, line 1: expected each key once',
    )
    expect(() => loadPriceTable({ ...draft(() => {}), k_eneryg: 1 })).toThrow('root: expected the fields $schema, name')
    for (const bad of [null, [], 3, '3', {}]) expect(() => loadPriceTable(bad)).toThrow(ConfigError)
  })
})

describe('factors', () => {
  const factors = { kArea: 2.5, kEnergy: 1.25 }

  test('are written and read along with the prices, by a table that has them or beside one', () => {
    const table = loadPriceTable(priceTableJson(priceTable(), factors))
    expect(table.factors).toEqual(factors)
    expect(loadPriceTable(priceTableJson(table)).factors).toEqual(factors)
    expect(loadPriceTable(priceTableJson(priceTable())).factors).toBeUndefined()
  })

  test('stay when a table is extended', () => {
    const table = loadPriceTable(priceTableJson(priceTable(), factors))
    expect(extendPriceTable(table, { name: 'more' }).factors).toEqual(factors)
  })

  test('come both or not at all, and above 0', () => {
    const json = JSON.parse(priceTableJson(priceTable(), factors))
    expect(() => loadPriceTable({ ...json, k_area: undefined })).toThrow('k_area: expected a number from 0 to')
    expect(() => loadPriceTable({ ...json, k_energy: 0 })).toThrow('k_energy: expected a factor above 0')
  })
})
