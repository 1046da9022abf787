import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addCounts, scaleCounts } from '../src/index'

const names = fc.constantFrom('acc.add', 'glb.read', 'mac.add', 'toString')
const counts = fc.dictionary(names, fc.integer({ min: 0, max: 1e6 }))

test('adds name by name and keeps names of one side', () => {
  expect(addCounts({ a: 1, b: 2 }, { b: 3, c: 4 })).toEqual({ a: 1, b: 5, c: 4 })
})

test('adding is commutative, associative, and nothing is its zero', () => {
  fc.assert(
    fc.property(counts, counts, counts, (a, b, c) => {
      expect(addCounts(a, b)).toEqual(addCounts(b, a))
      expect(addCounts(addCounts(a, b), c)).toEqual(addCounts(a, addCounts(b, c)))
      expect(addCounts(a, {})).toEqual({ ...a })
    }),
  )
})

test('n times the counts is n additions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), counts, (n, a) => {
      let sum = {}
      for (let i = 0; i < n; i++) sum = addCounts(sum, a)
      expect(scaleCounts(n, a)).toEqual(sum)
    }),
  )
})
