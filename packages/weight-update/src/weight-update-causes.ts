import { type LutCycleCauses, lutCycleCauses } from '@h2learn/lut-pe'
import type { WeightUpdateEngineConfig, WeightUpdateWork } from './api'
import { weightUpdateEngineConfig } from './config'
import { weightUpdateTiming } from './weight-update-timing'

/**
 * Where the slots of the Weight Update Engine go for one layer: folding, empty timesteps and columns, filling, memory.
 * @param work what the engine measured, or a what-if
 * @param bytesPerCycle bandwidth of the memory over the clock (the paper: 160); Infinity leaves the memory out. The
 *   gradients' own memory (Mem 2) is not counted here
 * @throws ConfigError for an impossible geometry
 */
export const weightUpdateCycleCauses = (
  work: WeightUpdateWork,
  bytesPerCycle: number,
  given: Partial<WeightUpdateEngineConfig> = {},
): LutCycleCauses => {
  const config = weightUpdateEngineConfig(given)
  const { rows, cols, lanes, subLutInputs } = config
  const inputs = work.kind === 'fc' ? subLutInputs.length : subLutInputs.reduce((sum, n) => sum + n, 0)
  const { fillCycles, fillHidden, groupCycles } = work
  const groups = work.groups.reduce((sum, n) => sum + n, 0)
  return lutCycleCauses(
    {
      timing: weightUpdateTiming(config, work, fillCycles),
      foldedInputs: work.foldedInputs,
      slots: rows * cols * lanes * inputs,
      arrayCycles: groups * groupCycles,
      fillCycles: groups * (fillHidden ? Math.max(0, fillCycles - groupCycles) : fillCycles),
    },
    bytesPerCycle,
  )
}
