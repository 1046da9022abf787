import { bytes, ConfigError, cycles } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SharedMemory, StageWork, SubBatchWork, TrainingPlan } from '../src/api'
import { scheduleTasks } from '../src/schedule'
import { trainingTasks } from '../src/training'
import { closedFormPeriod, trainingPeriod } from '../src/training-period'
import { trainingPhases } from '../src/training-phases'
import { passes } from './tasks'

const stage = (layer: string, duration: number, moved = 0, gradients = 0): StageWork => ({
  layer,
  cycles: cycles(duration),
  bytes: bytes(moved),
  gradientBytes: bytes(gradients),
})
const update = (layer: string, after: string, duration: number, moved = 0, gradients = 0): StageWork => ({
  ...stage(layer, duration, moved, gradients),
  needs: [{ pass: 'backward', layer: after }],
})
const plan: TrainingPlan = {
  passes: passes('F', 'B', 'W'),
  memories: { kind: 'swapping', pair: ['M0', 'M1'], gradients: 'M2' },
}
const memories = (bytesPerCycle: number): readonly SharedMemory[] =>
  ['M0', 'M1', 'M2'].map((name) => ({ name, bytesPerCycle }))

/** Three layers without memory traffic: Forward 30, Backward 60, Weight Update 50 cycles. */
const threeLayers: SubBatchWork = {
  forward: [stage('l1', 10), stage('l2', 15), stage('l3', 5)],
  backward: [stage('l3', 5), stage('l2', 25), stage('l1', 30)],
  'weight-update': [update('l3', 'l3', 40), update('l2', 'l2', 5), update('l1', 'l1', 5)],
}
const run = (subBatches: readonly SubBatchWork[], options: TrainingPlan, m = memories(160)) =>
  scheduleTasks(trainingTasks(subBatches, options), m)
const times = (n: number, work = threeLayers) => Array.from({ length: n }, () => work)

describe('trainingTasks, by hand', () => {
  it('overlaps Forward of k+1 with Backward and Weight Update of k and swaps when all have ended', () => {
    // Phase: backward 0–5–30–60, updates 5–45, 45–50, 60–65, Forward 0–30: 65 cycles, set by the last update.
    // F0 ends at 30; swaps at 95 and 160; drain of the third sub-batch to 225.
    const timeline = run(times(3), plan)
    const at = (id: string) => {
      const { start, end } = timeline.slices.find(({ task }) => task.id === id)!
      return [start, end]
    }
    expect(at('g0/k0/forward/l3')).toEqual([25, 30])
    expect(at('g0/k1/forward/l1')).toEqual([30, 40])
    expect(at('g0/k0/backward/l3')).toEqual([30, 35])
    expect(at('g0/k0/weight-update/l3')).toEqual([35, 75])
    expect(at('g0/k0/weight-update/l2')).toEqual([75, 80])
    expect(at('g0/k0/backward/l1')).toEqual([60, 90])
    expect(at('g0/k0/weight-update/l1')).toEqual([90, 95])
    expect(at('g0/k2/forward/l1')).toEqual([95, 105])
    expect(at('g0/k1/backward/l3')).toEqual([95, 100])
    expect(timeline.makespan).toBe(225)
    expect(trainingPeriod(timeline)).toEqual({
      periodCycles: 65,
      interiorPhases: 2,
      groupCycles: 225,
      fillCycles: 30,
      drainCycles: 65,
      stepCycles: 0,
    })
  })

  it('makes the last Forward of a phase hold the swap when it is the slowest', () => {
    const slowForward = { ...threeLayers, forward: [stage('l1', 100)] }
    expect(trainingPeriod(run(times(4, slowForward), plan)).periodCycles).toBe(100)
  })

  it('runs everything one after the other on serial engines', () => {
    // 30 + 60 + 50 = 140 per sub-batch.
    const timeline = run(times(3), { ...plan, engines: 'serial' })
    expect(timeline.makespan).toBe(420)
    expect(trainingPeriod(timeline).periodCycles).toBe(140)
  })

  it('waits for both engines after every layer with a barrier', () => {
    // Slots: 5, max(25, 40), max(30, 5), 5: 80 cycles.
    expect(trainingPeriod(run(times(3), { ...plan, layers: 'barrier' })).periodCycles).toBe(80)
  })

  it('ends a batch group in its weight update, which the next group waits for', () => {
    const step = { resource: 'W', cycles: cycles(7), bytes: { M2: bytes(10) } }
    const timeline = run(times(4), { ...plan, subBatchesPerGroup: 2, step })
    // A group: F0 30, one phase of 65, drain 65, step 7 = 167; the second starts at 167.
    expect(timeline.makespan).toBe(334)
    const first = timeline.slices.find(({ task }) => task.id === 'g1/k0/forward/l1')!
    expect(first.start).toBe(167)
    expect(trainingPeriod(timeline)).toEqual({
      periodCycles: 65,
      interiorPhases: 2,
      groupCycles: 167,
      fillCycles: 30,
      drainCycles: 65,
      stepCycles: 7,
    })
  })

  it('takes the whole time before the step as period of a group of one sub-batch', () => {
    const period = trainingPeriod(run(times(1), plan))
    expect(period).toMatchObject({ periodCycles: 95, interiorPhases: 0, groupCycles: 95 })
  })

  it('writes sub-batch k to memory k mod 2 and gradients to their own memory', () => {
    const work: SubBatchWork = {
      forward: [stage('l1', 10, 100)],
      backward: [stage('l1', 10, 20)],
      'weight-update': [update('l1', 'l1', 10, 3, 7)],
    }
    const tasks = trainingTasks(times(3, work), plan)
    const moved = (id: string) => Object.fromEntries(Object.entries(tasks.find((t) => t.id === id)!.bytes))
    expect(moved('g0/k0/forward/l1')).toEqual({ M0: 100, M2: 0 })
    expect(moved('g0/k1/forward/l1')).toEqual({ M1: 100, M2: 0 })
    expect(moved('g0/k2/backward/l1')).toEqual({ M0: 20, M2: 0 })
    expect(moved('g0/k1/weight-update/l1')).toEqual({ M1: 3, M2: 7 })

    const shared = trainingTasks(times(2, work), { ...plan, memories: { kind: 'shared', name: 'M0' } })
    expect(shared.find((t) => t.id === 'g0/k1/weight-update/l1')!.bytes).toEqual({ M0: 10 })
  })

  it('slows Backward and Weight Update down that share a memory, Forward beside them not', () => {
    // Both want 120 of 160 bytes a cycle in cycles 10–20 of the phase: 80 each, so 15 cycles; then 5 + 5 alone... :
    // backward 10 + 10 cycles, update of l2 starts at 10. Both have 10 cycles of work left at 2/3 speed: end at 25.
    const work: SubBatchWork = {
      forward: [stage('l1', 10, 1600)],
      backward: [stage('l2', 10, 0), stage('l1', 10, 1200)],
      'weight-update': [update('l2', 'l2', 10, 1200)],
    }
    const timeline = run(times(3, work), plan)
    expect(trainingPeriod(timeline).periodCycles).toBeCloseTo(25, 9)
    const forward = timeline.resources.find(({ name }) => name === 'F')!
    expect(forward).toMatchObject({ busyCycles: 30, stallCycles: 0 })
  })
})

describe('the example of the README', () => {
  // Backward of l1 wants 80000/600 = 133 bytes a cycle, the update of l2 40000/450 = 89: 80 each of 160. The update
  // takes 500 cycles (850–1350); Backward has done 500 · 0.6 = 300 of 600 cycles by then and ends at 1650.
  it('has the period, stalls and bound that the README shows', () => {
    const work: SubBatchWork = {
      forward: [stage('l1', 300, 20_000), stage('l2', 500, 50_000)],
      backward: [stage('l2', 50, 4_000), stage('l1', 600, 80_000)],
      'weight-update': [update('l2', 'l2', 450, 40_000, 30_000), update('l1', 'l1', 200, 25_000, 3_000)],
    }
    const step = { resource: 'W', cycles: cycles(80), bytes: { M2: bytes(10_000) } }
    const timeline = run(times(4, work), { ...plan, step })
    expect(trainingPeriod(timeline)).toEqual({
      periodCycles: 1050,
      interiorPhases: 3,
      groupCycles: 5080,
      fillCycles: 800,
      drainCycles: 1050,
      stepCycles: 80,
    })
    const backward = timeline.slices.find(({ task }) => task.id === 'g0/k0/backward/l1')!
    expect(backward).toMatchObject({ start: 850, end: 1650, stallCycles: 200, bound: 'memory' })
    expect(closedFormPeriod(work, plan, memories(160)).cycles).toBe(931.25)
  })
})

describe('closedFormPeriod', () => {
  it('is the slowest engine, or the memory that Backward and Weight Update share', () => {
    const work: SubBatchWork = {
      forward: [stage('l1', 30, 800)],
      backward: [stage('l1', 50, 7000)],
      'weight-update': [update('l1', 'l1', 40, 3000, 1600)],
    }
    expect(closedFormPeriod(work, plan, memories(1000)).boundBy).toBe('B')
    expect(closedFormPeriod(work, plan, memories(160))).toEqual({
      cycles: 62.5,
      boundBy: 'M0/M1 (B and W)',
      demands: { F: 30, B: 50, W: 40, 'M0/M1 (F)': 5, 'M0/M1 (B and W)': 62.5, M2: 10 },
    })
    // One memory moves everything: 12400 / 160.
    const shared = { ...plan, memories: { kind: 'shared', name: 'M0' } } as const
    expect(closedFormPeriod(work, shared, memories(160))).toMatchObject({ cycles: 77.5, boundBy: 'M0' })
  })

  it('adds up passes that share an engine', () => {
    const { demands } = closedFormPeriod(threeLayers, { ...plan, passes: passes('F', 'B', 'B') }, memories(1))
    expect(demands.B).toBe(110)
  })
})

describe('training schedules, properties', () => {
  const amount = fc.nat({ max: 3000 })
  const work = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 60 }), amount, fc.integer({ min: 1, max: 60 }), amount), {
      minLength: 1,
      maxLength: 5,
    })
    .chain((layers) =>
      fc.tuple(fc.constant(layers), fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 5, maxLength: 5 }), amount),
    )
    .map(([layers, updates, gradients]): SubBatchWork => {
      const names = layers.map((_, i) => `l${i}`)
      return {
        forward: layers.map(([f, moved], i) => stage(names[i]!, f, moved)),
        backward: layers.map(([, , b, moved], i) => stage(names[i]!, b, moved)).reverse(),
        'weight-update': layers
          .map(([, moved], i) => update(names[i]!, names[i]!, updates[i]!, moved, gradients))
          .reverse(),
      }
    })
  const options = fc.record({
    passes: fc.constantFrom(plan.passes, passes('F', 'B', 'B'), passes('E', 'E', 'E')),
    memories: fc.constantFrom(plan.memories, { kind: 'shared', name: 'M0' } as const),
    engines: fc.constantFrom('overlapped' as const, 'serial' as const),
    layers: fc.constantFrom('free' as const, 'barrier' as const),
  })
  const bandwidths = fc.integer({ min: 20, max: 500 })

  it('never beats the closed form, whatever the plan', () => {
    fc.assert(
      fc.property(work, options, bandwidths, fc.integer({ min: 1, max: 5 }), (subBatch, choice, bandwidth, n) => {
        const m = memories(bandwidth)
        const period = trainingPeriod(run(times(n, subBatch), choice, m)).periodCycles
        expect(period).toBeGreaterThanOrEqual(closedFormPeriod(subBatch, choice, m).cycles * (1 - 1e-9))
      }),
    )
  })

  it('orders the plans where no memory is short: free <= barrier, overlapped <= serial', () => {
    fc.assert(
      fc.property(work, fc.integer({ min: 2, max: 5 }), (subBatch, n) => {
        const period = (choice: Partial<TrainingPlan>) =>
          trainingPeriod(run(times(n, subBatch), { ...plan, ...choice }, memories(Infinity))).periodCycles
        expect(period({})).toBeLessThanOrEqual(period({ layers: 'barrier' }) + 1e-9)
        expect(period({})).toBeLessThanOrEqual(period({ engines: 'serial' }) + 1e-9)
      }),
    )
  })

  it('starts no phase before the swap: memory k mod 2 has one sub-batch at a time', () => {
    fc.assert(
      fc.property(work, bandwidths, fc.integer({ min: 2, max: 5 }), (subBatch, bandwidth, n) => {
        const { slices } = run(times(n, subBatch), plan, memories(bandwidth))
        for (let k = 0; k + 2 < n; k++) {
          const own = slices.filter(({ task }) => task.subBatch === k)
          const next = slices.filter(({ task }) => task.subBatch === k + 2)
          expect(Math.min(...next.map(({ start }) => start))).toBeGreaterThanOrEqual(
            Math.max(...own.map(({ end }) => end)),
          )
        }
      }),
    )
  })
})

describe('other passes than the three of training', () => {
  it('schedules inference: one pass has no fill and no drain, each sub-batch a phase', () => {
    const inference: TrainingPlan = { ...plan, passes: [{ name: 'forward', engine: 'F' }] }
    const timeline = run(times(3, { forward: threeLayers.forward! }), inference)
    expect(timeline.makespan).toBe(90)
    expect(trainingPeriod(timeline)).toMatchObject({
      periodCycles: 30,
      interiorPhases: 3,
      fillCycles: 0,
      drainCycles: 0,
    })
    expect(trainingPhases(timeline).map(({ kind }) => kind)).toEqual(['steady', 'steady', 'steady'])
    expect(closedFormPeriod({ forward: threeLayers.forward! }, inference, memories(160)).demands).toEqual({
      F: 30,
      'M0/M1 (F)': 0,
      M2: 0,
    })
  })

  it('lets a fourth engine stand between the layers of Forward', () => {
    // F l1 0-10, N l1 10-14, F l2 14-29, N l2 29-33, F l3 33-38: each waits for the other's layer
    const normalised: TrainingPlan = {
      ...plan,
      passes: [{ name: 'forward', engine: 'F' }, { name: 'normalisation', engine: 'N' }, ...plan.passes.slice(1)],
    }
    const of = (pass: string, layer: string) => ({ needs: [{ pass, layer }] })
    const work: SubBatchWork = {
      ...threeLayers,
      forward: [
        stage('l1', 10),
        { ...stage('l2', 15), ...of('normalisation', 'l1') },
        { ...stage('l3', 5), ...of('normalisation', 'l2') },
      ],
      normalisation: [
        { ...stage('l1', 4), ...of('forward', 'l1') },
        { ...stage('l2', 4), ...of('forward', 'l2') },
      ],
    }
    const timeline = run(times(2, work), normalised)
    const ends = timeline.slices.filter(({ task }) => task.subBatch === 0 && task.phase === 0).map(({ end }) => end)
    expect(ends).toEqual([10, 14, 29, 33, 38])
    // the phase of both is still set by the last update, 65 cycles
    expect(trainingPeriod(timeline)).toMatchObject({ fillCycles: 38, periodCycles: 65 })
    expect(trainingPhases(timeline).map(({ kind }) => kind)).toEqual(['fill', 'steady', 'drain'])
  })

  it('refuses passes and stages that cannot be put in an order', () => {
    const withPasses =
      (given: TrainingPlan['passes'], work: SubBatchWork = threeLayers) =>
      () =>
        trainingTasks([work], { ...plan, passes: given })
    expect(withPasses([])).toThrow(/at least one pass in the plan, got none/)
    expect(withPasses([...plan.passes, plan.passes[0]!])).toThrow(/passes of different names/)
    expect(withPasses([{ name: 'a', engine: 'F', after: 'b' }])).toThrow(/pass a after another one of a, got "b"/)
    expect(
      withPasses([
        { name: 'a', engine: 'F', after: 'b' },
        { name: 'b', engine: 'F', after: 'a' },
      ]),
    ).toThrow(/a circle through a, b, a/)
    expect(withPasses([...plan.passes, { name: 'late', engine: 'W', after: 'weight-update' }])).toThrow(
      /at most two phases/,
    )
    expect(withPasses(plan.passes.slice(0, 2))).toThrow(
      /stages of the passes forward, backward in sub-batch 0, got "weight-update"/,
    )
    const needs = (pass: string, layer: string) => ({ ...stage('l1', 1), needs: [{ pass, layer }] })
    const circle = {
      ...threeLayers,
      backward: [needs('weight-update', 'l1')],
      'weight-update': [needs('backward', 'l1')],
    }
    expect(withPasses(plan.passes, circle)).toThrow(/backward of l1 and weight-update of l1, which wait for each other/)
    expect(withPasses(plan.passes, { ...threeLayers, forward: [needs('backward', 'l1')] })).toThrow(
      /forward of l1 in sub-batch 0 after a stage of its own phase or an earlier one, got "l1" of backward/,
    )
  })
})

describe('trainingTasks, errors', () => {
  it('names what is missing or wrong', () => {
    const bad = (work: SubBatchWork, message: RegExp) => {
      expect(() => trainingTasks([{ ...threeLayers, ...work }], plan)).toThrow(ConfigError)
      expect(() => trainingTasks([{ ...threeLayers, ...work }], plan)).toThrow(message)
    }
    bad({ forward: [] }, /forward stage in sub-batch 0, got none/)
    bad({ backward: [] }, /backward stage in sub-batch 0, got none/)
    bad({ forward: [stage('l1', 1), stage('l1', 1)] }, /one forward stage per layer in sub-batch 0, got "l1" twice/)
    bad(
      { 'weight-update': [update('l1', 'l9', 1)] },
      /weight-update of l1 in sub-batch 0 after one of l3, l2, l1, got "l9"/,
    )
    expect(() => trainingTasks([], plan)).toThrow(/sub-batches: expected an integer >= 1, got 0/)
    expect(() => trainingTasks([threeLayers], { ...plan, subBatchesPerGroup: 0 })).toThrow(/subBatchesPerGroup/)
    expect(() =>
      trainingTasks([threeLayers], { ...plan, memories: { kind: 'swapping', pair: ['M', 'M'], gradients: 'G' } }),
    ).toThrow(/three different memories in a swapping plan, got M, M, G/)
    expect(() => closedFormPeriod(threeLayers, plan, [])).toThrow(/memory "M0" of the plan, got no memories/)
    expect(() => trainingPeriod(scheduleTasks([], []))).toThrow(/timeline of tasks from trainingTasks/)
  })
})
