import type { Counts } from '@h2learn/hw'
import { readsByEntries } from '@h2learn/lut-pe'
import type { WeightUpdateEngineConfig } from './api'
import { weightUpdateEngineConfig } from './config'

/** Bytes per cycle that fill the buffer while the array is busy, in the study's power estimate (calibrate.py). */
const fillBytesPerCycle = 70

const glbBytes = ({ cols, lanes }: WeightUpdateEngineConfig) => cols * lanes * 2 + fillBytesPerCycle

/**
 * What the Weight Update Engine spends in one cycle with every PE busy, as the study's power estimate assumes: a lookup
 * and an addition per sub-LUT and lane; one FP16 weight gradient per column and lane read and written, and 70 bytes of
 * fills.
 */
export const busyWeightUpdateActivity = (
  given: Partial<WeightUpdateEngineConfig> = {},
): Counts<'acc.add' | `subLut.read:${number}` | 'glb.read' | 'glb.write'> => {
  const config = weightUpdateEngineConfig(given)
  const { rows, cols, lanes, subLutInputs } = config
  const each = rows * cols * lanes
  return {
    'acc.add': each * subLutInputs.length,
    ...readsByEntries(
      subLutInputs,
      subLutInputs.map(() => each),
    ),
    'glb.read': glbBytes(config),
    'glb.write': glbBytes(config),
  }
}

/** The same for the non-LUT Weight Update Engine: a gate and an addition per word and lane. */
export const busyAdderWeightUpdateActivity = (
  given: Partial<WeightUpdateEngineConfig> = {},
): Counts<'acc.add' | 'gate.select' | 'glb.read' | 'glb.write'> => {
  const config = weightUpdateEngineConfig(given)
  const words = config.rows * config.cols * config.lanes * config.subLutInputs.reduce((sum, n) => sum + n, 0)
  return {
    'acc.add': words,
    'gate.select': words,
    'glb.read': glbBytes(config),
    'glb.write': glbBytes(config),
  }
}
