import { ConfigError } from '@h2learn/hw'
import type { Layer } from '@h2learn/snn-core'
import type { SpinalFlowConfig, SpinalFlowWork } from './api'
import { checkSizes } from './check'
import { spinalFlowConfig } from './config'
import { fieldsPerPosition } from './receptive-field'
import { spinalFlowWork } from './work'

/** A pass from the share of input neurons that spike instead of data. */
export interface SpinalFlowWhatIf {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  /** Spikes per input neuron and timestep, 0..1. */
  readonly spikeDensity: number
}

/**
 * The work of a pass with spikes spread evenly, rounded to whole spikes; the same formulas as for data.
 * @throws ConfigError for an encoding layer, a share outside 0..1, sizes that are no integers >= 1
 */
export const spinalFlowWhatIf = (
  { layer, T, B, spikeDensity }: SpinalFlowWhatIf,
  given: Partial<SpinalFlowConfig> = {},
): SpinalFlowWork => {
  const config = spinalFlowConfig(given)
  checkSizes(layer, T, B)
  if (layer.encoding)
    throw new ConfigError({
      where: `spinalflow/${layer.name}`,
      expected: 'a layer fed with spikes',
      got: 'an encoding layer',
    })
  if (!(spikeDensity >= 0 && spikeDensity <= 1))
    throw new ConfigError({
      where: `spinalflow/${layer.name}/spikeDensity`,
      expected: 'a share from 0 to 1',
      got: String(spikeDensity),
    })
  const fields = fieldsPerPosition(layer).reduce((sum, n) => sum + n, 0)
  const inputs = T * layer.C
  return spinalFlowWork(config, {
    layer,
    T,
    B,
    fieldSpikes: new Float64Array(B).fill(Math.round(inputs * fields * spikeDensity)),
    inputSpikes: Math.round(B * inputs * layer.H * layer.W * spikeDensity),
  })
}
