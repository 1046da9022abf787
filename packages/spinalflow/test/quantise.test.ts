import { tensor } from '@h2learn/snn-core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { quantiseWeights } from '../src/quantise'

const weightsOf = (values: readonly number[]) =>
  tensor('KCRS', 'f32', { K: 1, C: 1, R: 1, S: values.length }, Float32Array.from(values))

it('takes the smallest power of two at which the largest weight fits', () => {
  // 8 bits: ±127. 0.5 / 127 lies just below 2^−8 = 0.00390625, so 0.5 becomes 128 there: one power more, 64
  expect(quantiseWeights(weightsOf([0.5, -0.25]), 8)).toEqual({ values: Int16Array.of(64, -32), scale: 2 ** -7 })
  expect(quantiseWeights(weightsOf([127, -1]), 8)).toEqual({ values: Int16Array.of(127, -1), scale: 1 })
})

it('leaves zeros alone', () => {
  expect(quantiseWeights(weightsOf([0, 0]), 8)).toEqual({ values: Int16Array.of(0, 0), scale: 1 })
})

it('errs by at most half a step and never leaves the range', () => {
  const weight = fc.double({ min: -10, max: 10, noNaN: true })
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 20 }), fc.integer({ min: 2, max: 16 }), (list, bits) => {
      const weights = weightsOf(list)
      const { values, scale } = quantiseWeights(weights, bits)
      values.forEach((q, i) => {
        expect(Math.abs(q)).toBeLessThanOrEqual(2 ** (bits - 1) - 1)
        expect(Math.abs(q * scale - weights.data[i]!)).toBeLessThanOrEqual(scale / 2)
      })
    }),
  )
})
