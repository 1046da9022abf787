import type { PricedAction } from '@h2learn/cost-model'
import {
  type Bytes,
  bytes,
  type Counts,
  type Cycles,
  cycles,
  type EngineTiming,
  type GridIterations,
} from '@h2learn/hw'
import { groupIterations, type RepeatedIterations, streamEngine } from '@h2learn/pipeline'
import type { Chip, ChipEngine, EngineRole, StageRun } from './api'

/** What of a chip decides how long a layer takes on an engine. */
export type StageChip = Pick<Chip, 'bytesPerCycle' | 'memory'>

/** What of an engine tells about work that is known already. */
export type StageEngine = Pick<ChipEngine<never, unknown>, 'name' | 'time' | 'count'>

/** Two grid iterations' bytes, one in use and one on its way: what any ping-pong buffer needs at least. */
const pingPong = ({ bytes: perIteration }: GridIterations): number => {
  let most = 0
  for (const n of perIteration) if (n > most) most = n
  return 2 * most
}

/** What a layer needs of the global buffer: the engine's own figure where its work holds one. */
const bufferNeed = (work: unknown, iterations: GridIterations): Bytes => {
  const own = (work as { readonly bufferBytes?: unknown } | null)?.bufferBytes
  return bytes(typeof own === 'number' ? own : pingPong(iterations))
}

/** One layer's work on one engine, timed and counted: all that memories, clock and prices need to know of it. */
export interface MeasuredStage {
  readonly role: EngineRole
  /** Name of the engine. */
  readonly engine: string
  readonly layer: string
  /** The engine's own record of the work. */
  readonly work: unknown
  readonly timing: EngineTiming & { readonly iterations: RepeatedIterations }
  readonly counts: Partial<Counts<PricedAction>>
}

/** The same stage with equal grid iterations counted together: cheaper to stream at many bandwidths. */
export const groupedStage = (stage: MeasuredStage): MeasuredStage => ({
  ...stage,
  timing: { ...stage.timing, iterations: groupIterations(stage.timing.iterations) },
})

/**
 * Times and counts work that an engine measured, or an explicit what-if. The result holds for any memory, clock and
 * price, so that design points that differ in nothing else share it.
 */
export const measuredStage = (role: EngineRole, engine: StageEngine, layer: string, work: unknown): MeasuredStage => ({
  role,
  engine: engine.name,
  layer,
  work,
  timing: engine.time(work as never),
  counts: engine.count(work as never),
})

/**
 * What the memories make of one layer on one engine. On one shared memory the weight gradients wait for the same port as
 * everything else.
 */
export const streamedStage = (chip: StageChip, measured: MeasuredStage): StageRun => {
  const { timing, work, ...known } = measured
  const { times, bytes: each } = timing.iterations
  let moving = 0
  for (let i = 0; i < each.length; i++) moving += times ? times[i]! * each[i]! : each[i]!
  const moved: Bytes = bytes(moving)
  const alone = streamEngine(timing, chip.bytesPerCycle, chip.bytesPerCycle)
  const together = chip.memory.layout === 'shared' ? (moved + timing.gradientBytes) / chip.bytesPerCycle : 0
  const duration: Cycles = cycles(Math.max(alone.cycles, together))
  return {
    ...known,
    work,
    computeCycles: alone.computeCycles,
    memoryCycles: cycles(Math.max(alone.memoryCycles, alone.gradientCycles, together)),
    cycles: duration,
    bound: together > alone.cycles ? 'memory' : alone.bound,
    utilisation: duration > 0 ? timing.idealCycles / duration : 0,
    bytes: moved,
    gradientBytes: timing.gradientBytes,
    bufferBytes: bufferNeed(work, timing.iterations),
  }
}

/**
 * One layer on one engine: the engine's own time and counts for this work, and what the memories make of it.
 * @param work what the engine measured, or an explicit what-if
 */
export const engineStage = (
  chip: StageChip,
  role: EngineRole,
  engine: StageEngine,
  layer: string,
  work: unknown,
): StageRun => streamedStage(chip, measuredStage(role, engine, layer, work))
