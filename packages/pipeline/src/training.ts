import { type Bytes, ConfigError, requireInteger } from '@h2learn/hw'
import type { MemoryPlan, PipelineTask, StageWork, SubBatchWork, TrainingPlan } from './api'
import { checkWork, depthOf, type PlacedPass, type PlacedStage, passesAt, placedPasses, slotsOf } from './passes'

const where = 'pipeline/trainingTasks'

/** Memory of a sub-batch and of the weight gradients: the first passes of k write memory k mod 2, the later ones read it. */
const bytesOf = (work: StageWork, memories: MemoryPlan, subBatch: number): Record<string, Bytes> => {
  const gradientBytes = work.gradientBytes ?? (0 as Bytes)
  if (memories.kind === 'shared') return { [memories.name]: (work.bytes + gradientBytes) as Bytes }
  return { [memories.pair[subBatch % 2]!]: work.bytes, [memories.gradients]: gradientBytes }
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
 * The task graph of training: the first passes of sub-batch k+1 beside the later passes of sub-batch k (Fig. 10: Forward
 * beside Backward and Weight Update).
 *
 * Strict swapping: the two memories change roles when all passes of a phase have ended. A pass of sub-batch k uses memory
 * k mod 2, weight gradients have a memory of their own. Inside a phase a stage starts when the stages it needs have ended. A
 * batch group ends with its weight update (`plan.step`), which the first passes of the next group wait for.
 * @param subBatches in order; the stages of each by pass
 * @returns tasks in an order every engine can take them; ids read `g0/k1/backward/conv2`
 * @throws ConfigError for no sub-batch, passes or stages that cannot be put in an order, a first pass without stages, two
 *   stages of a pass with one layer, memories of one name, more phases than the two swapping memories can hold
 * Source: h2learn.md section 4. With one shared memory two regions swap the same way (modelling choice).
 */
export const trainingTasks = (subBatches: readonly SubBatchWork[], plan: TrainingPlan): readonly PipelineTask[] => {
  requireInteger(`${where}: sub-batches`, subBatches.length)
  const perGroup = requireInteger(`${where}: subBatchesPerGroup`, plan.subBatchesPerGroup ?? subBatches.length)
  checkMemories(plan.memories)
  const passes = placedPasses(plan.passes)
  const depths = depthOf(passes)
  if (depths > 2)
    throw new ConfigError({
      where,
      expected: 'passes in at most two phases, one for each of the swapping memories',
      got: `${depths} phases: ${passes.map(({ name, after }) => (after ? `${name} after ${after}` : name)).join(', ')}`,
    })
  const tasks: PipelineTask[] = []

  const add = (k: number, pass: PlacedPass, work: StageWork, after: readonly string[]) => {
    const [group, subBatch] = [Math.floor(k / perGroup), k % perGroup]
    const id = `g${group}/k${subBatch}/${pass.name}/${work.layer}`
    tasks.push({
      id,
      layer: work.layer,
      subBatch,
      group,
      pass: pass.name,
      phase: subBatch + pass.depth,
      resource: pass.engine,
      after,
      duration: work.cycles,
      bytes: bytesOf(work, plan.memories, k),
      ...(work.bound ? { bound: work.bound } : {}),
    })
    return id
  }

  /** The passes of one depth of sub-batch k, which may start after `after`; returns the ids of the last task of each. */
  const addPasses = (k: number, depth: number, after: readonly string[]): readonly string[] => {
    const own = passesAt(passes, depth)
    const slots = slotsOf(own, subBatches[k]!)
    const ids = new Map<string, string>()
    const last = new Map<string, string>()
    const put = ({ pass, work }: PlacedStage, waits: readonly string[]) => {
      const id = add(k, pass, work, waits)
      ids.set(`${pass.name}/${work.layer}`, id)
      last.set(pass.name, id)
      return id
    }
    const ended = (names: readonly PlacedPass[]) => names.flatMap(({ name }) => last.get(name) ?? [])
    if (plan.engines === 'serial') {
      for (const [i, pass] of own.entries())
        for (const stage of slots.flat().filter((placed) => placed.pass === pass)) {
          const waits = ended(own.slice(0, i + 1))
          put(stage, waits.length > 0 ? waits : after)
        }
    } else if (plan.layers === 'barrier') {
      let barrier = after
      for (const slot of slots) barrier = slot.map((stage) => put(stage, barrier))
    } else {
      for (const stage of slots.flat()) {
        const before = last.get(stage.pass.name)
        const needed = stage.needs.map(({ pass, layer }) => ids.get(`${pass}/${layer}`)!)
        put(stage, needed.length > 0 ? needed : before === undefined ? after : [before])
      }
    }
    return ended(own)
  }

  let freed: readonly string[] = []
  for (let first = 0; first < subBatches.length; first += perGroup) {
    const end = Math.min(first + perGroup, subBatches.length)
    for (let k = first; k < end; k++) checkWork(passes, subBatches[k]!, k)
    let swap = freed
    if (plan.engines === 'serial')
      for (let k = first; k < end; k++) for (let depth = 0; depth < depths; depth++) swap = addPasses(k, depth, swap)
    else
      for (let phase = first; phase < end + depths - 1; phase++) {
        const start = swap
        swap = Array.from({ length: depths }, (_, depth) => phase - depth).flatMap((k, depth) =>
          k >= first && k < end ? addPasses(k, depth, start) : [],
        )
      }
    freed = swap
    if (plan.step) {
      const group = Math.floor(first / perGroup)
      const { resource, cycles: duration, bytes } = plan.step
      const id = `g${group}/step`
      tasks.push({ id, resource, after: swap, duration, bytes, group, pass: 'step' })
      freed = [id]
    }
  }
  return tasks
}
