import { accelerator } from '@h2learn/accelerator'
import { expect, it } from 'vitest'
import { areaMiss } from '../src/reproduce/miss-area'
import { backwardEnergyMiss, lutRatioMiss } from '../src/reproduce/miss-energy'
import { scalingMiss } from '../src/reproduce/scaling-figure'

const explaining = ({ tried }: ReturnType<typeof areaMiss>) =>
  tried.filter(({ explains }) => explains).map(({ change }) => change)

it('starts from the defaults: the areas tried first are those of the chip', () => {
  const { area } = accelerator().calibration
  const [first] = areaMiss().tried
  expect(first!.change).toBe('default')
  for (const [i, { error_pct }] of area.engines.entries()) expect(first!.values[i]).toBeCloseTo(error_pct, 9)
})

it('finds that no single change brings all three areas within 3 %, but two described guesses together do', () => {
  expect(explaining(areaMiss())).toEqual([
    'Forward: 12 % more logic; Backward: 32-bit partial sums, gradient tiles doubled',
  ])
})

it('finds that the activity behind 20.57 W, or no fill, would give the Backward energy ratio', () => {
  expect(explaining(backwardEnergyMiss())).toEqual(['20.57 W drawn at 75 % / 75 % zeros', 'no fill of the PE pipeline'])
})

it('finds that no combination of unit costs meets all four LUT ratios within 3 %', () => {
  const miss = lutRatioMiss()
  expect(explaining(miss)).toEqual([])
  expect(miss.tried.filter(({ change }) => change.startsWith('default'))).toHaveLength(1)
})

it('finds no layer on which all 18 cells of Fig. 14 show the pattern', () => {
  const miss = scalingMiss()
  expect(explaining(miss)).toEqual([])
  for (const { values } of miss.tried) expect(values.slice(0, 3).reduce((a, b) => a + b, 0)).toBe(values[3])
})
