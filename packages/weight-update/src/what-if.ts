import { requireInteger } from '@h2learn/hw'
import { checkBuffer, checkJob, levelPlanes, pixelPlanes } from '@h2learn/lut-pe'
import type { WeightUpdateEngineConfig, WeightUpdateWhatIf, WeightUpdateWork } from './api'
import { weightUpdateEngineConfig } from './config'
import { weightUpdateWork } from './work'

/**
 * The work of a weight gradient from sizes alone (it depends on no value: the array skips nothing and ∇u is stored
 * dense). Same formulas as `measure`; with all `assume` flags it is the study's wu_layer (cost-model.md section 6).
 * @throws ConfigError for layers the engine cannot take
 */
export const weightUpdateWhatIf = (
  { layer, T, B, levels = 1, assume = {} }: WeightUpdateWhatIf,
  given: Partial<WeightUpdateEngineConfig> = {},
): WeightUpdateWork => {
  const config = weightUpdateEngineConfig(given)
  checkJob('weight-update-what-if', layer, T, B, config.subBatch)
  requireInteger('weight-update-what-if/levels', levels)
  const work = weightUpdateWork(config, {
    layer,
    T,
    B,
    planes: layer.encoding ? pixelPlanes : levelPlanes(levels),
    assume,
  })
  checkBuffer(config, { where: `weight-update-what-if/${layer.name}`, bufferBytes: work.bufferBytes })
  return work
}
