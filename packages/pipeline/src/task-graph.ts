import { ConfigError } from '@h2learn/hw'
import type { PipelineTask, SharedMemory } from './api'

/** A checked task list, by index: what the simulation walks. */
export interface TaskGraph {
  /** Tasks each task waits for: `after` first, then the task before it on the same engine. */
  readonly before: readonly (readonly number[])[]
  readonly followers: readonly (readonly number[])[]
  /** An order in which every task comes after all it waits for. */
  readonly order: readonly number[]
  readonly resources: readonly string[]
}

const where = 'pipeline/scheduleTasks'

const checkMemories = (memories: readonly SharedMemory[]) => {
  const names = new Set<string>()
  for (const { name, bytesPerCycle } of memories) {
    if (names.has(name))
      throw new ConfigError({ where, expected: 'memories with different names', got: `"${name}" twice` })
    if (!(bytesPerCycle > 0))
      throw new ConfigError({
        where,
        expected: `a bandwidth above 0 bytes per cycle for "${name}"`,
        got: String(bytesPerCycle),
      })
    names.add(name)
  }
  return names
}

const checkTask = (task: PipelineTask, memoryNames: ReadonlySet<string>) => {
  if (!(task.duration >= 0 && task.duration < Infinity))
    throw new ConfigError({
      where,
      expected: `a finite duration >= 0 for task "${task.id}"`,
      got: String(task.duration),
    })
  for (const [memory, n] of Object.entries<number>(task.bytes)) {
    if (!memoryNames.has(memory))
      throw new ConfigError({
        where,
        expected: `one of the memories ${[...memoryNames].map((name) => `"${name}"`).join(', ') || '(none given)'}`,
        got: `"${memory}" in task "${task.id}"`,
      })
    if (!(n >= 0 && n < Infinity))
      throw new ConfigError({ where, expected: `finite bytes >= 0 in task "${task.id}"`, got: `${n} on "${memory}"` })
    if (n > 0 && task.duration === 0)
      throw new ConfigError({
        where,
        expected: `a duration above 0 for task "${task.id}", which moves ${n} bytes`,
        got: '0 cycles',
        hint: 'give it at least the bytes over the bandwidth, as streamLayer does',
      })
  }
}

/** Names one cycle among the tasks that could not be ordered, following one unmet predecessor after the other. */
const nameCycle = (tasks: readonly PipelineTask[], before: TaskGraph['before'], done: Uint8Array): string => {
  const path: number[] = []
  let at = done.indexOf(0)
  while (!path.includes(at)) {
    path.push(at)
    at = before[at]!.find((task) => !done[task])!
  }
  const cycle = [...path.slice(path.indexOf(at)), at]
  return cycle.map((task) => `"${tasks[task]!.id}"`).join(' waits for ')
}

/**
 * Checks a task list and turns its names into indices.
 * @throws ConfigError naming the task for a repeated or unknown id, a negative duration or traffic, an unknown memory,
 * or a cycle (turns on an engine included)
 */
export const taskGraph = (tasks: readonly PipelineTask[], memories: readonly SharedMemory[]): TaskGraph => {
  const memoryNames = checkMemories(memories)
  const index = new Map<string, number>()
  tasks.forEach((task, i) => {
    if (index.has(task.id))
      throw new ConfigError({ where, expected: 'tasks with different ids', got: `"${task.id}" twice` })
    index.set(task.id, i)
    checkTask(task, memoryNames)
  })

  const lastOn = new Map<string, number>()
  const followers: number[][] = tasks.map(() => [])
  const before = tasks.map((task, i) => {
    const waits = new Set<number>()
    for (const id of task.after) {
      const other = index.get(id)
      if (other === undefined)
        throw new ConfigError({
          where,
          expected: `ids of given tasks in "after" of task "${task.id}"`,
          got: `"${id}"`,
        })
      waits.add(other)
    }
    const previous = lastOn.get(task.resource)
    if (previous !== undefined) waits.add(previous)
    lastOn.set(task.resource, i)
    for (const other of waits) followers[other]!.push(i)
    return [...waits]
  })

  const missing = before.map((waits) => waits.length)
  const order = tasks.flatMap((_, i) => (missing[i] === 0 ? [i] : []))
  const done = new Uint8Array(tasks.length)
  for (let at = 0; at < order.length; at++) {
    done[order[at]!] = 1
    for (const next of followers[order[at]!]!) if (--missing[next]! === 0) order.push(next)
  }
  if (order.length < tasks.length)
    throw new ConfigError({
      where,
      expected: 'tasks that can be put in an order',
      got: nameCycle(tasks, before, done),
      hint: 'an engine takes its tasks in the order of the list',
    })
  return { before, followers, order, resources: [...lastOn.keys()] }
}
