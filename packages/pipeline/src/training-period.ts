import { ConfigError, type Cycles, cycles } from '@h2learn/hw'
import type {
  ClosedFormPeriod,
  SharedMemory,
  StageWork,
  SubBatchWork,
  Timeline,
  TimelineSlice,
  TrainingPeriod,
  TrainingPlan,
} from './api'
import { depthOf, type PlacedPass, passesAt, placedPasses } from './passes'

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const groupTimes = (slices: readonly TimelineSlice[]) => {
  // swaps[p]: when all passes of phase p have ended; the last one ends the drain
  const swaps: number[] = []
  let start = Infinity
  let end = 0
  let last = 0
  let depths = 1
  for (const { task, start: from, end: to } of slices) {
    start = Math.min(start, from)
    end = Math.max(end, to)
    if (task.subBatch === undefined || task.phase === undefined) continue
    swaps[task.phase] = Math.max(swaps[task.phase] ?? 0, to)
    last = Math.max(last, task.subBatch)
    depths = Math.max(depths, 1 + task.phase - task.subBatch)
  }
  const swapAfter = (phase: number) => (phase < 0 ? start : swaps[phase]!)
  const drained = swaps.at(-1)!
  return {
    fill: swapAfter(depths - 2) - start,
    interior: swaps.slice(depths - 1, last + 1).map((swap, p) => swap - swapAfter(depths - 2 + p)),
    drain: depths > 1 ? drained - swapAfter(Math.max(last, depths - 2)) : 0,
    step: end - drained,
    whole: end - start,
  }
}

/**
 * What a schedule of `trainingTasks` comes down to: the steady-state period of a sub-batch inside a batch group, and
 * the time of a whole group with first Forward, drain and weight update.
 *
 *     period = mean over interior phases of (swap_p − swap_{p−1})
 *
 * A phase is interior when every pass has a sub-batch. A group of one sub-batch that takes two phases has none: its period
 * is its time without the weight update.
 * @throws ConfigError when no task of the timeline belongs to a batch group
 * Source: h2learn.md section 4 (`samples_per_s` and `samples_per_s_with_update`).
 */
export const trainingPeriod = (timeline: Timeline): TrainingPeriod => {
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
      where: 'pipeline/trainingPeriod',
      expected: 'a timeline of tasks from trainingTasks',
      got: `${timeline.slices.length} tasks without a batch group`,
    })
  const times = [...groups.values()].map(groupTimes)
  const interior = times.flatMap((time) => time.interior)
  return {
    periodCycles: cycles(interior.length > 0 ? mean(interior) : mean(times.map(({ fill, drain }) => fill + drain))),
    interiorPhases: interior.length,
    groupCycles: cycles(mean(times.map((time) => time.whole))),
    fillCycles: cycles(mean(times.map((time) => time.fill))),
    drainCycles: cycles(mean(times.map((time) => time.drain))),
    stepCycles: cycles(mean(times.map((time) => time.step))),
  }
}

/**
 * The closed form that no schedule of the same work can beat: the slowest engine, or the memory with most to move.
 *
 *     period = max(F, B, W, (bytes of Backward + bytes of Weight Update) / bandwidth)
 *
 * Memories count beside it that the shortened formula leaves out: the one Forward writes and the one of the weight
 * gradients; with one shared memory, the bytes of all passes. Passes that share an engine add up.
 * @param work one sub-batch
 * @throws ConfigError when a memory of the plan is not given, or for passes that cannot be
 * Source: cost-model.md section 6.
 */
export const closedFormPeriod = (
  work: SubBatchWork,
  { passes: plans, memories: plan }: Pick<TrainingPlan, 'passes' | 'memories'>,
  memories: readonly SharedMemory[],
): ClosedFormPeriod => {
  const demands: Record<string, Cycles> = {}
  const need = (name: string, amount: number) => {
    demands[name] = cycles((demands[name] ?? 0) + amount)
  }
  const bandwidth = (name: string) => {
    const memory = memories.find((m) => m.name === name)
    if (memory) return memory.bytesPerCycle
    throw new ConfigError({
      where: 'pipeline/closedFormPeriod',
      expected: `memory "${name}" of the plan`,
      got: memories.map((m) => m.name).join(', ') || 'no memories',
    })
  }
  const passes = placedPasses(plans)
  const total = (stages: readonly StageWork[], of: (stage: StageWork) => number) =>
    stages.reduce((sum, stage) => sum + of(stage), 0)
  const stagesOf = (own: readonly PlacedPass[]) => own.flatMap(({ name }) => work[name] ?? [])
  const moved = (own: readonly PlacedPass[]) => total(stagesOf(own), (stage) => stage.bytes)
  const gradients = total(stagesOf(passes), (stage) => stage.gradientBytes ?? 0)

  for (const pass of passes)
    need(
      pass.engine,
      total(work[pass.name] ?? [], (stage) => stage.cycles),
    )
  if (plan.kind === 'shared') need(plan.name, (moved(passes) + gradients) / bandwidth(plan.name))
  else {
    // Both memories have all roles in turn; a bound for any phase takes the faster one.
    const fastest = Math.max(...plan.pair.map(bandwidth))
    for (let depth = 0; depth < depthOf(passes); depth++) {
      const own = passesAt(passes, depth)
      need(`${plan.pair.join('/')} (${own.map(({ engine }) => engine).join(' and ')})`, moved(own) / fastest)
    }
    need(plan.gradients, gradients / bandwidth(plan.gradients))
  }
  const boundBy = Object.keys(demands).reduce((most, name) => (demands[name]! > demands[most]! ? name : most))
  return { cycles: demands[boundBy]!, boundBy, demands }
}
