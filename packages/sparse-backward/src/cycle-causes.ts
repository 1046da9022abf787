import type { BackwardPeCycles, BackwardWork } from './work'

/** Where PE-cycles go with the memory counted in: all causes together are PEs × (cycles + memory stalls). */
export interface BackwardCycleCauses extends BackwardPeCycles {
  /** Waiting for the memory: bytes of a grid iteration that take longer than its cycles, and the first load. */
  readonly memory: number
}

/**
 * PE-cycles of a pass by cause, the memory's included: effectual, empty windows, waiting for PEs of the group and for other
 * groups, fill, scanning, Acc, Grad, memory.
 * @param work what the engine measured, or a what-if
 * @param bytesPerCycle bandwidth of the memory over the clock (the paper: 160); Infinity leaves the memory out
 */
export const backwardCycleCauses = (work: BackwardWork, bytesPerCycle: number): BackwardCycleCauses => {
  const { cycles, bytes } = work.iterations
  let stall = work.firstFillBytes / bytesPerCycle
  for (let i = 0; i < cycles.length; i++) stall += Math.max(0, bytes[i] / bytesPerCycle - cycles[i])
  return { ...work.peCycles, memory: work.pes * stall }
}
