import { ConfigError } from '@h2learn/hw'
import type { PassPlan, StageNeed, StageWork, SubBatchWork } from './api'

const where = 'pipeline/trainingTasks'

/** A pass with its place in a sub-batch's way through the memories. */
export interface PlacedPass extends PassPlan {
  /** Swaps between the start of a sub-batch and the pass: 0 for the first passes, one more than the pass it comes after. */
  readonly depth: number
}

/**
 * Checks the passes of a plan and finds the phase each runs in.
 * @throws ConfigError for no pass, two of one name, one after an unknown pass or, in a circle, after itself
 */
export const placedPasses = (passes: readonly PassPlan[]): readonly PlacedPass[] => {
  if (passes.length === 0) throw new ConfigError({ where, expected: 'at least one pass in the plan', got: 'none' })
  const byName = new Map(passes.map((pass) => [pass.name, pass]))
  if (byName.size < passes.length)
    throw new ConfigError({
      where,
      expected: 'passes of different names',
      got: passes.map(({ name }) => name).join(', '),
    })
  const depthOf = (pass: PassPlan, through: readonly string[]): number => {
    if (pass.after === undefined) return 0
    const before = byName.get(pass.after)
    if (!before || through.includes(pass.name))
      throw new ConfigError({
        where,
        expected: `pass ${pass.name} after another one of ${[...byName.keys()].join(', ')}`,
        got: before ? `a circle through ${[...through, pass.name].join(', ')}` : `"${pass.after}"`,
      })
    return 1 + depthOf(before, [...through, pass.name])
  }
  return passes.map((pass) => ({ ...pass, depth: depthOf(pass, []) }))
}

/** Passes of one depth, in the order of the plan. */
export const passesAt = (passes: readonly PlacedPass[], depth: number): readonly PlacedPass[] =>
  passes.filter((pass) => pass.depth === depth)

/** Phases that a sub-batch goes through. */
export const depthOf = (passes: readonly PlacedPass[]): number =>
  1 + passes.reduce((most, { depth }) => Math.max(most, depth), 0)

/** A stage of a pass, with those of the same phase that it waits for. */
export interface PlacedStage {
  readonly pass: PlacedPass
  readonly work: StageWork
  readonly needs: readonly StageNeed[]
}

const keyOf = ({ pass, layer }: StageNeed) => `${pass}/${layer}`

/** Checks the stages of one sub-batch against the passes. @throws ConfigError */
export const checkWork = (passes: readonly PlacedPass[], work: SubBatchWork, subBatch: number): void => {
  const known = new Set(passes.map(({ name }) => name))
  const unknown = Object.keys(work).find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new ConfigError({
      where,
      expected: `stages of the passes ${[...known].join(', ')} in sub-batch ${subBatch}`,
      got: `"${unknown}"`,
    })
  for (const pass of passes) {
    const stages = work[pass.name]
    const first = passesAt(passes, pass.depth)[0] === pass
    if (!stages || (first && stages.length === 0))
      throw new ConfigError({ where, expected: `a ${pass.name} stage in sub-batch ${subBatch}`, got: 'none' })
    const layers = stages.map((stage) => stage.layer)
    const twice = layers.find((layer, i) => layers.indexOf(layer) !== i)
    if (twice !== undefined)
      throw new ConfigError({
        where,
        expected: `one ${pass.name} stage per layer in sub-batch ${subBatch}`,
        got: `"${twice}" twice`,
      })
    for (const stage of stages)
      for (const need of stage.needs ?? []) checkNeed(passes, work, pass, stage, need, subBatch)
  }
}

const checkNeed = (
  passes: readonly PlacedPass[],
  work: SubBatchWork,
  pass: PlacedPass,
  stage: StageWork,
  need: StageNeed,
  subBatch: number,
) => {
  const other = passes.find(({ name }) => name === need.pass)
  const layers = (work[need.pass] ?? []).map(({ layer }) => layer)
  if (other && other.depth <= pass.depth && layers.includes(need.layer)) return
  throw new ConfigError({
    where,
    expected:
      other && other.depth <= pass.depth
        ? `${pass.name} of ${stage.layer} in sub-batch ${subBatch} after one of ${layers.join(', ')}`
        : `${pass.name} of ${stage.layer} in sub-batch ${subBatch} after a stage of its own phase or an earlier one`,
    got: other ? `"${need.layer}"${other.depth > pass.depth ? ` of ${need.pass}` : ''}` : `pass "${need.pass}"`,
  })
}

/**
 * Lays the stages of the passes of one phase into slots: a stage stands one slot after the last that it needs, or after the
 * one before it in its own pass. Inside a slot the passes are in the order of the plan.
 * @throws ConfigError when stages wait for each other
 */
export const slotsOf = (passes: readonly PlacedPass[], work: SubBatchWork): readonly (readonly PlacedStage[])[] => {
  const names = new Set(passes.map(({ name }) => name))
  const at = new Map<string, number>()
  const open = passes.map((pass) => ({ pass, stages: [...work[pass.name]!], last: -1 }))
  const placed: { readonly slot: number; readonly stage: PlacedStage; readonly order: number }[] = []
  for (let moved = true; moved; ) {
    moved = false
    for (const [order, queue] of open.entries())
      while (queue.stages.length > 0) {
        const stage = queue.stages[0]!
        const needs = (stage.needs ?? []).filter(({ pass }) => names.has(pass))
        const slots = needs.map((need) => at.get(keyOf(need)))
        if (slots.some((slot) => slot === undefined)) break
        const slot = 1 + (needs.length > 0 ? Math.max(...slots.map((s) => s!)) : queue.last)
        queue.last = slot
        at.set(keyOf({ pass: queue.pass.name, layer: stage.layer }), slot)
        placed.push({ slot, order, stage: { pass: queue.pass, work: stage, needs } })
        queue.stages.shift()
        moved = true
      }
  }
  const stuck = open.flatMap(({ pass, stages }) => stages.slice(0, 1).map(({ layer }) => `${pass.name} of ${layer}`))
  if (stuck.length > 0)
    throw new ConfigError({
      where,
      expected: 'stages that can be put in an order',
      got: `${stuck.join(' and ')}, which wait for each other`,
    })
  const slots: PlacedStage[][] = []
  for (const { slot, stage } of placed.sort((a, b) => a.slot - b.slot || a.order - b.order))
    (slots[slot] ??= []).push(stage)
  return slots.filter((slot) => slot !== undefined)
}
