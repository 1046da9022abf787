import { bytes, cycles } from '@h2learn/hw'
import type { StageWork, SubBatchWork } from './api'

const equal = (stages: readonly StageWork[]): readonly StageWork[] => {
  const mean = (of: (stage: StageWork) => number) => stages.reduce((sum, stage) => sum + of(stage), 0) / stages.length
  const even = {
    cycles: cycles(mean((stage) => stage.cycles)),
    bytes: bytes(mean((stage) => stage.bytes)),
    gradientBytes: bytes(mean((stage) => stage.gradientBytes ?? 0)),
  }
  return stages.map((stage) => {
    const { bound: _, ...rest } = stage
    return { ...rest, ...even }
  })
}

/**
 * The same sub-batch with its work spread evenly over the layers of each pass, as Fig. 10 draws them: each stage takes
 * the pass's mean cycles and bytes, so that the totals stay. The difference to the schedule of the true, unequal layers is
 * what their imbalance costs.
 * Source: modelling choice (Fig. 10 draws layers of one length).
 */
export const equalLayers = (work: SubBatchWork): SubBatchWork =>
  Object.fromEntries(Object.entries(work).map(([pass, stages]) => [pass, equal(stages)]))
