import { ConfigError } from '@h2learn/hw'
import type { Timeline, TimelineSlice } from './api'

/** One entry of a Trace Event file; times in microseconds. */
export type TraceEvent =
  | {
      readonly ph: 'M'
      readonly name: 'process_name' | 'thread_name' | 'thread_sort_index'
      readonly pid: number
      readonly tid: number
      readonly args: { readonly name: string } | { readonly sort_index: number }
    }
  | {
      readonly ph: 'X'
      readonly name: string
      readonly cat: string
      readonly pid: number
      readonly tid: number
      readonly ts: number
      readonly dur: number
      readonly args: Readonly<Record<string, string | number>>
    }
  | {
      readonly ph: 'C'
      readonly name: string
      readonly pid: number
      readonly tid: number
      readonly ts: number
      readonly args: Readonly<Record<string, number>>
    }

/** The JSON object format of the Trace Event viewers (Perfetto, chrome://tracing). */
export interface TraceFile {
  readonly displayTimeUnit: 'ns'
  readonly otherData: Readonly<Record<string, string | number>>
  readonly traceEvents: readonly TraceEvent[]
}

const engines = 1
const memories = 2

const sliceName = ({ task }: TimelineSlice) => {
  if (task.layer === undefined) return task.pass === 'step' ? 'weight update' : task.id
  return task.subBatch === undefined ? task.layer : `${task.layer} #${task.subBatch}`
}

/** What ran on an engine at a moment; moments must be asked for in order. */
const runningOn = (slices: readonly TimelineSlice[]) => {
  let at = 0
  return (moment: number): TimelineSlice | undefined => {
    while (at < slices.length && slices[at]!.end <= moment) at++
    return slices[at]
  }
}

/** Who uses a memory, span by span: every engine with the layer and sub-batch it works on; equal neighbours joined. */
const usersOf = ({ bandwidth, slices, resources }: Timeline, memory: string) => {
  const running = new Map(
    resources.map(({ name }) => [name, runningOn(slices.filter(({ task }) => task.resource === name))]),
  )
  const joined: { users: string; start: number; end: number }[] = []
  for (const { start, end, use } of bandwidth) {
    const users = Object.keys(use[memory] ?? {})
      .map((engine) => {
        const slice = running.get(engine)?.(start)
        return slice ? `${engine} ${sliceName(slice)}` : engine
      })
      .join(' + ')
    const last = joined.at(-1)
    if (last && last.users === users && last.end === start) last.end = end
    else joined.push({ users, start, end })
  }
  return joined.filter(({ users }) => users !== '')
}

/**
 * A timeline as a Trace Event file: one track per engine with a slice per layer and sub-batch ("conv2 #3"), one track
 * per memory with the engines, layers and sub-batches that use it, and one counter per memory with the bandwidth each
 * engine takes (GB/s).
 * @param clockMHz turns cycles into microseconds, > 0 (800 on the paper's chip)
 * @throws ConfigError when the clock is not above 0
 * Source: Trace Event Format (JSON object form; events M, X, C).
 */
export const pipelineTrace = (timeline: Timeline, clockMHz: number): TraceFile => {
  if (!(clockMHz > 0 && clockMHz < Infinity))
    throw new ConfigError({ where: 'pipeline/pipelineTrace', expected: 'a clock above 0 MHz', got: String(clockMHz) })
  const time = (cycle: number) => cycle / clockMHz
  const GBperSecond = (bytesPerCycle: number) => (bytesPerCycle * clockMHz) / 1000
  const events: TraceEvent[] = []
  const process = (pid: number, name: string) =>
    events.push({ ph: 'M', name: 'process_name', pid, tid: 0, args: { name } })
  const thread = (pid: number, tid: number, name: string) => {
    events.push({ ph: 'M', name: 'thread_name', pid, tid, args: { name } })
    events.push({ ph: 'M', name: 'thread_sort_index', pid, tid, args: { sort_index: tid } })
  }

  process(engines, 'engines')
  const tidOf = new Map(timeline.resources.map(({ name }, i) => [name, i + 1]))
  for (const [name, tid] of tidOf) thread(engines, tid, name)
  process(memories, 'memories')
  timeline.memories.forEach(({ name }, i) => {
    thread(memories, i + 1, name)
  })

  for (const slice of timeline.slices) {
    const { task, start, end, stallCycles, bound } = slice
    const args: Record<string, string | number> = { task: task.id, cycles: end - start, stallCycles, bound }
    if (task.layer !== undefined) args.layer = task.layer
    if (task.subBatch !== undefined) args.subBatch = task.subBatch
    if (task.group !== undefined) args.group = task.group
    for (const [memory, moved] of Object.entries<number>(task.bytes)) if (moved > 0) args[`bytes ${memory}`] = moved
    events.push({
      ph: 'X',
      name: sliceName(slice),
      cat: task.pass ?? 'task',
      pid: engines,
      tid: tidOf.get(task.resource)!,
      ts: time(start),
      dur: time(end - start),
      args,
    })
  }

  timeline.memories.forEach(({ name }, i) => {
    for (const { users, start, end } of usersOf(timeline, name))
      events.push({
        ph: 'X',
        name: users,
        cat: 'memory',
        pid: memories,
        tid: i + 1,
        ts: time(start),
        dur: time(end - start),
        args: {},
      })
    // Every engine that ever uses the memory stands in each sample, so that the counter falls back to 0.
    const users = [...new Set(timeline.bandwidth.flatMap(({ use }) => Object.keys(use[name] ?? {})))]
    if (users.length === 0) return
    const sample = (cycle: number, use: Readonly<Record<string, number>>) =>
      events.push({
        ph: 'C',
        name: `${name} GB/s`,
        pid: memories,
        tid: i + 1,
        ts: time(cycle),
        args: Object.fromEntries(users.map((user) => [user, GBperSecond(use[user] ?? 0)])),
      })
    for (const { start, use } of timeline.bandwidth) sample(start, use[name] ?? {})
    sample(timeline.makespan, {})
  })

  return {
    displayTimeUnit: 'ns',
    otherData: { clock_MHz: clockMHz, makespan_cycles: timeline.makespan },
    traceEvents: events,
  }
}
