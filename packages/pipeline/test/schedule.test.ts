import { ConfigError } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { PipelineTask, Timeline } from '../src/api'
import { scheduleTasks } from '../src/schedule'
import { memoriesAB, task, taskLists } from './tasks'

const sliceOf = (timeline: Timeline, id: string) => timeline.slices.find((slice) => slice.task.id === id)!
const times = (timeline: Timeline) =>
  Object.fromEntries(timeline.slices.map(({ task: { id }, start, end }) => [id, [start, end]]))

describe('scheduleTasks, by hand', () => {
  it('runs an engine in list order and starts a task when all it waits for has ended', () => {
    const timeline = scheduleTasks(
      [
        task('a', 'x', 10),
        task('b', 'x', 5),
        task('c', 'y', 3, {}, ['a']),
        task('d', 'y', 4, {}, ['b']),
        task('e', 'z', 1, {}, ['c', 'd']),
      ],
      [],
    )
    expect(times(timeline)).toEqual({ a: [0, 10], b: [10, 15], c: [10, 13], d: [15, 19], e: [19, 20] })
    expect(timeline.makespan).toBe(20)
    expect(timeline.criticalPath).toEqual(['a', 'b', 'd', 'e'])
    expect(timeline.resources).toEqual([
      { name: 'x', busyCycles: 15, stallCycles: 0, idleCycles: 5 },
      { name: 'y', busyCycles: 7, stallCycles: 0, idleCycles: 13 },
      { name: 'z', busyCycles: 1, stallCycles: 0, idleCycles: 19 },
    ])
  })

  it('shares a memory: who asks for its fair part keeps full speed, the other waits', () => {
    // 160 bytes a cycle. a wants 160, b wants 80: 80 each. b ends at 10; a has done half of its 10 cycles, runs alone
    // and ends at 15. All bytes: 2400 = 15 · 160.
    const timeline = scheduleTasks([task('a', 'x', 10, { A: 1600 }), task('b', 'y', 10, { A: 800 })], memoriesAB(160))
    expect(times(timeline)).toEqual({ a: [0, 15], b: [0, 10] })
    expect(sliceOf(timeline, 'a')).toMatchObject({ stallCycles: 5, bound: 'memory' })
    expect(sliceOf(timeline, 'b')).toMatchObject({ stallCycles: 0, bound: 'compute' })
    expect(timeline.memories[0]).toEqual({ name: 'A', bytes: 2400, bytesPerCycle: 160, utilisation: 1 })
    expect(timeline.bandwidth).toEqual([
      { start: 0, end: 10, use: { A: { x: 80, y: 80 }, B: {} } },
      { start: 10, end: 15, use: { A: { x: 160 }, B: {} } },
    ])
    expect(timeline.idealCycles).toBe(10)
  })

  it('slows a task down as a whole when one of its memories is short', () => {
    // a needs twice what B gives: 20 cycles; meanwhile it takes only 40 of A, where c gets the other 120 of its 160:
    // c has done 15 of its 20 cycles at 20 and then runs alone to 25.
    const timeline = scheduleTasks(
      [task('a', 'x', 10, { A: 800, B: 3200 }), task('c', 'y', 20, { A: 3200 })],
      memoriesAB(160),
    )
    expect(times(timeline)).toEqual({ a: [0, 20], c: [0, 25] })
  })

  it('calls a task memory-bound that fills its memory alone, and believes a bound that is given', () => {
    const timeline = scheduleTasks(
      [
        task('full', 'x', 10, { A: 1600 }),
        task('light', 'x', 10, { A: 1500 }),
        { ...task('told', 'x', 10, { A: 1500 }), bound: 'memory' },
      ],
      memoriesAB(160),
    )
    expect(timeline.slices.map(({ bound }) => bound)).toEqual(['memory', 'compute', 'memory'])
    expect(timeline.makespan).toBe(30)
  })

  it('passes through tasks without duration at one moment', () => {
    const timeline = scheduleTasks(
      [task('a', 'x', 4), task('swap', 'c', 0, {}, ['a']), task('again', 'c', 0), task('b', 'y', 2, {}, ['again'])],
      [],
    )
    expect(times(timeline)).toEqual({ a: [0, 4], swap: [4, 4], again: [4, 4], b: [4, 6] })
    expect(timeline.criticalPath).toEqual(['a', 'swap', 'again', 'b'])
  })

  it('gives an empty timeline for no tasks', () => {
    const timeline = scheduleTasks([], memoriesAB(160))
    expect(timeline).toMatchObject({ makespan: 0, idealCycles: 0, criticalPath: [], slices: [], bandwidth: [] })
    expect(timeline.memories[0]!.utilisation).toBe(0)
  })

  it('can take longer with more bandwidth, as list schedules can: a task that ends early lets a competitor in', () => {
    // With A at 10, "early" moves its 100 bytes in 10 cycles: "rival" starts when "key" has left B. With A at 20 the
    // two meet on B from cycle 5 on: half speed each, "key" ends at 15 instead of 10, and "tail" waits for it.
    const tasks = [
      task('early', 'x', 1, { A: 100 }),
      task('rival', 'x', 5, { B: 50 }),
      task('key', 'y', 10, { B: 100 }),
      task('tail', 'y', 100),
    ]
    expect(scheduleTasks(tasks, memoriesAB(10, 10)).makespan).toBe(110)
    expect(scheduleTasks(tasks, memoriesAB(20, 10)).makespan).toBe(115)
  })
})

describe('scheduleTasks, properties', () => {
  const bandwidths = fc.integer({ min: 1, max: 400 })

  it('keeps the books: bytes, cycles of the engines, order, dependencies', () => {
    fc.assert(
      fc.property(taskLists, bandwidths, bandwidths, (tasks, a, b) => {
        const memories = memoriesAB(a, b)
        const timeline = scheduleTasks(tasks, memories)
        const { makespan } = timeline
        const near = 1e-9 * Math.max(1, makespan)
        expect(timeline.slices).toHaveLength(tasks.length)

        for (const { name, bytesPerCycle } of memories) {
          let moved = 0
          for (const { start, end, use } of timeline.bandwidth) {
            const rate = Object.values(use[name]!).reduce((sum, r) => sum + r, 0)
            expect(rate).toBeLessThanOrEqual(bytesPerCycle * (1 + 1e-9))
            moved += rate * (end - start)
          }
          const asked = tasks.reduce((sum, t) => sum + (t.bytes[name] ?? 0), 0)
          expect(Math.abs(moved - asked)).toBeLessThanOrEqual(1e-9 * Math.max(1, asked))
          expect(timeline.memories.find((m) => m.name === name)!.bytes).toBe(asked)
        }

        for (const { name, busyCycles, stallCycles, idleCycles } of timeline.resources) {
          expect(Math.abs(busyCycles + stallCycles + idleCycles - makespan)).toBeLessThanOrEqual(near)
          const own = tasks.filter((t) => t.resource === name).map((t) => sliceOf(timeline, t.id))
          for (let i = 1; i < own.length; i++) expect(own[i]!.start).toBeGreaterThanOrEqual(own[i - 1]!.end)
        }
        for (const { task: t, start, end, stallCycles } of timeline.slices) {
          for (const id of t.after) expect(start).toBeGreaterThanOrEqual(sliceOf(timeline, id).end)
          expect(Math.abs(end - start - t.duration - stallCycles)).toBeLessThanOrEqual(near)
        }
      }),
    )
  })

  it('ends no earlier than its longest chain, exactly then without a memory limit, and its critical path has no gaps', () => {
    fc.assert(
      fc.property(taskLists, bandwidths, (tasks, bandwidth) => {
        const timeline = scheduleTasks(tasks, memoriesAB(bandwidth))
        expect(timeline.makespan).toBeGreaterThanOrEqual(timeline.idealCycles * (1 - 1e-12))
        const free = scheduleTasks(tasks, memoriesAB(Infinity))
        expect(free.makespan).toBe(free.idealCycles)
        expect(free.idealCycles).toBe(timeline.idealCycles)

        const chain = timeline.criticalPath.map((id) => sliceOf(timeline, id))
        let at = 0
        for (const { start, end } of chain) {
          expect(start).toBe(at)
          at = end
        }
        expect(at).toBe(timeline.makespan)
        const chainCycles = chain.reduce((sum, { task: t }) => sum + t.duration, 0)
        expect(timeline.idealCycles).toBeGreaterThanOrEqual(chainCycles)
      }),
    )
  })

  it('moves no faster than its memories: makespan >= bytes over bandwidth', () => {
    fc.assert(
      fc.property(taskLists, bandwidths, (tasks, bandwidth) => {
        const { makespan, memories } = scheduleTasks(tasks, memoriesAB(bandwidth))
        for (const { bytes } of memories) expect(makespan).toBeGreaterThanOrEqual((bytes / bandwidth) * (1 - 1e-9))
      }),
    )
  })

  it('is never slower with more bandwidth when tasks do not wait for each other, or form one chain', () => {
    fc.assert(
      fc.property(taskLists, bandwidths, bandwidths, fc.boolean(), (tasks, less, extra, chain) => {
        const changed = tasks.map(
          (t, i): PipelineTask => ({
            ...t,
            resource: chain ? t.resource : `own ${i}`,
            after: chain && i > 0 ? [tasks[i - 1]!.id] : [],
            // One memory: with two, a task freed on one may compete harder on the other.
            bytes: chain ? t.bytes : t.bytes.A === undefined ? {} : { A: t.bytes.A },
          }),
        )
        const slow = scheduleTasks(changed, memoriesAB(less)).makespan
        const fast = scheduleTasks(changed, memoriesAB(less + extra)).makespan
        expect(fast).toBeLessThanOrEqual(slow * (1 + 1e-9))
      }),
    )
  })

  it('gives the same timeline for the same tasks', () => {
    fc.assert(
      fc.property(taskLists, bandwidths, (tasks, bandwidth) => {
        expect(scheduleTasks(tasks, memoriesAB(bandwidth))).toEqual(scheduleTasks([...tasks], memoriesAB(bandwidth)))
      }),
      { numRuns: 20 },
    )
  })

  it('has at most one bandwidth span per task', () => {
    const tasks = Array.from({ length: 2000 }, (_, i) => task(`t${i}`, `engine ${i % 3}`, 1 + (i % 7), { A: 300 }))
    expect(scheduleTasks(tasks, memoriesAB(160)).bandwidth.length).toBeLessThanOrEqual(tasks.length)
  })
})

describe('scheduleTasks, errors', () => {
  const failing = (tasks: readonly PipelineTask[], message: RegExp, memories = memoriesAB(160)) => {
    expect(() => scheduleTasks(tasks, memories)).toThrow(ConfigError)
    expect(() => scheduleTasks(tasks, memories)).toThrow(message)
  }

  it('names the tasks of a cycle, turns on an engine included', () => {
    failing(
      [task('a', 'x', 1, {}, ['c']), task('b', 'y', 1, {}, ['a']), task('c', 'z', 1, {}, ['b'])],
      /"a" waits for "c" waits for "b" waits for "a"/,
    )
    failing([task('late', 'x', 1, {}, ['first']), task('first', 'x', 1)], /"late" waits for "first" waits for "late"/)
    failing([task('self', 'x', 1, {}, ['self'])], /"self" waits for "self"/)
  })

  it('names unknown and repeated ids and memories', () => {
    failing([task('a', 'x', 1, {}, ['ghost'])], /"after" of task "a", got "ghost"/)
    failing([task('a', 'x', 1), task('a', 'y', 1)], /got "a" twice/)
    failing([task('a', 'x', 1, { Mem7: 3 })], /one of the memories "A", "B", got "Mem7" in task "a"/)
    failing([], /got "A" twice/, [...memoriesAB(1), ...memoriesAB(1)])
  })

  it('refuses negative durations, negative bytes, bytes without duration and memories without bandwidth', () => {
    failing([{ ...task('a', 'x', 1), duration: -1 as never }], /duration >= 0 for task "a", got -1/)
    failing([{ ...task('a', 'x', 1), bytes: { A: -5 as never } }], /bytes >= 0 in task "a", got -5 on "A"/)
    failing([task('a', 'x', 0, { A: 5 })], /duration above 0 for task "a"/)
    failing([], /bandwidth above 0 bytes per cycle for "A", got 0/, memoriesAB(0, 1))
  })
})
