import { requireInteger } from '@h2learn/hw'
import { checkGlb, checkSubLutInputs } from '@h2learn/lut-pe'
import type { WeightUpdateEngineConfig } from './api'

const table7: WeightUpdateEngineConfig = {
  rows: 10,
  cols: 128,
  lanes: 4,
  subLutInputs: [4, 4],
  tile: 8,
  subBatch: 4,
  shadowLut: false,
  glbKiB: 2684,
  requireFit: false,
}

/**
 * Fills in Table VII for what is left out and checks the rest.
 * @throws ConfigError for sizes that are not integers >= 1, sub-LUTs outside 1..12 inputs or an impossible buffer
 */
export const weightUpdateEngineConfig = (given: Partial<WeightUpdateEngineConfig> = {}): WeightUpdateEngineConfig => {
  const config = { ...table7, ...given }
  for (const name of ['rows', 'cols', 'lanes', 'tile', 'subBatch'] as const)
    requireInteger(`weight-update-engine/${name}`, config[name])
  checkSubLutInputs('weight-update-engine', config.subLutInputs)
  checkGlb('weight-update-engine', config.glbKiB)
  return config
}
