import type { BackwardUnits } from './array'
import type { BackwardConfig } from './config'
import { type BackwardEngineUnit, engineOf } from './engine-of'

/**
 * The paper's Backward Engine (Fig. 7, 8; section IV-B3): 16 × 64 groups of 4 FP16 MACs that compute only outputs
 * whose spike-gradient mask is open, from inputs whose potential gradient is not zero.
 * ∇s = −α·u·∇u_{t+1} + Σ ∇u·w, ∇u = α·(1 − s)·∇u_{t+1} + ∇s·fire' (Eq. 2). FP16 throughout.
 * `measure` counts the cycles of every tile from the real masks: they depend on the stage of training.
 * @param config changes to Table VII's geometry and to the modelling choices of `BackwardConfig`
 * @param units units of your own in place of the engine's: silicon and counts follow (`backwardUnits`, `backwardArray`)
 * @throws ConfigError for a configuration that cannot be, and for even kernels when run or measured
 */
export const backwardEngine = (
  config: Partial<BackwardConfig> = {},
  units: Partial<BackwardUnits> = {},
): BackwardEngineUnit => engineOf('backward engine', 'both', config, units)
