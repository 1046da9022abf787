import { bytes, cycles } from '@h2learn/hw'
import fc from 'fast-check'
import type { PassPlan, PipelineTask, SharedMemory } from '../src/api'

/** A task in a few words. */
export const task = (
  id: string,
  resource: string,
  duration: number,
  moved: Record<string, number> = {},
  after: readonly string[] = [],
): PipelineTask => ({
  id,
  resource,
  after,
  duration: cycles(duration),
  bytes: Object.fromEntries(Object.entries(moved).map(([memory, n]) => [memory, bytes(n)])),
})

/** The three passes of training on the engines of these names. */
export const passes = (forward: string, backward: string, weightUpdate: string): readonly PassPlan[] => [
  { name: 'forward', engine: forward },
  { name: 'backward', engine: backward, after: 'forward' },
  { name: 'weight-update', engine: weightUpdate, after: 'forward' },
]

/** Random task lists over three engines and two memories; a task waits for earlier ones only, so that no cycle is left. */
export const taskLists: fc.Arbitrary<readonly PipelineTask[]> = fc
  .array(
    fc.record({
      engine: fc.nat({ max: 2 }),
      duration: fc.nat({ max: 50 }),
      a: fc.nat({ max: 8000 }),
      b: fc.oneof(fc.constant(0), fc.nat({ max: 8000 })),
      waits: fc.array(fc.nat({ max: 1000 }), { maxLength: 2 }),
    }),
    { maxLength: 25 },
  )
  .map((rows) =>
    rows.map(({ engine, duration, a, b, waits }, i) =>
      task(
        `t${i}`,
        `engine ${engine}`,
        duration,
        duration === 0 ? {} : { A: a, B: b },
        i === 0 ? [] : [...new Set(waits.map((wait) => `t${wait % i}`))],
      ),
    ),
  )

export const memoriesAB = (a: number, b = a): readonly SharedMemory[] => [
  { name: 'A', bytesPerCycle: a },
  { name: 'B', bytesPerCycle: b },
]
