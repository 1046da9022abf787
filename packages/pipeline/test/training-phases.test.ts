import { bytes, ConfigError, cycles } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StageWork, SubBatchWork, TrainingPlan } from '../src/api'
import { equalLayers } from '../src/equal-layers'
import { scheduleTasks } from '../src/schedule'
import { trainingTasks } from '../src/training'
import { trainingPeriod } from '../src/training-period'
import { scheduleBound, trainingPhases } from '../src/training-phases'
import { passes, task } from './tasks'

const stage = (layer: string, duration: number, moved = 0): StageWork => ({
  layer,
  cycles: cycles(duration),
  bytes: bytes(moved),
})
const plan: TrainingPlan = {
  passes: passes('F', 'B', 'W'),
  memories: { kind: 'swapping', pair: ['M0', 'M1'], gradients: 'M2' },
  step: { resource: 'W', cycles: cycles(10), bytes: { M2: bytes(100) } },
}
const memories = ['M0', 'M1', 'M2'].map((name) => ({ name, bytesPerCycle: 160 }))
const timelineOf = (works: readonly SubBatchWork[], options: TrainingPlan = plan) =>
  scheduleTasks(trainingTasks(works, options), memories)

/** Forward 30, Backward 60, Weight Update 50 cycles; the phase takes 65: Backward to the end, then the last update. */
const work: SubBatchWork = {
  forward: [stage('l1', 20), stage('l2', 10)],
  backward: [stage('l2', 20), stage('l1', 40)],
  'weight-update': [
    { ...stage('l2', 45), needs: [{ pass: 'backward', layer: 'l2' }] },
    { ...stage('l1', 5), needs: [{ pass: 'backward', layer: 'l1' }] },
  ],
}

describe('scheduleBound', () => {
  it('is what holds for most of the steady cycles, of fill and drain where there is no steady phase', () => {
    const phases = trainingPhases(timelineOf([work, work, work]))
    expect(scheduleBound(phases)).toEqual({ boundBy: 'W', bound: 'compute' })
    const steady = phases[1]!
    const other = { ...steady, boundBy: 'B', bound: 'memory', start: cycles(0), end: cycles(71) } as const
    expect(scheduleBound([...phases, other])).toEqual({ boundBy: 'W', bound: 'compute' })
    expect(scheduleBound([steady, other])).toEqual({ boundBy: 'B', bound: 'memory' })
    const [fill, , , drain, step] = phases
    expect(scheduleBound([fill!, { ...step!, boundBy: 'other', end: cycles(9999) }])).toEqual({
      boundBy: 'F',
      bound: 'compute',
    })
    expect(scheduleBound([fill!, drain!])).toEqual({ boundBy: 'W', bound: 'compute' })
    expect(() => scheduleBound([])).toThrow('a phase or more')
  })
})

describe('trainingPhases', () => {
  it('names the engine that set each phase and the chain of tasks that did', () => {
    const phases = trainingPhases(timelineOf([work, work, work]))
    expect(phases.map(({ kind, boundBy, bound, start, end }) => [kind, boundBy, bound, start, end])).toEqual([
      ['fill', 'F', 'compute', 0, 30],
      // update l2 runs 50–95, so the last update could not start before 95: Backward 20 + Weight Update 45 + 5 = 70
      ['steady', 'W', 'compute', 30, 100],
      ['steady', 'W', 'compute', 100, 170],
      ['drain', 'W', 'compute', 170, 240],
      ['step', 'W', 'compute', 240, 250],
    ])
    expect(phases[1]!.chain).toEqual(['g0/k0/backward/l2', 'g0/k0/weight-update/l2', 'g0/k0/weight-update/l1'])
    expect(phases[1]!.idleCycles).toEqual({ F: 40, B: 10, W: 20 })
    expect(phases[3]!.idleCycles).toEqual({ F: 70, B: 10, W: 20 })
  })

  it('says memory when more than half of the chain waits for one', () => {
    // Backward wants all 160 bytes a cycle, and so does the update beside it: both at half speed
    const hungry: SubBatchWork = {
      forward: [stage('l1', 10)],
      backward: [stage('l2', 10, 1600), stage('l1', 40, 6400)],
      'weight-update': [{ ...stage('l2', 40, 6400), needs: [{ pass: 'backward', layer: 'l2' }] }],
    }
    const steady = trainingPhases(timelineOf([hungry, hungry])).find(({ kind }) => kind === 'steady')!
    expect(steady.bound).toBe('memory')
    expect(steady.end - steady.start).toBe(90)
  })

  it('has phases without gaps whose steady ones average to the period, in every plan', () => {
    const stages = fc.array(fc.tuple(fc.integer({ min: 1, max: 50 }), fc.nat({ max: 4000 })), {
      minLength: 1,
      maxLength: 4,
    })
    const named = (rows: readonly (readonly [number, number])[]) => rows.map(([c, b], l) => stage(`l${l}`, c, b))
    fc.assert(
      fc.property(
        stages,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('overlapped' as const, 'serial' as const),
        fc.constantFrom('free' as const, 'barrier' as const),
        (rows, n, engines, layers) => {
          const one: SubBatchWork = {
            forward: named(rows),
            backward: named(rows).reverse(),
            'weight-update': named(rows)
              .reverse()
              .map((s) => ({ ...s, needs: [{ pass: 'backward', layer: s.layer }] })),
          }
          const timeline = timelineOf(Array(n).fill(one), { ...plan, engines, layers })
          const phases = trainingPhases(timeline)
          expect(phases).toHaveLength(n + 2)
          phases.slice(1).forEach(({ start }, p) => {
            expect(start).toBe(phases[p]!.end)
          })
          expect(phases.at(-1)!.end).toBe(timeline.makespan)
          const steady = phases.filter(({ kind }) => kind === 'steady')
          const period = trainingPeriod(timeline)
          expect(steady).toHaveLength(period.interiorPhases)
          if (n > 1) {
            const mean = steady.reduce((sum, { start, end }) => sum + end - start, 0) / steady.length
            expect(Math.abs(mean - period.periodCycles)).toBeLessThan(1e-6 * mean)
          }
          for (const { start, end, idleCycles, chain } of phases) {
            for (const idle of Object.values(idleCycles)) expect(idle).toBeLessThanOrEqual(end - start + 1e-9)
            const slices = chain.map((id) => timeline.slices.find(({ task: t }) => t.id === id)!)
            expect(slices[0]!.start).toBe(start)
            expect(slices.at(-1)!.end).toBe(end)
            slices.slice(1).forEach((slice, i) => {
              expect(slice.start).toBe(slices[i]!.end)
            })
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuses a timeline without batch groups', () => {
    expect(() => trainingPhases(scheduleTasks([task('a', 'A', 1)], []))).toThrow(ConfigError)
  })
})

describe('equalLayers', () => {
  it('keeps the totals of each pass and gives every layer the same share', () => {
    const even = equalLayers(work)
    expect(even.forward!.map(({ layer, cycles: c }) => [layer, c])).toEqual([
      ['l1', 15],
      ['l2', 15],
    ])
    expect(even.backward!.map(({ cycles: c }) => c)).toEqual([30, 30])
    expect(even['weight-update']!.map(({ layer, needs, cycles: c }) => [layer, needs![0]!.layer, c])).toEqual([
      ['l2', 'l2', 25],
      ['l1', 'l1', 25],
    ])
  })

  it('shows what unequal layers cost or save: 70 cycles a phase against 85 of even ones, and 109 where the long ones come last', () => {
    // even: Backward 30 + 30, updates 30–55 and 60–85; unequal layers can also help, as here
    expect(trainingPeriod(timelineOf([work, work])).periodCycles).toBe(70)
    expect(trainingPeriod(timelineOf([work, work].map(equalLayers))).periodCycles).toBe(85)
    // a long last update after a long last Backward: 1 + 59 + 49 against 30 + 30 + 25
    const late: SubBatchWork = {
      ...work,
      backward: [stage('l2', 1), stage('l1', 59)],
      'weight-update': [
        { ...stage('l2', 1), needs: [{ pass: 'backward', layer: 'l2' }] },
        { ...stage('l1', 49), needs: [{ pass: 'backward', layer: 'l1' }] },
      ],
    }
    expect(trainingPeriod(timelineOf([late, late])).periodCycles).toBe(109)
    expect(trainingPeriod(timelineOf([late, late].map(equalLayers))).periodCycles).toBe(85)
  })
})
