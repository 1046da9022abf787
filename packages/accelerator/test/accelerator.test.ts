import { priceTable } from '@h2learn/cost-model'
import { ConfigError } from '@h2learn/hw'
import { forwardEngine } from '@h2learn/lut-pe'
import { backwardEngine, denseBackwardEngine } from '@h2learn/sparse-backward'
import { describe, expect, it } from 'vitest'
import { type AcceleratorConfig, accelerator } from '../src'
import { recorded } from './recorded'

const records = [recorded({ text: '16C3-AP2-24C3-10FC', T: 5, rows: [0, 1, 2, 3] })]

/** The complaint of a ConfigError. */
const complaint = (make: () => unknown): ConfigError => {
  try {
    make()
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('no error was thrown')
}

describe('accelerator', () => {
  it('is the chip of Fig. 9 when nothing is given', () => {
    const chip = accelerator()
    expect(chip.engines.forward.name).toBe('forward-engine')
    expect(chip.memory).toEqual({ bandwidthGBps: 128, layout: 'three' })
    expect(chip.clockHz).toBe(800e6)
    expect(chip.bytesPerCycle).toBe(160) // 128e9 bytes/s over 800e6 cycles/s
    expect(chip.subBatch).toBe(4)
    expect(chip.memoryNames).toEqual({ pair: ['Mem 0', 'Mem 1'], gradients: 'Mem 2' })
    const { forward, backward, 'weight-update': update, total_mm2 } = chip.area
    expect(forward.total + backward.total + update.total).toBeCloseTo(total_mm2, 12)
  })

  it.each<[string, AcceleratorConfig, string]>([
    ['a bandwidth of 0', { memory: { bandwidthGBps: 0 } }, 'accelerator: memory.bandwidthGBps'],
    ['an infinite bandwidth', { memory: { bandwidthGBps: Infinity } }, 'accelerator: memory.bandwidthGBps'],
    ['a memory layout it does not know', { memory: { layout: 'two' as never } }, 'accelerator: memory.layout'],
    ['a negative clock', { clock: { MHz: -1 } }, 'accelerator: clock.MHz'],
    ['a clock that is no number', { clock: { MHz: Number.NaN } }, 'accelerator: clock.MHz'],
    ['half a sample', { subBatch: 0.5 }, 'accelerator: subBatch'],
    ['an empty sub-batch', { subBatch: 0 }, 'accelerator: subBatch'],
    ['an engine that is a number', { forward: 5 as never }, 'accelerator: forward engine'],
    ['an engine without parts', { forward: { ...forwardEngine(), parts: undefined as never } }, 'accelerator: forward'],
    ['an engine without a name', { backward: { ...backwardEngine(), name: 1 as never } }, 'accelerator: backward'],
    ['an unpriced part', { forward: { ...forwardEngine(), parts: { 'acc.adders': 1 } } as never }, 'cost-model'],
  ])('refuses %s', (_, config, where) => {
    const { where: told, expected, got } = complaint(() => accelerator(config))
    expect(told.startsWith(where)).toBe(true)
    expect(expected.length * got.length).toBeGreaterThan(0)
  })

  it.each(['run', 'measure', 'time', 'count'] as const)('refuses an engine without %s, by name', (member) => {
    const broken = { ...backwardEngine(), [member]: undefined as never }
    const { where, expected, got, hint } = complaint(() => accelerator({ backward: broken }))
    expect(where).toBe('accelerator: backward engine backward engine')
    expect(expected).toBe(`a function ${member}`)
    expect(got).toBe('undefined')
    expect(hint).toMatch(/backwardEngine\(\)/)
  })

  it('runs an engine of the user in place of its own', () => {
    const dense = denseBackwardEngine()
    const slow = accelerator({ backward: dense }).simulate(records)
    const paper = accelerator().simulate(records)
    const cycles = (run: typeof slow, role: string) =>
      run.stages[0]!.filter((s) => s.role === role).reduce((sum, s) => sum + s.computeCycles, 0)
    expect(slow.stages[0]!.filter((s) => s.role === 'backward').every((s) => s.engine === dense.name)).toBe(true)
    expect(cycles(slow, 'backward')).toBeGreaterThan(cycles(paper, 'backward'))
    expect(cycles(slow, 'forward')).toBe(cycles(paper, 'forward'))
  })

  it('keeps the calibrated factors of its prices when engines are replaced', () => {
    const prices = priceTable()
    const { calibration } = accelerator({ prices })
    expect(accelerator({ prices, backward: denseBackwardEngine() }).calibration).toBe(calibration)
  })

  it('gives its own engines the sub-batch it is told', () => {
    const eight = [recorded({ text: '8C3-10FC', T: 3, batch: 16, rows: [0, 1, 2, 3, 4, 5, 6, 7] })]
    expect(accelerator({ subBatch: 8 }).simulate(eight).samplesPerSubBatch).toBe(8)
    const { where, got, hint } = complaint(() => accelerator().simulate(eight))
    expect([where, got]).toEqual(['accelerator/simulate', '8 samples'])
    expect(hint).toMatch(/raise subBatch/)
  })

  it('is never faster with one memory for all than with three', () => {
    for (const bandwidthGBps of [4, 32, 128, 1000]) {
      const three = accelerator({ memory: { bandwidthGBps } }).simulate(records)
      const shared = accelerator({ memory: { bandwidthGBps, layout: 'shared' } }).simulate(records)
      expect(shared.period.periodCycles).toBeGreaterThanOrEqual(three.period.periodCycles * (1 - 1e-9))
      expect(shared.period.groupCycles).toBeGreaterThanOrEqual(three.period.groupCycles * (1 - 1e-9))
    }
  })

  it('is never slower with more bandwidth, and not faster than its engines alone', () => {
    const period = (bandwidthGBps: number) => accelerator({ memory: { bandwidthGBps } }).simulate(records)
    const runs = [2, 8, 32, 128, 512, 1e6].map(period)
    runs.slice(1).forEach((run, i) => {
      expect(run.period.periodCycles).toBeLessThanOrEqual(runs[i]!.period.periodCycles * (1 + 1e-9))
      expect(run.period.groupCycles).toBeLessThanOrEqual(runs[i]!.period.groupCycles * (1 + 1e-9))
    })
    expect(runs[0]!.period.periodCycles).toBeGreaterThan(2 * runs.at(-1)!.period.periodCycles)
    for (const stage of runs.at(-1)!.stages[0]!) expect(stage.cycles / stage.computeCycles).toBeCloseTo(1, 1)
  })

  it('takes the same cycles at another clock if the bandwidth grows with it', () => {
    const slow = accelerator({ clock: { MHz: 400 }, memory: { bandwidthGBps: 64 } }).simulate(records)
    const fast = accelerator().simulate(records)
    expect(slow.period.periodCycles).toBeCloseTo(fast.period.periodCycles, 6)
    expect(fast.samples_per_s / slow.samples_per_s).toBeCloseTo(2, 9)
  })
})
