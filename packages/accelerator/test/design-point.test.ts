import { CapacityError, ConfigError } from '@h2learn/hw'
import { forwardEngine } from '@h2learn/lut-pe'
import { parseNetwork } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Accelerator,
  type AnalyticChip,
  accelerator,
  analyticAccelerator,
  analyticRun,
  analyticStages,
  type ChipRun,
  designPoint,
  measureRecords,
} from '../src'
import { recorded } from './recorded'

const network = parseNetwork('8C3(Encoding)-16C3-AP2-24C3-10FC', { input: { C: 1, H: 12, W: 12 }, T: 4 })
const work = { network, outputSparsity: [0.5, 0.6], inputSparsity: [0.9, 0.8], trials: 2 }

const compare = (point: ReturnType<typeof designPoint>, run: ChipRun, chip: Accelerator) => {
  const close = (a: number, b: number) => expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.abs(b))
  close(point.period_cycles, run.period.periodCycles)
  close(point.samples_per_s, run.samples_per_s)
  close(point.samples_per_s_with_update, run.samples_per_s_with_update)
  close(point.energy_per_sample_J, run.energy_per_sample_J)
  close(point.energy_per_sample_with_update_J, run.energy_per_sample_with_update_J)
  close(point.offchip_energy_per_sample_J, run.energyPerSubBatch.offChip_J / run.samplesPerSubBatch)
  close(point.power_W, run.power_W)
  close(point.closed_form_cycles, run.closedFormCycles)
  expect(point.bound_by).toBe(run.closedForm.boundBy)
  expect(point.area_mm2).toBe(chip.area.total_mm2)
  expect(point.buffers).toEqual(run.buffers)
}

describe('designPoint', () => {
  it('gives the figures of the whole timeline from work measured once, whatever the memories, clock and schedule', () => {
    const paper = analyticAccelerator({})
    const measured = [{ B: 4, stages: analyticStages(paper, work, 4) }]
    fc.assert(
      fc.property(
        fc.record({
          memory: fc.record({
            bandwidthGBps: fc.integer({ min: 4, max: 400 }),
            layout: fc.constantFrom('three' as const, 'shared' as const),
          }),
          clock: fc.record({ MHz: fc.integer({ min: 100, max: 2000 }) }),
          schedule: fc.record({
            engines: fc.constantFrom('overlapped' as const, 'serial' as const),
            layers: fc.constantFrom('free' as const, 'barrier' as const),
            layerTimes: fc.constantFrom('own' as const, 'equal' as const),
          }),
        }),
        fc.integer({ min: 4, max: 70 }),
        (chip: AnalyticChip, batch) => {
          const other = analyticAccelerator({ chip })
          compare(designPoint(other, network, batch, measured), analyticRun({ ...work, chip, batch }), other)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('does so for recorded sub-batches that differ, in groups that end with any of them', () => {
    const recording = { text: '6C3(Encoding)-8C3-AP2-5FC', batch: 11, T: 3 }
    const halves = [
      [0, 1, 2, 3],
      [4, 5],
      [6, 7, 8],
    ].map((rows) => recorded({ ...recording, rows }))
    for (const bandwidthGBps of [8, 128]) {
      const chip = accelerator({ memory: { bandwidthGBps } })
      const measured = measureRecords(accelerator(), halves)
      for (const batch of [1, 4, 6, 9, 11, 13, 40]) {
        const records = halves.map((record) => ({ ...record, batch }))
        compare(designPoint(chip, halves[0]!.network, batch, measured), chip.simulate(records), chip)
      }
    }
  })

  it('asks no engine for time or counts again', () => {
    let calls = 0
    const engine = forwardEngine()
    const counted = {
      ...engine,
      time: (known: Parameters<typeof engine.time>[0]) => {
        calls++
        return engine.time(known)
      },
    }
    const record = recorded({ text: '6C3(Encoding)-8C3-AP2-5FC' })
    const measured = measureRecords(accelerator({ forward: counted }), [record])
    const before = calls
    for (const bandwidthGBps of [32, 64, 128])
      designPoint(accelerator({ forward: counted, memory: { bandwidthGBps } }), record.network, 8, measured)
    expect(before).toBe(3)
    expect(calls).toBe(before)
  })
})

describe('schedule options of a chip', () => {
  const run = (schedule: AnalyticChip['schedule']) =>
    analyticRun({ ...work, chip: { schedule: schedule ?? {}, memory: { bandwidthGBps: 1e6 } } })

  it('orders the schedules where memory is not short: overlapped < serial, free <= barrier', () => {
    const free = run({}).period.periodCycles
    expect(run({ engines: 'serial' }).period.periodCycles).toBeGreaterThan(free)
    expect(run({ layers: 'barrier' }).period.periodCycles).toBeGreaterThanOrEqual(free)
    expect(run({ layerTimes: 'equal' }).period.periodCycles).not.toBe(free)
  })

  it('gains from larger sub-batches, which share the loads of weights, and from larger groups, which share the update', () => {
    const wide = parseNetwork('8C3(Encoding)-16C3-256FC-10FC', { input: { C: 1, H: 12, W: 12 }, T: 4 })
    const on = (subBatch: number, batch: number) =>
      analyticRun({ network: wide, outputSparsity: [0.5], inputSparsity: [0.9], trials: 2, batch, chip: { subBatch } })
    const speeds = [1, 2, 4, 8].map((subBatch) => on(subBatch, 64).samples_per_s)
    for (const [i, speed] of speeds.slice(1).entries()) expect(speed).toBeGreaterThan(speeds[i]!)
    const groups = [8, 16, 64].map((batch) => on(4, batch))
    expect(groups.map(({ subBatches }) => subBatches)).toEqual([2, 4, 16])
    for (const [i, { samples_per_s_with_update }] of groups.slice(1).entries())
      expect(samples_per_s_with_update).toBeGreaterThan(groups[i]!.samples_per_s_with_update)
  })

  it('says what bound each phase of the group', () => {
    const { phases, period, timeline } = run({})
    expect(phases.map(({ kind }) => kind)).toEqual(['fill', ...Array(15).fill('steady'), 'drain', 'step'])
    expect(phases.at(-1)!.end).toBe(timeline.makespan)
    expect(phases[1]!.end - phases[1]!.start).toBeCloseTo(period.periodCycles, 6)
    expect(['forward', 'backward', 'weight-update']).toContain(phases[1]!.boundBy)
  })

  it('refuses other words', () => {
    expect(() => accelerator({ schedule: { layers: 'loose' as 'free' } })).toThrow(ConfigError)
    expect(() => accelerator({ schedule: { layers: 'loose' as 'free' } })).toThrow('"free" or "barrier"')
  })
})

describe('buffers of a chip', () => {
  it('names per engine the layer that fills its global buffer most', () => {
    const { buffers, stages } = analyticRun(work)
    expect(buffers.map(({ role }) => role)).toEqual(['forward', 'backward', 'weight-update'])
    for (const { role, usedBytes, capacityBytes, share } of buffers) {
      const most = Math.max(...stages[0]!.filter((s) => s.role === role).map((s) => s.bufferBytes))
      expect(usedBytes).toBe(most)
      expect(share).toBe(most / capacityBytes)
    }
    // Table VII's Weight Update Engine: 2684 KiB
    expect(buffers[2]!.capacityBytes).toBe(2684 * 1024)
  })

  it('reports a layer that does not fit, or refuses it when everything is required to fit', () => {
    const small = { weightUpdate: { glbKiB: 1 } }
    expect(analyticRun({ ...work, chip: small }).buffers[2]!.share).toBeGreaterThan(1)
    expect(() => analyticRun({ ...work, chip: { ...small, schedule: { buffers: 'require' } } })).toThrow(CapacityError)
  })
})
