import { type AnalyticChip, analyticRun, studyAssumptions } from '@h2learn/accelerator'
import { ConfigError } from '@h2learn/hw'
import { parseNetwork } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { type AnalyticBenchmarkOptions, analyticBenchmark, type Benchmark, paper } from '../src'
import { studyConverged, studyPooled, studySensitivity, studyTable } from './study'

const timed = ['MNIST', 'CIFAR10', 'ImageNet'] as const
const study = { assume: studyAssumptions, batch: 4 }

/** The columns of the study's table. */
const row = (benchmark: Benchmark, options: AnalyticBenchmarkOptions = study) => {
  const run = analyticBenchmark(benchmark, options)
  const ms = (cycles: number) => (cycles / run.chip.clockHz) * 1e3
  return {
    forward: ms(run.engineCycles.forward),
    backward: ms(run.engineCycles.backward),
    update: ms(run.engineCycles['weight-update']),
    shared: ms(run.sharedMemoryCycles),
    period: ms(run.closedFormCycles),
    speedup: run.speedup?.closedForm,
  }
}
type Column = keyof ReturnType<typeof row>

/** Relative difference from the study. */
const gap = (ours: number | undefined, theirs: number) => Math.abs((ours ?? Number.NaN) / theirs - 1)

describe('the study under its own assumptions', () => {
  /**
   * Cells the engines' formulas do not meet to 0.5 %: where the masks and not bytes set the Backward time, the study's mean
   * over 24 random tiles of one seed lies 0.6 % (CIFAR10-DVS) and 0.8 % (ImageNet) below its own mean over 400. Ours are
   * other 24 tiles. ImageNet's Backward time is its period, so the two cells that follow from it move along.
   */
  const sampled: { readonly [B in Benchmark]?: readonly Column[] } = {
    'CIFAR10-DVS': ['backward'],
    ImageNet: ['backward', 'period', 'speedup'],
  }

  it.each(Object.keys(studyTable) as Benchmark[])('gives its table to 0.5 percent: %s', (benchmark) => {
    const ours = row(benchmark)
    for (const [column, theirs] of Object.entries(studyTable[benchmark]) as [Column, number][]) {
      const bound = sampled[benchmark]?.includes(column) ? 0.01 : 0.005
      expect(gap(ours[column], theirs), `${column}: ${ours[column]} against ${theirs}`).toBeLessThan(bound)
    }
  })

  it.each(['CIFAR10-DVS', 'ImageNet'] as const)(
    'gives the sampled cells to 0.3 percent with more tiles: %s',
    (name) => {
      const ours = row(name, { ...study, trials: 200 })
      for (const [column, theirs] of Object.entries(studyConverged[name]) as [Column, number][])
        expect(gap(ours[column], theirs), `${column}: ${ours[column]} against ${theirs}`).toBeLessThan(0.003)
    },
  )

  it('is bound by what the study is bound by', () => {
    expect(timed.map((benchmark) => analyticBenchmark(benchmark, study).closedForm.boundBy)).toEqual([
      'Mem 0/Mem 1 (backward and weight-update)',
      'Mem 0/Mem 1 (backward and weight-update)',
      'backward',
    ])
  })

  it('moves as the study does when a choice is changed', () => {
    const tile = (edge: number): AnalyticChip => ({
      forward: { tile: edge },
      weightUpdate: { tile: edge },
      backward: { tile: edge },
    })
    const changes: Record<keyof typeof studySensitivity, AnalyticChip> = {
      'dense Backward': { backwardMode: 'dense' },
      'no memory limit': { memory: { bandwidthGBps: 1e6 } },
      'tile 4': tile(4),
      'tile 16': tile(16),
      'fill 0': { backward: { fill: 0 } },
      'fill 16': { backward: { fill: 16 } },
      'minimum 0': { backward: { minCycles: 0 } },
      'minimum 2': { backward: { minCycles: 2 } },
    }
    for (const [name, chip] of Object.entries(changes) as [keyof typeof changes, AnalyticChip][]) {
      // small tiles vary more, and feel that the study has the gradients of stride 2 on odd places, rule 4 on even ones
      const [trials, bound] = name === 'tile 4' ? [200, 0.02] : [100, 0.01]
      const ours = timed.map((benchmark) => row(benchmark, { ...study, chip, trials }).speedup)
      for (const [i, theirs] of studySensitivity[name].entries())
        expect(gap(ours[i], theirs), `${name}, ${timed[i]}: ${ours[i]} against ${theirs}`).toBeLessThan(bound)
    }
  })
})

describe('headline variants', () => {
  const pooled = { ...studyAssumptions, fullSizeStorage: false }

  it('gives the study’s 9.3 / 9.6 / 7.1 with pooled storage', () => {
    for (const [i, theirs] of studyPooled.entries())
      expect(gap(row(timed[i]!, { assume: pooled }).speedup, theirs)).toBeLessThan(0.015)
  })

  it('is 3 to 8 percent slower where pooled gradients come in squares, as they do', () => {
    const squares = { ...pooled, independentMasks: false }
    for (const benchmark of ['MNIST', 'CIFAR10'] as const) {
      const apart = row(benchmark, { assume: pooled })
      const together = row(benchmark, { assume: squares })
      expect(together.backward).toBeGreaterThan(apart.backward)
      expect(together.shared).toBe(apart.shared)
      expect(together.speedup! / apart.speedup!).toBeGreaterThan(0.9)
      expect(together.speedup! / apart.speedup!).toBeLessThan(0.98)
    }
    expect(row('ImageNet', { assume: squares })).toEqual(row('ImageNet', { assume: pooled }))
  })

  it('stays in the published range of speed-ups by the rules of the model, but for the paper’s order', () => {
    const [low, high] = paper.againstV100.speedup.value
    const speedups = timed.map((benchmark) => row(benchmark, {}).speedup!)
    for (const speedup of speedups) {
      expect(speedup).toBeGreaterThan(low)
      expect(speedup).toBeLessThan(high)
    }
    // the paper has ImageNet first
    expect(speedups.indexOf(Math.max(...speedups))).not.toBe(2)
  })

  it('needs three planes a pooled spike map: the layer behind it takes three times the Forward cycles', () => {
    const [current, spikes] = (['current', 'spikes'] as const).map((pooling) =>
      analyticBenchmark('CIFAR10', { pooling }),
    )
    const compute = (run: typeof current, layer: string) =>
      run!.stages[0]!.find((stage) => stage.role === 'forward' && stage.layer === layer)!.computeCycles
    expect(spikes!.network.text).toContain('AP2(spikes)')
    // 40 tiles of ⌈64 / 4⌉ = 16 cycles, three times as many with planes, and 8 to fill the sub-LUTs
    expect(compute(spikes, 'conv3') / compute(current, 'conv3')).toBeCloseTo((8 + 3 * 640) / (8 + 640), 9)
    expect(compute(spikes, 'conv4')).toBe(compute(current, 'conv4'))
    expect(spikes!.speedup!.closedForm).toBeLessThan(current!.speedup!.closedForm)
  })
})

describe('analyticRun', () => {
  const network = parseNetwork('8C3(Encoding)-12C3-AP2-16C3-10FC', { input: { C: 1, H: 12, W: 12 }, T: 4 })
  const work = { network, outputSparsity: [0.5, 0.75], inputSparsity: [0.9, 0.25] }

  it('orders its stages as simulate does', () => {
    expect(analyticRun(work).stages[0]!.map(({ role, layer }) => `${role} ${layer}`)).toEqual([
      ...['conv1', 'conv2', 'conv3', 'fc1'].map((name) => `forward ${name}`),
      ...['output', 'fc1', 'conv3', 'conv2'].map((name) => `backward ${name}`),
      ...['fc1', 'conv3', 'conv2', 'conv1'].map((name) => `weight-update ${name}`),
    ])
  })

  it('never schedules below its closed form', () => {
    for (const batch of [1, 4, 10, 64]) {
      const run = analyticRun({ ...work, batch })
      expect(run.period.periodCycles).toBeGreaterThanOrEqual(run.closedFormCycles * (1 - 1e-9))
      expect(run.samples_per_s).toBeLessThanOrEqual(run.closed_form_samples_per_s * (1 + 1e-9))
    }
  })

  it('sums its stages up by engine', () => {
    const run = analyticRun(work)
    for (const role of ['forward', 'backward', 'weight-update'] as const) {
      const stages = run.stages[0]!.filter((stage) => stage.role === role)
      expect(run.engineCycles[role]).toBeCloseTo(
        stages.reduce((sum, { cycles }) => sum + cycles, 0),
        6,
      )
      expect(run.closedForm.demands[role]).toBeCloseTo(run.engineCycles[role], 6)
    }
  })

  it('prices what it counts', () => {
    const { power_W, energyPerSubBatch, period_s } = analyticRun(work)
    expect(power_W).toBeCloseTo(energyPerSubBatch.total_J / period_s, 9)
    expect(energyPerSubBatch.breakdown_J['mac.multiply']).toBeGreaterThan(0)
  })

  it('takes a batch smaller than the sub-batch', () => {
    const run = analyticRun({ ...work, batch: 3 })
    expect([run.samplesPerSubBatch, run.subBatches]).toEqual([3, 1])
  })

  it('never takes longer when more gradients are zero', () => {
    const backward = (share: number) =>
      analyticRun({ ...work, inputSparsity: [share, share], chip: { memory: { bandwidthGBps: 1e6 } } }).engineCycles
        .backward
    const times = [0, 0.3, 0.6, 0.9, 1].map(backward)
    expect(times).toEqual([...times].sort((a, b) => b - a))
    expect(times[0]).toBeGreaterThan(times[4]!)
  })

  it('names the convolutions that want a sparsity', () => {
    expect(() => analyticRun({ ...work, outputSparsity: [0.5] })).toThrow(/2 shares, one each for conv2, conv3, got 1/)
    expect(() => analyticRun({ ...work, inputSparsity: [0.5, 2] })).toThrow(ConfigError)
    expect(() => analyticRun({ ...work, chip: { subBatch: 0 } })).toThrow(ConfigError)
    expect(() => analyticRun({ ...work, batch: 1.5 })).toThrow(ConfigError)
  })
})
