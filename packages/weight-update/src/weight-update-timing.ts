import { bytes, cycles, type EngineTiming } from '@h2learn/hw'
import type { WeightUpdateEngineConfig, WeightUpdateWork } from './api'

/**
 * When: each filling of the sub-LUTs (a position group of a sample) takes
 *
 *     fill + ⌈planes·C·k² / lanes⌉           fill 16 cycles for sub-LUTs of 16 entries, 0 in FC mode     (rule 17)
 *     max(fill, ⌈planes·C·k² / lanes⌉)       where the fill is hidden
 *
 * Weight gradients are read from and written to Mem 2 once per layer and sub-batch.
 * @param fillCycles the engine's own fill: `work.fillCycles`, or 0 for PEs without tables
 */
export const weightUpdateTiming = (
  config: WeightUpdateEngineConfig,
  work: WeightUpdateWork,
  fillCycles: number,
): EngineTiming => {
  const each = work.fillHidden ? Math.max(fillCycles, work.groupCycles) : fillCycles + work.groupCycles
  const iterations = work.groups.map((groups) => groups * each)
  const total = iterations.reduce((sum, c) => sum + c, 0)
  const perPe =
    work.kind === 'fc' ? config.subLutInputs.length : config.subLutInputs.reduce((sum, inputs) => sum + inputs, 0)
  return {
    latency: cycles(total),
    interval: cycles(total),
    iterations: { cycles: iterations, bytes: work.bytes },
    firstFillBytes: bytes(work.firstFillBytes),
    gradientBytes: bytes(work.parameters * 2 * 2),
    idealCycles: cycles(work.foldedInputs / (config.rows * config.cols * config.lanes * perPe)),
  }
}
