import { type Bytes, bytes, type Cycles, cycles } from '@h2learn/hw'
import { streamEngine } from '@h2learn/pipeline'
import type { Chip, ChipEngine, EngineRole, StageRun } from './api'

/** What of a chip decides how long a layer takes on an engine. */
export type StageChip = Pick<Chip, 'bytesPerCycle' | 'memory'>

/** What of an engine tells about work that is known already. */
export type StageEngine = Pick<ChipEngine<never, unknown>, 'name' | 'time' | 'count'>

/**
 * One layer on one engine: the engine's own time and counts for this work, and what the memories make of it. On one
 * shared memory the weight gradients wait for the same port as everything else.
 * @param work what the engine measured, or an explicit what-if
 */
export const engineStage = (
  chip: StageChip,
  role: EngineRole,
  engine: StageEngine,
  layer: string,
  work: unknown,
): StageRun => {
  const timing = engine.time(work as never)
  const moved: Bytes = bytes(timing.iterations.bytes.reduce((sum, n) => sum + n, 0))
  const alone = streamEngine(timing, chip.bytesPerCycle, chip.bytesPerCycle)
  const together = chip.memory.layout === 'shared' ? (moved + timing.gradientBytes) / chip.bytesPerCycle : 0
  const duration: Cycles = cycles(Math.max(alone.cycles, together))
  return {
    role,
    engine: engine.name,
    layer,
    work,
    computeCycles: alone.computeCycles,
    memoryCycles: cycles(Math.max(alone.memoryCycles, alone.gradientCycles, together)),
    cycles: duration,
    bound: together > alone.cycles ? 'memory' : alone.bound,
    utilisation: duration > 0 ? timing.idealCycles / duration : 0,
    bytes: moved,
    gradientBytes: timing.gradientBytes,
    counts: engine.count(work as never),
  }
}
