import { ConfigError } from '@h2learn/hw'
import { expect, test } from 'vitest'
import { idealAreaShrink, scaleArea45to28, scaleEnergy45to28 } from '../src/index'

test('area by hand: a third of the way from 0.46 (32 nm) to 0.21 (20 nm) is 0.3767', () => {
  expect(scaleArea45to28(1)).toBeCloseTo(0.46 - (0.46 - 0.21) / 3, 12)
  expect(scaleArea45to28(3000).toFixed(0)).toBe('1130')
  expect([4184, 7700].map((um2) => scaleArea45to28(um2).toFixed(0))).toEqual(['1576', '2900'])
})

test('energy by hand at 0.9 V: f45 = 0.69885, f32 = 0.45714, f20 = 0.20079, so 0.37169 / 0.69885 = 0.532', () => {
  // f45 = 1.018·0.81 − 0.3107·0.9 + 0.1539 = 0.82458 − 0.27963 + 0.1539
  // f32 = 0.8367·0.81 − 0.4341·0.9 + 0.1701 = 0.677727 − 0.39069 + 0.1701
  // f20 = 0.373·0.81 − 0.1582·0.9 + 0.04104 = 0.30213 − 0.14238 + 0.04104
  expect(scaleEnergy45to28(1, { fromVolt: 0.9 })).toBeCloseTo((0.457137 - (0.457137 - 0.20079) / 3) / 0.69885, 9)
  expect(scaleEnergy45to28(1, { fromVolt: 0.9 }).toFixed(3)).toBe('0.532')
})

test('energy from 1.1 V is × 0.356; FP32 at 28 nm 0.479 and 1.97 pJ', () => {
  expect(scaleEnergy45to28(1, { fromVolt: 1.1, toVolt: 0.9 }).toFixed(3)).toBe('0.356')
  expect(scaleEnergy45to28(0.9, { fromVolt: 0.9 }).toFixed(3)).toBe('0.479')
  expect(scaleEnergy45to28(3.7, { fromVolt: 0.9 }).toFixed(2)).toBe('1.97')
})

test('a higher supply at 28 nm costs more, a higher one at 45 nm makes the step larger', () => {
  const from = (fromVolt: number, toVolt: number) => scaleEnergy45to28(1, { fromVolt, toVolt })
  expect(from(0.9, 1)).toBeGreaterThan(from(0.9, 0.9))
  expect(from(1.1, 0.9)).toBeLessThan(from(1, 0.9))
})

test('supplies outside the fit are refused', () => {
  for (const fromVolt of [0.4, 1.3, -1, NaN]) expect(() => scaleEnergy45to28(1, { fromVolt })).toThrow(ConfigError)
  expect(() => scaleEnergy45to28(1, { fromVolt: 0.9, toVolt: 3 })).toThrow('expected a supply of 0.5 to 1.2 V, got 3 V')
})

test('an ideal shrink goes with the square of the feature size: 815 mm2 at 12 nm would be 4437 at 28', () => {
  // 815 · (28 / 12)² = 815 · 5.444
  expect(idealAreaShrink(815, { from_nm: 12, to_nm: 28 }).toFixed(0)).toBe('4437')
  expect(idealAreaShrink(7, { from_nm: 28, to_nm: 28 })).toBe(7)
  expect(() => idealAreaShrink(1, { from_nm: 0, to_nm: 28 })).toThrow('a node above 0 nm')
})
