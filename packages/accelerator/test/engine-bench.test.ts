import { cycleReport } from '@h2learn/paper/design-space'
import { expect, it } from 'vitest'
import { accelerator } from '../src/accelerator'
import { engineBench } from '../src/engine-bench'
import { recorded } from './recorded'

it('times every layer on every engine with the given clock, and reports the cycles the chip reports', () => {
  const record = recorded({ text: '4C3(Encoding)-6C3-AP2-5FC', T: 3 })
  let clock = 0
  // every reading is 1 ms after the one before: each timed piece takes exactly 1 ms
  const bench = engineBench(record, { now: () => clock++, reps: 3, tiles: 2 })
  // 3 layers forward, output + 2 backward, 3 weight updates
  expect(bench.layers.map(({ engine, layer }) => `${engine} ${layer}`)).toEqual([
    'forward conv1',
    'forward conv2',
    'forward fc1',
    'backward output',
    'backward fc1',
    'backward conv2',
    'weight-update conv1',
    'weight-update conv2',
    'weight-update fc1',
  ])
  expect(bench.timing_s).toBeCloseTo(0.009, 12)
  expect(bench.functional_s).toBeCloseTo(0.009, 12)
  // one convolution: 2 tiles of 1 ms each, of 3 timesteps × 4 samples of an 8×8 map
  expect(bench.stepped).toMatchObject({ tiles: 2, allTiles: 12, ratio: 12 })
  expect(bench.stepped!.extrapolated_s).toBeCloseTo(0.012, 12)
  expect(bench.designPoints).toMatchObject({ points: 200, seconds: 0.001 })
  const { stages } = accelerator().simulate([record])
  for (const { engine, layer, cycles } of bench.layers)
    expect(cycles).toBe(stages[0]!.find((s) => s.role === engine && s.layer === layer)!.computeCycles)
})

it('says where the cycles of every layer go, in shares that add up', () => {
  const record = recorded({ text: '4C3(Encoding)-6C3-AP2-5FC', T: 3 })
  const rows = cycleReport(record)
  expect(rows).toHaveLength(9)
  const { stages } = accelerator().simulate([record])
  for (const { engine, layer, computeCycles, memoryStallCycles, shares_pct } of rows) {
    const stage = stages[0]!.find((s) => s.role === engine && s.layer === layer)!
    expect(computeCycles).toBe(stage.computeCycles)
    expect(Object.values(shares_pct).reduce((sum, share) => sum + share, 0)).toBeCloseTo(100, 9)
    // a layer's cycles alone are its compute cycles, or what its memory takes beside them, and the first fill
    if (stage.gradientBytes === 0) expect(computeCycles + memoryStallCycles).toBeCloseTo(stage.cycles, 6)
  }
  const conv2 = rows.find(({ engine, layer }) => engine === 'backward' && layer === 'conv2')!
  expect(Object.keys(conv2.shares_pct)).toContain('groupImbalance')
})

it('leaves out what is not asked for', () => {
  const record = recorded({ text: '4C3-5FC', T: 2 })
  const bench = engineBench(record, {
    now: () => 0,
    timing: false,
    functional: false,
    stepped: false,
    designPoints: false,
  })
  expect(bench).toEqual({ layers: bench.layers })
  expect(bench.layers.every((layer) => Object.keys(layer).length === 2)).toBe(true)
})
