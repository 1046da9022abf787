import type { Counts } from '@h2learn/hw'
import type { ForwardEngineConfig } from './api'
import { forwardEngineConfig } from './config'
import { readsByEntries } from './lut-pe'

/** Bytes per cycle that fill the buffer while the array is busy, in the study's power estimate (calibrate.py). */
const fillBytesPerCycle = 60

const glbBytes = ({ cols, lanes }: ForwardEngineConfig) => cols * lanes * 2 + fillBytesPerCycle

/**
 * What the Forward Engine spends in one cycle with every PE busy, as the study's power estimate assumes: a lookup and an
 * addition per sub-LUT and lane; one FP16 partial sum per column and lane read and written, and 60 bytes of fills.
 */
export const busyForwardActivity = (
  given: Partial<ForwardEngineConfig> = {},
): Counts<'acc.add' | `subLut.read:${number}` | 'glb.read' | 'glb.write'> => {
  const config = forwardEngineConfig(given)
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

/** The same for the non-LUT Forward Engine: a gate and an addition per word and lane. */
export const busyAdderForwardActivity = (
  given: Partial<ForwardEngineConfig> = {},
): Counts<'acc.add' | 'gate.select' | 'glb.read' | 'glb.write'> => {
  const config = forwardEngineConfig(given)
  const words = config.rows * config.cols * config.lanes * config.subLutInputs.reduce((sum, n) => sum + n, 0)
  return {
    'acc.add': words,
    'gate.select': words,
    'glb.read': glbBytes(config),
    'glb.write': glbBytes(config),
  }
}
