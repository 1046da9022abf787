import { ConfigError, requireInteger } from '@h2learn/hw'
import type { ForwardEngineConfig, ForwardWhatIf, ForwardWork } from './api'
import { levelPlanes, pixelPlanes } from './bit-planes'
import { checkJob } from './check'
import { checkBuffer, forwardEngineConfig } from './config'
import { forwardWork } from './work'

/**
 * The work of a forward pass from averages instead of data: every tile has the same share of open windows, rounded to
 * whole neurons. Same formulas as `measure`; with all `assume` flags it is the study's fe_layer (cost-model.md section 6).
 * @throws ConfigError for layers the engine cannot take or a density outside 0..1; CapacityError with `requireFit`
 */
export const forwardWhatIf = (
  { layer, T, B, levels = 1, outputDensity, assume = {} }: ForwardWhatIf,
  given: Partial<ForwardEngineConfig> = {},
): ForwardWork => {
  const config = forwardEngineConfig(given)
  checkJob('forward-what-if', layer, T, B, config.subBatch)
  requireInteger('forward-what-if/levels', levels)
  if (!(outputDensity >= 0 && outputDensity <= 1))
    throw new ConfigError({
      where: 'forward-what-if/outputDensity',
      expected: 'a share in 0..1',
      got: String(outputDensity),
    })
  const work = forwardWork(config, {
    layer,
    T,
    B,
    planes: layer.encoding ? pixelPlanes : levelPlanes(levels),
    open: ({ h, w }, _, channels, __, timesteps) => Math.round(outputDensity * timesteps * B * channels * h * w),
    assume,
  })
  checkBuffer(config, { where: `forward-what-if/${layer.name}`, bufferBytes: work.bufferBytes })
  return work
}
