import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  bytes,
  CapacityError,
  ConfigError,
  ceilDiv,
  cycles,
  picoJoules,
  requireInteger,
  squareMillimetres,
} from '../src/index'

test('a quantity is the number it was made from', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e300, noNaN: true }), (x) => {
      expect([cycles(x), bytes(x), picoJoules(x), squareMillimetres(x)]).toEqual([x, x, x, x])
    }),
  )
})

test('negative, infinite and NaN quantities are refused with where, expected and got', () => {
  for (const make of [cycles, bytes, picoJoules, squareMillimetres])
    for (const bad of [-1, Infinity, NaN]) expect(() => make(bad)).toThrow(ConfigError)
  expect(() => cycles(-1)).toThrow('hw/cycles: expected a finite number >= 0, got -1.')
})

test('an error carries its fields for programs and a sentence for people', () => {
  const error = new CapacityError({
    where: 'forward-engine',
    expected: 'at most 503 KiB of buffer',
    got: '611 KiB',
    hint: 'tile H x W further',
  })
  expect(error).toBeInstanceOf(ConfigError)
  expect(error).toMatchObject({ name: 'CapacityError', code: 'H2LEARN_INPUT', where: 'forward-engine', got: '611 KiB' })
  expect(error.message).toBe('forward-engine: expected at most 503 KiB of buffer, got 611 KiB; tile H x W further.')
})

test('requireInteger passes integers from its minimum on and nothing else', () => {
  expect(requireInteger('x', 1)).toBe(1)
  expect(requireInteger('x', 0, 0)).toBe(0)
  for (const bad of [0, -1, 1.5, NaN, 2 ** 53]) expect(() => requireInteger('x', bad)).toThrow(ConfigError)
})

test('ceilDiv is the smallest number of groups of b that hold a', () => {
  expect([ceilDiv(0, 4), ceilDiv(1, 4), ceilDiv(4, 4), ceilDiv(5, 4)]).toEqual([0, 1, 1, 2])
})
