import { describe, expect, it } from 'vitest'
import {
  type ConfigOf,
  choice,
  fieldNames,
  fieldRows,
  fieldsSchema,
  flag,
  group,
  integer,
  integers,
  number,
  readFields,
} from '../src'

const fields = {
  rows: integer(64, { max: 4096, doc: 'PE rows' }),
  kernel: integer(3, { max: 255, odd: true, doc: 'kernel' }),
  leaves: integers([3, 3], { max: 12, most: 4, doc: 'inputs of each leaf' }),
  ideal: flag(false, { doc: 'no bounds' }),
  clock: group({ MHz: number(800, { above: 0, max: 10000, unit: 'MHz', doc: 'clock' }) }, { doc: 'the clock' }),
  memory: group(
    {
      bandwidthGBps: number(128, { above: 0, max: 1e6, unit: 'GB/s', doc: 'bandwidth' }),
      layout: choice('three', ['three', 'shared'], { doc: 'memories' }),
    },
    { doc: 'memories' },
  ),
}
const read = (given?: unknown) => readFields('chip', fields, given)

describe('readFields', () => {
  it('fills in defaults, within groups too, and takes undefined as left out', () => {
    const all: ConfigOf<typeof fields> = read({ rows: undefined, memory: { layout: 'shared' } })
    expect(all).toEqual({
      rows: 64,
      kernel: 3,
      leaves: [3, 3],
      ideal: false,
      clock: { MHz: 800 },
      memory: { bandwidthGBps: 128, layout: 'shared' },
    })
    expect(read()).toEqual(read({}))
    const layout: 'three' | 'shared' = all.memory.layout
    expect(layout).toBe('shared')
  })

  it.each([
    [{ rows: 0 }, 'chip: rows: expected an integer from 1 to 4096, got 0.'],
    [{ rows: 4097 }, 'got 4097'],
    [{ rows: 1.5 }, 'got 1.5'],
    [{ rows: '8' }, 'got "8"'],
    [{ rows: null }, 'got null'],
    [{ kernel: 4 }, 'chip: kernel: expected an odd integer from 1 to 255, got 4.'],
    [{ leaves: [] }, 'chip: leaves: expected a list of 1 to 4 integers from 1 to 12, got an empty list.'],
    [{ leaves: [3, 13] }, 'got [3,13]'],
    [{ leaves: new Array(2) }, 'got [null,null]'],
    [{ leaves: [1, 1, 1, 1, 1] }, 'a list of 1 to 4'],
    [{ ideal: 'yes' }, 'chip: ideal: expected true or false, got "yes".'],
    [{ clock: { MHz: 1e9 } }, 'chip: clock.MHz: expected a number above 0, at most 10000 MHz, got 1000000000.'],
    [{ clock: { MHz: NaN } }, 'got NaN'],
    [{ clock: 400 }, 'chip: clock: expected an object with fields named MHz, got 400.'],
    [{ memory: { layout: 'two' } }, 'expected "three" or "shared", got "two".'],
    [null, 'chip: expected an object with fields named rows, kernel, leaves, ideal, clock, memory, got null.'],
    ['rows', 'got "rows"'],
    [[], 'got an empty list'],
  ])('refuses %j', (given, message) => {
    expect(() => read(given)).toThrow(message)
  })

  it.each([
    ['row', 'rows'],
    ['rwos', 'rows'],
    ['clockMHz', 'clock.MHz'],
    ['bandwidth', 'memory.bandwidthGBps'],
    ['leavs', 'leaves'],
    ['idealRates', 'ideal'],
  ])('names the field that "%s" was likely meant to be', (strange, meant) => {
    expect(() => read({ [strange]: 1 })).toThrow(`got "${strange}"; did you mean "${meant}"?`)
  })

  it('suggests nothing where nothing is near, and knows no names of every object', () => {
    expect(() => read({ zzz: 1 })).toThrow('got "zzz".')
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(() => read(JSON.parse(`{"${name}": 1}`))).toThrow(`got "${name}"`)
  })
})

describe('what else the table gives', () => {
  it('has a path, range and default for every field', () => {
    expect(fieldNames(fields)).toContain('memory.layout')
    expect(fieldRows(fields).map(({ path }) => path)).toEqual([
      'rows',
      'kernel',
      'leaves',
      'ideal',
      'clock.MHz',
      'memory.bandwidthGBps',
      'memory.layout',
    ])
    expect(fieldRows(fields).at(-2)).toEqual({
      path: 'memory.bandwidthGBps',
      default: 128,
      range: 'a number above 0, at most 1000000',
      unit: 'GB/s',
      doc: 'bandwidth',
    })
  })

  it('has a JSON Schema that says the same', () => {
    const { properties, additionalProperties } = fieldsSchema(fields, 'a chip') as { [name: string]: never }
    expect(additionalProperties).toBe(false)
    expect(properties).toMatchObject({
      rows: { type: 'integer', minimum: 1, maximum: 4096, default: 64, description: 'PE rows' },
      kernel: { not: { multipleOf: 2 } },
      leaves: { type: 'array', items: { maximum: 12 }, minItems: 1, maxItems: 4 },
      clock: { properties: { MHz: { exclusiveMinimum: 0, maximum: 10000, description: 'clock (MHz)' } } },
      memory: { additionalProperties: false, properties: { layout: { enum: ['three', 'shared'] } } },
    })
  })
})
