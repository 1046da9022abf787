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

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

const groupTimes = (slices: readonly TimelineSlice[]) => {
  // swaps[p]: when Forward of p and Backward and Weight Update of p − 1 have all ended; the last one ends the drain.
  const swaps: number[] = []
  let start = Infinity
  let end = 0
  for (const { task, start: from, end: to } of slices) {
    start = Math.min(start, from)
    end = Math.max(end, to)
    if (task.subBatch === undefined) continue
    const phase = task.stage === 'forward' ? task.subBatch : task.subBatch + 1
    swaps[phase] = Math.max(swaps[phase] ?? 0, to)
  }
  const drained = swaps.at(-1)!
  return {
    fill: swaps[0]! - start,
    interior: swaps.slice(1, -1).map((swap, p) => swap - swaps[p]!),
    drain: drained - swaps.at(-2)!,
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
 * A phase is interior when Forward, Backward and Weight Update all have a sub-batch. A group of one sub-batch has none:
 * its period is its time without the weight update.
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
 * @throws ConfigError when a memory of the plan is not given
 * Source: cost-model.md section 6.
 */
export const closedFormPeriod = (
  { forward, backward, update }: SubBatchWork,
  { roles, memories: plan }: Pick<TrainingPlan, 'roles' | 'memories'>,
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
  const own = (stages: readonly StageWork[]) => stages.reduce((sum, stage) => sum + stage.cycles, 0)
  const moved = (stages: readonly StageWork[]) => stages.reduce((sum, stage) => sum + stage.bytes, 0)
  const gradients = [...forward, ...backward, ...update].reduce((sum, stage) => sum + (stage.gradientBytes ?? 0), 0)

  need(roles.forward, own(forward))
  need(roles.backward, own(backward))
  need(roles.update, own(update))
  if (plan.kind === 'shared')
    need(plan.name, (moved([...forward, ...backward, ...update]) + gradients) / bandwidth(plan.name))
  else {
    // Both memories have both roles in turn; a bound for either phase takes the faster one.
    const fastest = Math.max(...plan.pair.map(bandwidth))
    const pair = plan.pair.join('/')
    need(`${pair} (${roles.forward})`, moved(forward) / fastest)
    need(`${pair} (${roles.backward} and ${roles.update})`, moved([...backward, ...update]) / fastest)
    need(plan.gradients, gradients / bandwidth(plan.gradients))
  }
  const boundBy = Object.keys(demands).reduce((most, name) => (demands[name]! > demands[most]! ? name : most))
  return { cycles: demands[boundBy]!, boundBy, demands }
}
