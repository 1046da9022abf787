import type { EngineRole } from '@h2learn/accelerator'
import { jobsOf } from '@h2learn/accelerator'
import { forwardCycleCauses, forwardEngine } from '@h2learn/lut-pe'
import type { StepRecord } from '@h2learn/snn-core'
import { backwardCycleCauses, backwardEngine } from '@h2learn/sparse-backward'
import { weightUpdateCycleCauses, weightUpdateEngine } from '@h2learn/weight-update'

/** Where the PE-cycles (slots, for look-up-table engines) of one layer on one engine go. */
export interface CycleReportRow {
  readonly engine: EngineRole
  readonly layer: string
  /** Compute cycles and cycles waited for the memory. */
  readonly computeCycles: number
  readonly memoryStallCycles: number
  /** Shares by cause in percent, which add up to 100; causes that an engine does not know are absent. */
  readonly shares_pct: Readonly<Record<string, number>>
}

const shares = (causes: Readonly<Record<string, number>>) => {
  const all = Object.values(causes).reduce((sum, n) => sum + n, 0)
  return Object.fromEntries(Object.entries(causes).map(([cause, n]) => [cause, all > 0 ? (100 * n) / all : 0]))
}

/**
 * Where the cycles of a recorded sub-batch go on the paper's engines: effectual work, empty windows, waiting for PEs of
 * the group and for other groups, channels the array has too many, fill, Soma, finders, Acc, Grad, memory.
 * @param bytesPerCycle what the memory moves in a cycle; default 160, 128 GB/s at 800 MHz (Table VIII)
 */
export const cycleReport = (record: StepRecord, bytesPerCycle = 160): readonly CycleReportRow[] => {
  const jobs = jobsOf(record)
  const subBatch = Math.max(4, record.B)
  const forward = forwardEngine({ subBatch })
  const backward = backwardEngine()
  const update = weightUpdateEngine({ subBatch })
  const row = (engine: EngineRole, layer: string, latency: number, causes: object): CycleReportRow => {
    const known = causes as Readonly<Record<string, number>>
    const memory = known.memory ?? 0
    const rest = Object.values(known).reduce((sum, n) => sum + n, 0) - memory
    return {
      engine,
      layer,
      computeCycles: latency,
      memoryStallCycles: rest > 0 ? (memory / rest) * latency : 0,
      shares_pct: shares(known),
    }
  }
  return [
    ...jobs.forward.map((input) => {
      const work = forward.measure(input)
      const causes = forwardCycleCauses(work, bytesPerCycle, { subBatch })
      return row('forward', input.layer.name, forward.time(work).latency, causes)
    }),
    ...jobs.backward.map((input) => {
      const work = backward.measure(input)
      const layer = input.kind === 'output' ? 'output' : input.layer.name
      return row('backward', layer, backward.time(work).latency, backwardCycleCauses(work, bytesPerCycle))
    }),
    ...jobs.weightUpdate.map((input) => {
      const work = update.measure(input)
      const causes = weightUpdateCycleCauses(work, bytesPerCycle, { subBatch })
      return row('weight-update', input.layer.name, update.time(work).latency, causes)
    }),
  ]
}
