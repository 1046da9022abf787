import { priceTable } from '@h2learn/cost-model'
import { bytes, ConfigError, cycles } from '@h2learn/hw'
import { forwardEngine } from '@h2learn/lut-pe'
import { paper } from '@h2learn/paper'
import { backwardEngine } from '@h2learn/sparse-backward'
import { updateTraffic, weightUpdateEngine } from '@h2learn/weight-update'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accelerator, type ChipRun, type EngineRole, jobsOf, type StageRun } from '../src'
import { recorded } from './recorded'

/** An engine that takes the same time and bytes for every layer and counts `adds` additions. */
const steady = <E extends { readonly name: string }>(
  engine: E,
  { each, moved = 0, gradient = 0, adds }: { each: number; moved?: number; gradient?: number; adds: number },
) => ({
  ...engine,
  measure: () => ({}),
  time: () => ({
    latency: cycles(each),
    interval: cycles(each),
    iterations: { cycles: Float64Array.of(each), bytes: Float64Array.of(moved) },
    firstFillBytes: bytes(0),
    gradientBytes: bytes(gradient),
    idealCycles: cycles(each / 2),
  }),
  count: () => ({ 'acc.add': adds }),
})

/** 4 → 2 → 2 neurons, 8 samples in two sub-batches: 4·2 + 2·2 = 12 parameters. */
const text = '2FC-2FC'
const tiny = { text, input: { C: 1, H: 2, W: 2 }, T: 2, batch: 8 }
const halves = [recorded({ ...tiny, rows: [0, 1, 2, 3] }), recorded({ ...tiny, rows: [4, 5, 6, 7] })]

const stagesOf = (run: ChipRun, role: EngineRole): readonly StageRun[] => run.stages[0]!.filter((s) => s.role === role)

describe('simulate by hand', () => {
  const chip = accelerator({
    forward: steady(forwardEngine(), { each: 100, adds: 10 }),
    backward: steady(backwardEngine(), { each: 50, adds: 7 }),
    weightUpdate: steady(weightUpdateEngine(), { each: 30, gradient: 1600, adds: 3 }),
  })
  const run = chip.simulate(halves)

  it('runs Forward on both layers, Backward on the output and layer 2, Weight Update from the top', () => {
    expect(run.stages[0]!.map(({ role, layer }) => `${role} ${layer}`)).toEqual([
      'forward fc1',
      'forward fc2',
      'backward output',
      'backward fc2',
      'weight-update fc2',
      'weight-update fc1',
    ])
  })

  it('makes the period the slowest engine: Forward, 2 layers of 100 cycles', () => {
    // phase 1: Forward of the second half 0..200; Backward of the first 0..50..100; ∇w 50..80 and 100..130
    expect(run.period.periodCycles).toBe(200)
    expect(run.closedFormCycles).toBe(200)
    expect(run.closedForm.boundBy).toBe('forward')
    expect(run.closedForm.demands).toEqual({
      forward: 200,
      backward: 100,
      'weight-update': 60,
      'Mem 0/Mem 1 (forward)': 0,
      'Mem 0/Mem 1 (backward and weight-update)': 0,
      'Mem 2': 20, // 2 · 1600 bytes at 160 bytes per cycle
    })
  })

  it('makes a group first Forward + phase + drain + weight update', () => {
    // 200 + 200 + 130 + 1: 12 parameters take one cycle of 16 lanes, 120 bytes of Mem 2 less than one
    expect(run.period.fillCycles).toBe(200)
    expect(run.period.drainCycles).toBe(130)
    expect(run.period.stepCycles).toBe(1)
    expect(run.period.groupCycles).toBe(531)
    expect(run.subBatches).toBe(2)
    expect(run.parameters).toBe(12)
  })

  it('turns cycles into seconds and samples', () => {
    expect(run.period_s).toBeCloseTo(200 / 800e6, 15)
    expect(run.samples_per_s).toBeCloseTo((4 * 800e6) / 200, 3)
    expect(run.samples_per_s_with_update).toBeCloseTo((8 * 800e6) / 531, 3)
  })

  it('makes energy what was done plus what leaks meanwhile, and power energy over period', () => {
    const table = priceTable()
    const { kEnergy } = chip.calibration
    const adds = 2 * 10 + 2 * 7 + 2 * 3
    const added = adds * kEnergy * table.actions['acc.add'].energy * 1e-12
    const { breakdown_J, total_J, offChip_J } = run.energyPerSubBatch
    expect(breakdown_J['acc.add']).toBeCloseTo(added, 20)
    // everything there is leaks for 200 cycles of 1.25 ns
    const parts = Object.values(chip.engines).flatMap((engine) => Object.entries<number>(engine.parts))
    const leak = parts.reduce((sum, [part, n]) => sum + n * table.parts[part as 'glb.KiB'].leakage, 0) * 250e-9
    expect(breakdown_J['leakage.buffers']! + breakdown_J['leakage.logic']!).toBeCloseTo(leak, 15)
    expect(total_J).toBeCloseTo(added + leak, 15)
    expect(run.power_W).toBeCloseTo(total_J / run.period_s, 9)
    expect(run.energy_per_sample_J).toBeCloseTo(total_J / 4, 20)
    // two transfers of 1600 bytes of weight gradients
    expect(offChip_J).toBeCloseTo(3200 * table.actions['mem.read'].energy * 1e-12, 20)
  })

  it('adds the weight update to the group: every parameter once, leakage over the whole group', () => {
    const { breakdown_J, offChip_J } = run.energyPerGroup
    const price = priceTable().actions
    const update = 12 * chip.calibration.kEnergy * price['update.parameter'].energy * 1e-12
    expect(breakdown_J['update.parameter']).toBeCloseTo(update, 20)
    expect(breakdown_J['acc.add']).toBeCloseTo(2 * run.energyPerSubBatch.breakdown_J['acc.add']!, 20)
    const ratio = breakdown_J['leakage.buffers']! / run.energyPerSubBatch.breakdown_J['leakage.buffers']!
    expect(ratio).toBeCloseTo(531 / 200, 9)
    expect(offChip_J).toBeCloseTo((2 * 3200 + updateTraffic(12).total) * price['mem.read'].energy * 1e-12, 20)
    expect(run.energy_per_sample_with_update_J).toBeCloseTo(run.energyPerGroup.total_J / 8, 20)
  })

  it('lets Backward and Weight Update wait for the memory they share', () => {
    // 50 cycles and 8000 bytes (50 cycles of 160 bytes) each: 2·50 + 2·50 over one memory cannot end before 200
    const shared = accelerator({
      forward: steady(forwardEngine(), { each: 10, adds: 1 }),
      backward: steady(backwardEngine(), { each: 50, moved: 8000, adds: 1 }),
      weightUpdate: steady(weightUpdateEngine(), { each: 50, moved: 8000, adds: 1 }),
    }).simulate(halves)
    expect(shared.closedForm.boundBy).toBe('Mem 0/Mem 1 (backward and weight-update)')
    expect(shared.closedFormCycles).toBe(200)
    expect(shared.period.periodCycles).toBeGreaterThanOrEqual(200)
  })

  it('gives a layer on one shared memory the time of all its bytes', () => {
    const config = { weightUpdate: steady(weightUpdateEngine(), { each: 10, moved: 1600, gradient: 3200, adds: 1 }) }
    const update = (layout: 'three' | 'shared') =>
      stagesOf(accelerator({ ...config, memory: { layout } }).simulate(halves), 'weight-update')[0]!
    // 1600 bytes take 10 cycles, 3200 take 20 beside them; on one memory 30
    expect(update('three')).toMatchObject({ cycles: 20, memoryCycles: 20, bound: 'memory', utilisation: 0.25 })
    expect(update('shared')).toMatchObject({ cycles: 30, memoryCycles: 30, bound: 'memory' })
  })

  it('fills a group with the recorded sub-batches in turn', () => {
    const eight = recorded({ ...tiny, batch: 32 })
    const pair = recorded({ ...tiny, batch: 32, rows: [4, 5] })
    expect(chip.simulate([eight]).subBatches).toBe(8)
    const mixed = chip.simulate([eight, pair])
    // 4 + 2 + 4 + 2 + ...: 32 samples are reached with the eleventh, after 5 · 6 + 4 = 34
    expect(mixed.subBatches).toBe(11)
    expect(mixed.samplesPerGroup).toBe(34)
    expect(mixed.samplesPerSubBatch).toBe(3)
    expect(chip.simulate([pair]).subBatches).toBe(16)
  })
})

describe('simulate on recorded tensors', () => {
  const record = recorded({ text: '16C3S2(Encoding)-24C3-AP2-32C3-10FC', input: { C: 2, H: 16, W: 16 }, T: 6 })
  const chip = accelerator()
  const run = chip.simulate([record])

  it("carries each engine's own work, time and counts", () => {
    const jobs = jobsOf(record)
    const { forward } = chip.engines
    stagesOf(run, 'forward').forEach((stage, l) => {
      const work = forward.measure(jobs.forward[l]!) as never
      expect(stage.work).toEqual(work)
      expect(stage.computeCycles).toBe(forward.time(work).latency)
      expect(stage.counts).toEqual(forward.count(work))
    })
  })

  it('has an event-driven period not below the closed form', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('12C3-AP2-8FC', '6C3(Encoding)-AP2(spikes)-8C3-4FC', '20FC-10FC', '4C5S2-9C1-3FC'),
        fc.constantFrom('three' as const, 'shared' as const),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 20 }),
        (network, layout, bandwidthGBps, B, batch) => {
          fc.pre(B <= batch)
          const rows = Array.from({ length: B }, (_, i) => i)
          const any = recorded({ text: network, T: 3, batch, rows, seed: batch })
          const { period, closedFormCycles } = accelerator({ memory: { layout, bandwidthGBps } }).simulate([any])
          expect(period.periodCycles).toBeGreaterThanOrEqual(closedFormCycles * (1 - 1e-9))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('counts every neuron of every timestep once in Soma and Grad', () => {
    const total = (role: EngineRole, action: 'soma.update' | 'grad.update') =>
      stagesOf(run, role).reduce((sum, { counts }) => sum + (counts[action] ?? 0), 0)
    // 16·8·8, 24·4·4, 32·4·4 and 10 neurons, 6 timesteps, 4 samples
    const neurons = 1024 + 384 + 512 + 10
    expect(total('forward', 'soma.update')).toBe(neurons * 24)
    expect(total('backward', 'grad.update')).toBe(neurons * 24)
  })

  it('has integer counts, and utilisations in 0..1', () => {
    for (const { counts, utilisation, cycles: c, computeCycles } of run.stages[0]!) {
      expect(Object.values(counts).every((n) => Number.isSafeInteger(n))).toBe(true)
      expect(utilisation).toBeGreaterThan(0)
      expect(utilisation).toBeLessThanOrEqual(1)
      expect(c).toBeGreaterThanOrEqual(computeCycles)
    }
  })

  it('adds the energies of a sub-batch up to its total', () => {
    const { breakdown_J, total_J } = run.energyPerSubBatch
    expect(Object.values(breakdown_J).reduce((a, b) => a + b, 0)).toBeCloseTo(total_J, 15)
    expect(Object.values(breakdown_J).every((j) => j >= 0)).toBe(true)
    expect(run.power_W).toBeLessThan(paper.chip.power.value)
  })

  it('is slower with the weight update than without', () => {
    expect(run.samples_per_s_with_update).toBeLessThan(run.samples_per_s)
    expect(run.energy_per_sample_with_update_J).toBeGreaterThan(run.energy_per_sample_J)
  })

  it('averages different sub-batches, and equal ones change nothing', () => {
    const twice = chip.simulate([record, record])
    expect(twice.period.periodCycles).toBeCloseTo(run.period.periodCycles, 6)
    expect(twice.energyPerSubBatch.total_J / run.energyPerSubBatch.total_J).toBeCloseTo(1, 12)
    expect(twice.closedFormCycles).toBeCloseTo(run.closedFormCycles, 9)
  })

  it('multiplies gradients by the loss scale, so that fewer flush to zero and Backward works more', () => {
    const tinyGradients = {
      ...record,
      layers: record.layers.map((layer) => ({
        ...layer,
        gradU: { ...layer.gradU, data: layer.gradU.data.map((g) => g * 2 ** -14) },
      })),
    }
    const macs = (lossScale: number) =>
      stagesOf(chip.simulate([tinyGradients], { lossScale }), 'backward').reduce(
        (sum, { counts }) => sum + counts['mac.multiply']!,
        0,
      )
    expect(macs(2 ** 14)).toBeGreaterThan(macs(1))
  })

  it('refuses nothing at all, and sub-batches of different steps', () => {
    expect(() => chip.simulate([])).toThrow(/at least one recorded sub-batch/)
    const other = recorded({ text: '16C3S2-10FC', input: { C: 2, H: 16, W: 16 }, T: 6 })
    expect(() => chip.simulate([record, other])).toThrow(ConfigError)
    expect(() => chip.simulate([record, { ...record, batch: 16 }])).toThrow(/simulate each step on its own/)
  })
})
