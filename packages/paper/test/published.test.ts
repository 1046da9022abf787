import type { Published } from '@h2learn/cost-model'
import { describe, expect, test } from 'vitest'
import { paper, v100Reference } from '../src/index'

const figures = (tree: unknown, path = ''): (readonly [string, Published<unknown>])[] => {
  if (typeof tree !== 'object' || tree === null) return []
  if ('value' in tree && 'place' in tree) return [[path, tree as Published<unknown>]]
  return Object.entries(tree).flatMap(([key, value]) => figures(value, `${path}.${key}`))
}

test('every published figure has a unit and a place in the paper', () => {
  const all = figures(paper)
  expect(all.length).toBeGreaterThan(80)
  for (const [path, { unit, place }] of all) {
    expect(unit.length, path).toBeGreaterThan(0)
    expect(place, path).toMatch(/Table|Fig\.|Section|Abstract/)
  }
})

describe('the published figures agree with each other', () => {
  const { forward, weightUpdate, backward } = paper.engines

  test('the engine areas add up to the chip', () => {
    expect(forward.area.value + weightUpdate.area.value + backward.area.value).toBeCloseTo(paper.chip.area.value, 9)
  })

  test('27.85 TFLOPS are all adders and MACs at 800 MHz', () => {
    const adders = 4 * (forward.adders.value + weightUpdate.adders.value) + backward.adders.value
    expect(((adders + 2 * backward.macs.value) * paper.chip.clock.value * 1e-12).toFixed(2)).toBe('27.85')
    expect(paper.chip.throughput.value).toBe(27.85)
  })

  test('the counts of Table VII are the products it prints', () => {
    expect(forward.adders.value).toBe(forward.subLuts.value * forward.rows.value * forward.cols.value)
    expect(weightUpdate.adders.value).toBe(
      weightUpdate.subLuts.value * weightUpdate.rows.value * weightUpdate.cols.value,
    )
    expect(backward.macs.value).toBe(backward.rows.value * backward.cols.value * backward.groupSize.value)
    expect(backward.inputFinders.value).toBe(backward.macs.value)
    expect(forward.baselineAdders.value).toBe(9 * 4 * forward.rows.value * forward.cols.value)
    expect(weightUpdate.baselineAdders.value).toBe(8 * 4 * weightUpdate.rows.value * weightUpdate.cols.value)
  })

  test('the slow-downs of Table II are SNN over ANN', () => {
    for (const { ann, snn, slowdown } of Object.values(paper.epochs))
      expect(Math.abs(snn.value / ann.value / slowdown.value - 1)).toBeLessThan(0.001)
  })

  test('V100 has 7.38 times the area', () => {
    expect((paper.v100.area.value / paper.chip.area.value).toFixed(2)).toBe(paper.againstV100.area.value.toFixed(2))
  })

  test('Table III has one pair of sparsities per convolution of Table VI that has a backward pass', () => {
    for (const [name, { layers, output, input }] of Object.entries(paper.sparsities)) {
      const text = paper.networks[name as keyof typeof paper.networks].network.value
      const convs = text.split('-').filter((layer) => /^\d+C3/.test(layer)).length
      expect(layers.length, name).toBe(convs - 1)
      expect([output.value.length, input.value.length], name).toEqual([convs - 1, convs - 1])
      for (const share of [...output.value, ...input.value]) expect(share > 0 && share < 100).toBe(true)
    }
  })
})

describe('V100', () => {
  test('a sub-batch of four takes 9.24, 11.77 and 44.96 ms by Table II', () => {
    const ms = (['MNIST', 'CIFAR10', 'ImageNet'] as const).map((name) =>
      (4 * v100Reference.secondsPerSample[name]! * 1e3).toFixed(2),
    )
    expect(ms).toEqual(['9.24', '11.77', '44.96'])
    expect(v100Reference.secondsPerSample['N-MNIST']).toBeUndefined()
  })

  test('the power ratios imply 108 to 146 W, and say that it is implied', () => {
    const { low, high, kind } = v100Reference.impliedPower
    expect([low.toFixed(0), high.toFixed(0), kind]).toEqual(['108', '146', 'implied'])
    expect(v100Reference.area).toBe(815)
  })
})
