import type { EngineTiming } from '@h2learn/hw'

/**
 * Where the slots of a look-up-table engine go: rows × columns × lanes × inputs of a PE, in every cycle of a layer. The
 * array skips nothing, so that `effectual` counts silent spikes too.
 */
export interface LutCycleCauses {
  /** An input folded for a real row, column, tap and window. */
  readonly effectual: number
  /** Slots without work while windows pass: rows and columns beyond the layer's channels, windows short of the lanes. */
  readonly unused: number
  /** Waiting for the sub-LUTs to be filled. */
  readonly fill: number
  /** Waiting for the Soma (Forward only). */
  readonly soma: number
  /** Waiting for the memory: bytes of a grid iteration that take longer than its cycles, and the first load. */
  readonly memory: number
}

/** What the causes are counted from. */
export interface LutCycleWork {
  readonly timing: EngineTiming
  /** Inputs folded: what the array is there for. */
  readonly foldedInputs: number
  /** Slots of the array in one cycle. */
  readonly slots: number
  /** Σ over grid iterations of the cycles that windows pass, and of what filling adds to them. */
  readonly arrayCycles: number
  readonly fillCycles: number
}

/**
 * Cycles that grid iterations wait for the memory: Σ max(0, bytes / bandwidth − cycles), and the first load.
 * @param bytesPerCycle what the memory moves; Infinity for none of it
 */
export const memoryStallCycles = (
  { iterations: { cycles, bytes }, firstFillBytes }: EngineTiming,
  bytesPerCycle: number,
): number => {
  let stall = firstFillBytes / bytesPerCycle
  for (let i = 0; i < cycles.length; i++) stall += Math.max(0, bytes[i]! / bytesPerCycle - cycles[i]!)
  return stall
}

/** Slots by cause; all together are the array's slots × (cycles + memory stalls). */
export const lutCycleCauses = (
  { timing, foldedInputs, slots, arrayCycles, fillCycles }: LutCycleWork,
  bytesPerCycle: number,
): LutCycleCauses => ({
  effectual: foldedInputs,
  unused: slots * arrayCycles - foldedInputs,
  fill: slots * fillCycles,
  soma: slots * (timing.latency - arrayCycles - fillCycles),
  memory: slots * memoryStallCycles(timing, bytesPerCycle),
})
