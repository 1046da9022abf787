import type { ForwardEngineConfig, ForwardWork } from './api'
import { forwardEngineConfig } from './config'
import { type LutCycleCauses, lutCycleCauses } from './cycle-causes'
import { forwardTiming } from './forward-timing'

/**
 * Where the slots of the Forward Engine go for one layer: folding, empty rows and columns, filling, Soma, memory.
 * @param work what the engine measured, or a what-if
 * @param bytesPerCycle bandwidth of the memory over the clock (the paper: 160); Infinity leaves the memory out
 * @throws ConfigError for an impossible geometry
 */
export const forwardCycleCauses = (
  work: ForwardWork,
  bytesPerCycle: number,
  given: Partial<ForwardEngineConfig> = {},
): LutCycleCauses => {
  const config = forwardEngineConfig(given)
  const { rows, cols, lanes, subLutInputs } = config
  const inputs = work.kind === 'fc' ? subLutInputs.length : subLutInputs.reduce((sum, n) => sum + n, 0)
  const { fillCycles, fillHidden } = work
  const array = work.arrayCycles.reduce((sum, n) => sum + n, 0)
  const fill = work.arrayCycles.reduce((sum, n) => sum + (fillHidden ? Math.max(0, fillCycles - n) : fillCycles), 0)
  return lutCycleCauses(
    {
      timing: forwardTiming(config, work, fillCycles),
      foldedInputs: work.foldedInputs,
      slots: rows * cols * lanes * inputs,
      arrayCycles: array,
      fillCycles: fill,
    },
    bytesPerCycle,
  )
}
