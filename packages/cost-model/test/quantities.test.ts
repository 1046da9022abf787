import { ConfigError, cycles, picoJoules } from '@h2learn/hw'
import { expect, test } from 'vitest'
import type { Seconds, Watts } from '../src/index'
import { averagePower, elapsed, hertz, leakageEnergy, seconds, watts } from '../src/index'

test('by hand: 800 cycles at 800 MHz are a microsecond; 5 uJ in it are 5 W, and 5 W leak 5 uJ in it', () => {
  const time = elapsed(cycles(800), hertz(800e6))
  expect(time).toBeCloseTo(1e-6, 18)
  expect(averagePower(picoJoules(5e6), time)).toBeCloseTo(5, 12)
  expect(leakageEnergy(watts(5), time)).toBeCloseTo(5e6, 6)
})

test('negative, infinite and NaN quantities, a clock of 0 and power over no time are refused', () => {
  for (const bad of [-1, Infinity, NaN])
    for (const make of [watts, seconds, hertz]) expect(() => make(bad)).toThrow(ConfigError)
  expect(() => hertz(0)).toThrow('expected a finite number > 0, got 0')
  expect(() => averagePower(picoJoules(1), seconds(0))).toThrow(ConfigError)
})

test('a bare number is not a power, nor seconds watts', () => {
  // @ts-expect-error a bare number must not pass as watts
  const bare: Watts = 3
  // @ts-expect-error watts must not pass as seconds
  const other: Seconds = watts(3)
  expect([bare, other]).toEqual([3, 3])
})
