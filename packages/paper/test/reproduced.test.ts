import { expect, it } from 'vitest'
import { type Reproduction, reproducedRows } from '../src/compare/reproduced'

const row: Reproduction = { id: 'Fig. 1', quantity: 'a', paper: 2, model: 2.1, kind: 'prediction' }
const one = (changes: Partial<Reproduction>) => reproducedRows([{ ...row, ...changes }])[0]!

it('compares a number with the published one and fills in every key', () => {
  const { error_pct, ...rest } = one({ unit: 'mm2' })
  // 100 · (2.1 / 2 − 1) = 5
  expect(error_pct).toBeCloseTo(5, 12)
  expect(rest).toEqual({
    id: 'Fig. 1',
    quantity: 'a',
    paper: 2,
    model: 2.1,
    unit: 'mm2',
    kind: 'prediction',
    low: 2.1,
    high: 2.1,
  })
})

it('has no error inside a published range and the nearer end outside of it', () => {
  expect(one({ paper: [2, 3] }).error_pct).toBe(0)
  // 100 · (2.1 / 3 − 1) = −30 against 3 to 4, +5 against 1 to 2
  expect(one({ paper: [3, 4] }).error_pct).toBeCloseTo(-30, 12)
  expect(one({ paper: [1, 2] }).error_pct).toBeCloseTo(5, 12)
})

it('takes statements in words with a verdict, and knows no error for them', () => {
  const { error_pct, agrees } = one({ paper: 'less than 2', agrees: false })
  expect([error_pct, agrees]).toEqual([null, false])
  expect(() => one({ paper: 'less than 2' })).toThrow('whether the model agrees')
})

it('keeps a published figure beside which the model has nothing', () => {
  expect(one({ model: null })).toMatchObject({ model: null, error_pct: null, low: null, high: null })
})

it.each([
  ['a kind that says nothing is printed beside a printed number', { kind: 'not printed' }, 'a published figure'],
  ['no printed number without that kind', { paper: null }, 'a published figure'],
  ['nothing on either side', { paper: null, model: null, kind: 'not printed' }, 'something on one side'],
  ['a range that misses the model', { low: 3, high: 4 }, 'low <= model <= high'],
  ['a range without a number', { model: null, low: 1, high: 2 }, 'a range around a number'],
  ['a number that is none', { model: Number.NaN }, 'finite'],
  ['a published zero', { paper: 0 }, 'other than 0'],
  ['a reversed range', { paper: [3, 2] }, 'ascending'],
] as const)('refuses %s', (_, changes, message) => {
  expect(() => one(changes as Partial<Reproduction>)).toThrow(message)
})

it('takes several quantities under one id, each once', () => {
  expect(reproducedRows([row, { ...row, quantity: 'b' }])).toHaveLength(2)
  expect(() => reproducedRows([row, row])).toThrow('named once')
})
