import { ConfigError } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Comparison, compareWithPaper, figureProvenance } from '../src/compare'

const row: Comparison = { id: 'a', quantity: 'area', paper: 20, model: 21, unit: 'mm2', kind: 'prediction' }
const only = (change: Partial<Comparison>) => compareWithPaper([{ ...row, ...change }])[0]!

test('by hand: 21 against 20 is +5 %, 18 is -10 %; without a range the model is its own', () => {
  expect(only({})).toEqual({ ...row, low: 21, high: 21, error_pct: expect.closeTo(5, 12) })
  expect(only({ model: 18 }).error_pct).toBeCloseTo(-10, 12)
  expect(only({ low: 19, high: 25 })).toMatchObject({ low: 19, high: 25 })
})

test('against a published range the error is 0 inside and counts from the nearer end outside', () => {
  expect(only({ paper: [5.74, 10.2], model: 7.6 }).error_pct).toBe(0)
  expect(only({ paper: [5, 10], model: 4 }).error_pct).toBeCloseTo(-20, 12)
  expect(only({ paper: [5, 10], model: 11 }).error_pct).toBeCloseTo(10, 12)
})

test('what the paper does not print has no error', () => {
  expect(only({ paper: undefined, kind: 'not printed' }).error_pct).toBeUndefined()
})

describe('refused', () => {
  const cases: [string, Partial<Comparison>][] = [
    ['a published number on a row "not printed"', { kind: 'not printed' }],
    ['no published number on another', { paper: undefined }],
    ['NaN', { model: NaN }],
    ['a published 0', { paper: 0 }],
    ['a published range the wrong way round', { paper: [10, 5] }],
    ['a range of the model that misses it', { low: 22, high: 25 }],
    ['a range of the model the wrong way round', { low: 25, high: 19 }],
  ]
  test.each(cases)('%s', (_, change) => {
    expect(() => only(change)).toThrow(ConfigError)
  })

  test('an id used twice', () => {
    expect(() => compareWithPaper([row, row])).toThrow('compareWithPaper: a: expected an id used once, got it twice')
  })
})

test('order and number of rows stay, and the error has the sign of model - paper', () => {
  const positive = fc.double({ min: 0.01, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(positive, positive)), (pairs) => {
      const rows = pairs.map(([paper, model], i) => ({ ...row, id: String(i), paper, model }))
      const compared = compareWithPaper(rows)
      expect(compared.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
      for (const { error_pct, paper, model } of compared) {
        // the division may round a tiny gap to 0
        const sign = Math.sign(error_pct!)
        expect(sign === 0 || sign === Math.sign(model - (paper as number))).toBe(true)
      }
    }),
  )
})

test('each kind has its word in reports', () => {
  expect(figureProvenance('calibrated')).toBe('calibrated')
  expect(figureProvenance('prediction')).toBe('predicted')
  expect(figureProvenance('estimate')).toBe('estimated')
  expect(figureProvenance('identity')).toBe('identity')
  expect(figureProvenance('not printed')).toBe('predicted')
})
