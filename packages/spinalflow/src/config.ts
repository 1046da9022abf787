import { ConfigError, requireInteger } from '@h2learn/hw'
import type { SpinalFlowConfig } from './api'

const defaults: SpinalFlowConfig = { pes: 128, weightBits: 8, partialSumBits: 16, potentialBits: 32, glbKiB: 576 }

const bits = (name: 'weightBits' | 'partialSumBits' | 'potentialBits', value: number, most: number) => {
  if (!(Number.isInteger(value) && value >= 2 && value <= most))
    throw new ConfigError({ where: `spinalflow/${name}`, expected: `an integer in 2..${most}`, got: String(value) })
}

/**
 * The third-party configuration with the given changes.
 * @throws ConfigError for PEs or bits out of range, or a buffer that is not a size above 0
 */
export const spinalFlowConfig = (given: Partial<SpinalFlowConfig> = {}): SpinalFlowConfig => {
  const config = { ...defaults, ...given }
  requireInteger('spinalflow/pes', config.pes)
  bits('weightBits', config.weightBits, 16)
  bits('partialSumBits', config.partialSumBits, 32)
  bits('potentialBits', config.potentialBits, 64)
  if (!(config.glbKiB > 0 && config.glbKiB < Infinity))
    throw new ConfigError({ where: 'spinalflow/glbKiB', expected: 'a size above 0', got: String(config.glbKiB) })
  return config
}
