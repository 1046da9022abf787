import { ConfigError, type Cycles, cycles } from '@h2learn/hw'
import type { Timeline, TimelineSlice, TrainingPhase } from './api'

const where = 'pipeline/trainingPhases'

/** The slices of one batch group by phase, then the step. */
const slicesByPhase = (slices: readonly TimelineSlice[]): readonly (readonly TimelineSlice[])[] => {
  const phases: TimelineSlice[][] = []
  const steps: TimelineSlice[] = []
  for (const slice of slices) {
    const { phase } = slice.task
    if (phase === undefined) steps.push(slice)
    else (phases[phase] ??= []).push(slice)
  }
  return steps.length > 0 ? [...phases, steps] : phases
}

/** Sub-batches of a batch group, and phases that each goes through. */
const extentOf = (slices: readonly TimelineSlice[]) => {
  let subBatches = 1
  let depths = 1
  for (const { task } of slices) {
    if (task.subBatch === undefined || task.phase === undefined) continue
    subBatches = Math.max(subBatches, task.subBatch + 1)
    depths = Math.max(depths, 1 + task.phase - task.subBatch)
  }
  return { subBatches, depths }
}

const kindOf = (phase: number, { subBatches, depths }: ReturnType<typeof extentOf>): TrainingPhase['kind'] => {
  if (phase >= subBatches + depths - 1) return 'step'
  if (phase < depths - 1) return 'fill'
  return phase < subBatches ? 'steady' : 'drain'
}

/** From the task that ended last back to the start of the phase, each time to what it waited for. */
const chainOf = (slices: readonly TimelineSlice[], start: number): readonly TimelineSlice[] => {
  const latest = (candidates: readonly TimelineSlice[]) => candidates.reduce((a, b) => (b.end > a.end ? b : a))
  const chain: TimelineSlice[] = []
  const last = latest(slices)
  for (let at: TimelineSlice | undefined = last; at; ) {
    const now: TimelineSlice = at
    chain.push(now)
    if (now.start <= start) break
    // it started the moment another one ended: its turn on the engine, or the task it waits for
    const before: readonly TimelineSlice[] = slices.filter(
      (other) =>
        other.end <= now.start &&
        (other.task.resource === now.task.resource || now.task.after.includes(other.task.id)) &&
        !chain.includes(other),
    )
    at = before.length > 0 ? latest(before) : undefined
  }
  return chain.reverse()
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

/**
 * The phases of a training schedule, from one memory swap to the next, and what bound each: the chain of tasks that
 * ended it, the engine most of that chain ran on, and whether the chain waited for its arrays or for a memory.
 *
 * A chain is memory-bound when the cycles of its memory-bound tasks are more than half of it. An engine's wait is what is
 * left of the phase after its own tasks: the room that a better balance of the engines could win.
 * @param timeline of tasks from `trainingTasks`
 * @returns phases in order of time, batch group after batch group
 * @throws ConfigError when no task belongs to a batch group
 * Source: h2learn.md section 4 (strict swapping, Fig. 10); the rule of the half is a modelling choice.
 */
export const trainingPhases = (timeline: Timeline): readonly TrainingPhase[] => {
  const groups = new Map<number, TimelineSlice[]>()
  for (const slice of timeline.slices) {
    const { group } = slice.task
    if (group === undefined) continue
    const known = groups.get(group)
    if (known) known.push(slice)
    else groups.set(group, [slice])
  }
  if (groups.size === 0)
    throw new ConfigError({
      where,
      expected: 'a timeline of tasks from trainingTasks',
      got: `${timeline.slices.length} tasks without a batch group`,
    })
  const resources = timeline.resources.map(({ name }) => name)
  return [...groups].flatMap(([group, slices]) => {
    const extent = extentOf(slices)
    return slicesByPhase(slices).map((own, phase): TrainingPhase => {
      const start = Math.min(...own.map((slice) => slice.start))
      const end = Math.max(...own.map((slice) => slice.end))
      const chain = chainOf(own, start)
      const onEngine = (name: string) =>
        sum(chain.filter(({ task }) => task.resource === name).map((slice) => slice.end - slice.start))
      const engines = resources.filter((name) => onEngine(name) > 0)
      const boundBy = engines.reduce(
        (most, name) => (onEngine(name) > onEngine(most) ? name : most),
        engines[0] ?? chain.at(-1)!.task.resource,
      )
      const inMemory = sum(chain.filter(({ bound }) => bound === 'memory').map((slice) => slice.end - slice.start))
      const waits: Record<string, Cycles> = {}
      for (const name of resources)
        waits[name] = cycles(
          Math.max(
            0,
            end - start - sum(own.filter(({ task }) => task.resource === name).map((slice) => slice.end - slice.start)),
          ),
        )
      return {
        group,
        phase,
        kind: kindOf(phase, extent),
        start: cycles(start),
        end: cycles(end),
        boundBy,
        bound: 2 * inMemory > end - start ? 'memory' : 'compute',
        chain: chain.map(({ task }) => task.id),
        idleCycles: waits,
      }
    })
  })
}

/** What bounds a training schedule, in the words of its phases. */
export type ScheduleBound = Pick<TrainingPhase, 'boundBy' | 'bound'>

/**
 * What bounds the schedule in steady state: the engine and the kind of bound (`TrainingPhase`) that hold for most of its
 * cycles; over all phases where a batch group is too short for a steady one. The weight update at the end is left out.
 * @param phases at least one
 * @throws ConfigError without a phase
 * Modelling choice: a schedule has a chain in every phase, and one engine need not set all of them.
 */
export const scheduleBound = (phases: readonly TrainingPhase[]): ScheduleBound => {
  const steady = phases.filter(({ kind }) => kind === 'steady')
  const passes = phases.filter(({ kind }) => kind !== 'step')
  const counted = steady.length > 0 ? steady : passes.length > 0 ? passes : phases
  const held = new Map<string, { readonly of: ScheduleBound; cycles: number }>()
  for (const { boundBy, bound, start, end } of counted) {
    const key = `${boundBy} ${bound}`
    const known = held.get(key)
    if (known) known.cycles += end - start
    else held.set(key, { of: { boundBy, bound }, cycles: end - start })
  }
  const [first, ...others] = held.values()
  if (first === undefined) throw new ConfigError({ where, expected: 'a phase or more', got: 'none' })
  return others.reduce((most, one) => (one.cycles > most.cycles ? one : most), first).of
}
