import { type Bytes, ConfigError, requireInteger } from '@h2learn/hw'
import type { MemoryPlan, PipelineTask, StageWork, SubBatchWork, TaskLabel, TrainingPlan } from './api'

const where = 'pipeline/trainingTasks'

/** Memory of a sub-batch and of the weight gradients: forward of k writes memory k mod 2, its other passes read it. */
const bytesOf = (work: StageWork, memories: MemoryPlan, subBatch: number): Record<string, Bytes> => {
  const gradientBytes = work.gradientBytes ?? (0 as Bytes)
  if (memories.kind === 'shared') return { [memories.name]: (work.bytes + gradientBytes) as Bytes }
  return { [memories.pair[subBatch % 2]!]: work.bytes, [memories.gradients]: gradientBytes }
}

/** A stage of the pass from output to input; `needs`: the backward stage whose gradients it reads, −1 for none. */
interface Slot {
  readonly stage: 'backward' | 'update'
  readonly work: StageWork
  readonly needs: number
}

/** Lays the passes of one sub-batch into slots: backward stage i is slot i, an update stands beside the next one. */
const slotsOf = ({ backward, update }: SubBatchWork, subBatch: number): readonly (readonly Slot[])[] => {
  const produced = new Map(backward.map((stage, i) => [stage.layer, i]))
  const slots: Slot[][] = backward.map((work) => [{ stage: 'backward', work, needs: -1 }])
  for (const stage of update) {
    const needs = produced.get(stage.after)
    if (needs === undefined)
      throw new ConfigError({
        where,
        expected: `update of ${stage.layer} in sub-batch ${subBatch} after one of ${[...produced.keys()].join(', ')}`,
        got: `"${stage.after}"`,
      })
    const slot = (slots[needs + 1] ??= [])
    slot.push({ stage: 'update', work: stage, needs })
  }
  return slots
}

const checkMemories = (memories: MemoryPlan) => {
  if (memories.kind === 'shared') return
  const names = [...memories.pair, memories.gradients]
  if (new Set(names).size < names.length)
    throw new ConfigError({
      where,
      expected: 'three different memories in a swapping plan',
      got: names.join(', '),
      hint: 'use kind "shared" for a single memory',
    })
}

/**
 * The task graph of training: Forward of sub-batch k+1 beside Backward and Weight Update of sub-batch k (Fig. 10).
 *
 * Strict swapping: the two memories change roles when Forward of k+1 and Backward and Weight Update of k have all ended.
 * Forward of k writes memory k mod 2, Backward and Weight Update of k use memory k mod 2, weight gradients have a memory
 * of their own. Inside a sub-batch an update starts when the backward stage it names has ended. A batch group ends with
 * its weight update (`plan.step`), which the first Forward of the next group waits for.
 * @param subBatches in order; the engines' stages of each
 * @returns tasks in an order every engine can take them; ids read `g0/k1/backward/conv2`
 * @throws ConfigError for no sub-batch, a sub-batch without Forward or Backward, two stages of a pass with one layer, an
 * update after an unknown stage, memories of one name
 * Source: h2learn.md section 4. With one shared memory two regions swap the same way (modelling choice).
 */
export const trainingTasks = (subBatches: readonly SubBatchWork[], plan: TrainingPlan): readonly PipelineTask[] => {
  requireInteger(`${where}: sub-batches`, subBatches.length)
  const perGroup = requireInteger(`${where}: subBatchesPerGroup`, plan.subBatchesPerGroup ?? subBatches.length)
  checkMemories(plan.memories)
  const tasks: PipelineTask[] = []
  const { roles } = plan
  const serial = plan.engines === 'serial'

  const add = (label: Required<TaskLabel>, k: number, work: StageWork, after: readonly string[]) => {
    const { group, subBatch, stage, layer } = label
    const id = `g${group}/k${subBatch}/${stage}/${layer}`
    tasks.push({
      ...label,
      id,
      resource: roles[stage as 'forward' | 'backward' | 'update'],
      after,
      duration: work.cycles,
      bytes: bytesOf(work, plan.memories, k),
      ...(work.bound ? { bound: work.bound } : {}),
    })
    return id
  }

  /** Forward of sub-batch k, layer after layer; returns the id of its last task. */
  const addForward = (k: number, after: readonly string[]): string[] => {
    const label = { group: Math.floor(k / perGroup), subBatch: k % perGroup, stage: 'forward' as const }
    let waits = after
    for (const work of subBatches[k]!.forward) waits = [add({ ...label, layer: work.layer }, k, work, waits)]
    return [...waits]
  }

  /** Backward and Weight Update of sub-batch k; returns the ids of the last task of each. */
  const addBackwardAndUpdate = (k: number, after: readonly string[]): string[] => {
    const label = { group: Math.floor(k / perGroup), subBatch: k % perGroup }
    const slots = slotsOf(subBatches[k]!, k)
    const backwardIds: string[] = []
    const last = { backward: after, update: [] as readonly string[] }
    const put = (stage: 'backward' | 'update', work: StageWork, waits: readonly string[]) => {
      const id = add({ ...label, stage, layer: work.layer }, k, work, waits)
      if (stage === 'backward') backwardIds.push(id)
      last[stage] = [id]
      return id
    }
    if (serial) {
      // All of Backward, then all of Weight Update.
      for (const { work } of slots.flat().filter(({ stage }) => stage === 'backward'))
        put('backward', work, last.backward)
      for (const { work } of slots.flat().filter(({ stage }) => stage === 'update'))
        put('update', work, [...last.backward, ...last.update])
    } else if (plan.layers === 'barrier') {
      let barrier = after
      for (const slot of slots) barrier = slot.map(({ stage, work }) => put(stage, work, barrier))
    } else {
      for (const { stage, work, needs } of slots.flat())
        put(stage, work, stage === 'backward' ? last.backward : [backwardIds[needs]!])
    }
    return [...last.backward, ...last.update]
  }

  let freed: string[] = []
  for (let first = 0; first < subBatches.length; first += perGroup) {
    const end = Math.min(first + perGroup, subBatches.length)
    for (let k = first; k < end; k++) {
      const { forward, backward, update } = subBatches[k]!
      for (const [name, stages] of Object.entries({ forward, backward, update })) checkPass(name, stages, k)
    }
    let swap = addForward(first, freed)
    for (let k = first; k < end; k++) {
      if (serial) {
        const ended = addBackwardAndUpdate(k, swap)
        swap = k + 1 < end ? addForward(k + 1, ended) : ended
      } else {
        const forward = k + 1 < end ? addForward(k + 1, swap) : []
        swap = [...forward, ...addBackwardAndUpdate(k, swap)]
      }
    }
    freed = swap
    if (plan.step) {
      const group = Math.floor(first / perGroup)
      const { resource, cycles: duration, bytes } = plan.step
      const id = `g${group}/step`
      tasks.push({ id, resource, after: swap, duration, bytes, group, stage: 'step' })
      freed = [id]
    }
  }
  return tasks
}

const checkPass = (name: string, stages: readonly StageWork[], subBatch: number) => {
  const layers = stages.map((stage) => stage.layer)
  if (layers.length === 0 && name !== 'update')
    throw new ConfigError({ where, expected: `a ${name} stage in sub-batch ${subBatch}`, got: 'none' })
  const twice = layers.find((layer, i) => layers.indexOf(layer) !== i)
  if (twice !== undefined)
    throw new ConfigError({
      where,
      expected: `one ${name} stage per layer in sub-batch ${subBatch}`,
      got: `"${twice}" twice`,
    })
}
