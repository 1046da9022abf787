import { bytes, type Cycles, cycles } from '@h2learn/hw'
import type { BandwidthSpan, PipelineTask, SharedMemory, Timeline, TimelineSlice } from './api'
import { fairRates } from './fair-share'
import { type TaskGraph, taskGraph } from './task-graph'

/** A running task; progress is counted in cycles of its lone duration, from the last change of speed. */
interface Running {
  readonly task: number
  readonly demand: readonly number[]
  rate: number
  since: number
  left: number
  endsAt: number
  slowed: boolean
}

/** Two ends closer than this share of the time are one event. */
const SAME_TIME = 1e-12

interface Simulated {
  readonly start: Float64Array
  readonly end: Float64Array
  readonly slowed: Uint8Array
  readonly spans: readonly BandwidthSpan[]
}

const simulate = (tasks: readonly PipelineTask[], memories: readonly SharedMemory[], graph: TaskGraph): Simulated => {
  const start = new Float64Array(tasks.length)
  const end = new Float64Array(tasks.length)
  const slowed = new Uint8Array(tasks.length)
  const spans: BandwidthSpan[] = []
  const missing = graph.before.map((waits) => waits.length)
  const capacities = memories.map((memory) => memory.bytesPerCycle)
  let running: Running[] = []
  let now = 0

  const finish = (task: number, ready: number[]) => {
    end[task] = now
    for (const next of graph.followers[task]!) if (--missing[next]! === 0) ready.push(next)
  }
  const begin = (ready: number[]) => {
    // A task without duration ends here and may set others free at the same moment.
    for (let at = 0; at < ready.length; at++) {
      const task = ready[at]!
      const { duration, bytes: moved } = tasks[task]!
      start[task] = now
      if (duration === 0) finish(task, ready)
      else
        running.push({
          task,
          demand: memories.map(({ name }) => (moved[name] ?? 0) / duration),
          rate: 1,
          since: now,
          left: duration,
          endsAt: now + duration,
          slowed: false,
        })
    }
  }
  const share = () => {
    const rates = fairRates(
      running.map((r) => r.demand),
      capacities,
    )
    running.forEach((r, i) => {
      const rate = rates[i]!
      if (rate < 1) r.slowed = true
      // Untouched tasks keep their end exactly; only a change of speed moves it.
      if (rate === r.rate) return
      r.left = Math.max(0, r.left - r.rate * (now - r.since))
      r.since = now
      r.rate = rate
      r.endsAt = now + r.left / rate
    })
  }
  const useNow = () => {
    const use: Record<string, Record<string, number>> = {}
    memories.forEach(({ name }, m) => {
      const byEngine: Record<string, number> = {}
      for (const { task, demand, rate } of running)
        if (demand[m]! > 0) byEngine[tasks[task]!.resource] = rate * demand[m]!
      use[name] = byEngine
    })
    return use
  }

  begin(tasks.flatMap((_, i) => (missing[i] === 0 ? [i] : [])))
  while (running.length > 0) {
    share()
    const next = running.reduce((earliest, r) => Math.min(earliest, r.endsAt), Infinity)
    if (next > now) spans.push({ start: cycles(now), end: cycles(next), use: useNow() })
    now = next
    const ended = running.filter((r) => r.endsAt <= now * (1 + SAME_TIME))
    running = running.filter((r) => !ended.includes(r))
    const ready: number[] = []
    for (const r of ended) {
      slowed[r.task] = r.slowed ? 1 : 0
      finish(r.task, ready)
    }
    begin(ready)
  }
  return { start, end, slowed, spans }
}

/** The longest chain of durations when no memory is ever short. */
const longestChain = (tasks: readonly PipelineTask[], { before, order }: TaskGraph): number => {
  const end = new Float64Array(tasks.length)
  for (const task of order)
    end[task] = before[task]!.reduce((latest, other) => Math.max(latest, end[other]!), 0) + tasks[task]!.duration
  return end.reduce((latest, t) => Math.max(latest, t), 0)
}

/** Backwards from the last end, always to the predecessor that ended last: each task starts at that very moment. */
const chainToLast = (tasks: readonly PipelineTask[], { before }: TaskGraph, end: Float64Array): string[] => {
  if (tasks.length === 0) return []
  const latest = (candidates: readonly number[]) => candidates.reduce((a, b) => (end[b]! > end[a]! ? b : a))
  const chain: string[] = []
  let at = latest(tasks.map((_, i) => i))
  for (;;) {
    chain.push(tasks[at]!.id)
    if (before[at]!.length === 0) return chain.reverse()
    at = latest(before[at]!)
  }
}

const boundAlone = (task: PipelineTask, memories: readonly SharedMemory[]) =>
  task.bound ??
  (memories.some(
    ({ name, bytesPerCycle }) =>
      task.duration > 0 && (task.bytes[name] ?? 0) / bytesPerCycle >= task.duration * (1 - SAME_TIME),
  )
    ? 'memory'
    : 'compute')

/**
 * Lays tasks on the time axis: every engine takes its tasks in the order given, one at a time, each as soon as all it
 * waits for has ended; tasks that run together share the memories by max-min fairness (`fairRates`), moment by moment.
 * Fluid model: a task moves its bytes evenly, bytes/duration per cycle at full speed, and slows down as a whole when a
 * memory is short. Deterministic; one event per end of a task.
 *
 * More bandwidth never slows a lone chain or independent tasks on one memory, and unlimited bandwidth never makes any schedule
 * slower. A little more may, as in any list schedule (Graham 1969): a task that ends earlier can let in a competitor.
 * @param tasks in the order each engine takes them
 * @param memories bandwidths in bytes per cycle
 * @throws ConfigError naming the task: repeated or unknown id, negative duration or bytes, unknown memory, bytes without
 * duration, a cycle
 * Source: h2learn.md section 4 (overlap of Fig. 10); fluid sharing is a modelling choice.
 */
export const scheduleTasks = (tasks: readonly PipelineTask[], memories: readonly SharedMemory[]): Timeline => {
  const graph = taskGraph(tasks, memories)
  const { start, end, slowed, spans } = simulate(tasks, memories, graph)
  const makespan = end.reduce((latest, t) => Math.max(latest, t), 0)

  const stall = (i: number): Cycles => cycles(slowed[i] ? Math.max(0, end[i]! - start[i]! - tasks[i]!.duration) : 0)
  const slices = tasks
    .map(
      (task, i): TimelineSlice => ({
        task,
        start: cycles(start[i]!),
        end: cycles(end[i]!),
        stallCycles: stall(i),
        bound: slowed[i] ? 'memory' : boundAlone(task, memories),
      }),
    )
    .sort((a, b) => a.start - b.start)

  return {
    slices,
    resources: graph.resources.map((name) => {
      let busy = 0
      let waiting = 0
      tasks.forEach((task, i) => {
        if (task.resource !== name) return
        busy += task.duration
        waiting += stall(i)
      })
      return {
        name,
        busyCycles: cycles(busy),
        stallCycles: cycles(waiting),
        idleCycles: cycles(Math.max(0, makespan - busy - waiting)),
      }
    }),
    memories: memories.map(({ name, bytesPerCycle }) => {
      const moved = tasks.reduce((sum, task) => sum + (task.bytes[name] ?? 0), 0)
      const most = bytesPerCycle * makespan
      return { name, bytes: bytes(moved), bytesPerCycle, utilisation: most > 0 ? Math.min(1, moved / most) : 0 }
    }),
    makespan: cycles(makespan),
    idealCycles: cycles(longestChain(tasks, graph)),
    criticalPath: chainToLast(tasks, graph, end),
    bandwidth: spans,
  }
}
