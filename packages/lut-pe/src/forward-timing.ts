import { bytes, cycles, type EngineTiming } from '@h2learn/hw'
import type { ForwardEngineConfig, ForwardWork } from './api'

/**
 * When: each grid iteration takes
 *
 *     max(fill + array, Soma)      fill 8 cycles for sub-LUTs of 8 entries, 0 in FC mode     (rule 17)
 *     max(fill, array, Soma)       where the fill is hidden
 *
 * with Soma = ⌈neurons / (somas·lanes)⌉ for the neurons that iteration finishes. Bytes stand beside the cycles; who
 * schedules the layer takes the larger of the two per iteration.
 * @param fillCycles the engine's own fill: `work.fillCycles`, or 0 for PEs without tables
 */
export const forwardTiming = (config: ForwardEngineConfig, work: ForwardWork, fillCycles: number): EngineTiming => {
  const rate = config.somas * config.lanes
  let total = 0
  const each = work.arrayCycles.map((array, i) => {
    const busy = work.fillHidden ? Math.max(fillCycles, array) : fillCycles + array
    const c = work.somaBound ? Math.max(busy, Math.ceil(work.somaNeurons[i]! / rate)) : busy
    total += c
    return c
  })
  const perPe =
    work.kind === 'fc' ? config.subLutInputs.length : config.subLutInputs.reduce((sum, inputs) => sum + inputs, 0)
  return {
    latency: cycles(total),
    interval: cycles(total),
    iterations: { cycles: each, bytes: work.bytes },
    firstFillBytes: bytes(work.firstFillBytes),
    gradientBytes: bytes(0),
    idealCycles: cycles(work.foldedInputs / (config.rows * config.cols * config.lanes * perPe)),
  }
}
