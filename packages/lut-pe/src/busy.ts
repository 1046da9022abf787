import type { ForwardEngineConfig } from './api'
import { busyAdderArray, busyLutArray } from './busy-array'
import { forwardEngineConfig } from './config'

/** Bytes per cycle that fill the buffer while the array is busy, in the study's power estimate (calibrate.py). */
const fillBytesPerCycle = 60

/**
 * What the Forward Engine spends in one cycle with every PE busy, as the study's power estimate assumes: `busyLutArray` with
 * FP16 partial sums and 60 bytes of fills.
 */
export const busyForwardActivity = (given: Partial<ForwardEngineConfig> = {}) =>
  busyLutArray({ ...forwardEngineConfig(given), fillBytesPerCycle })

/** The same for the non-LUT Forward Engine. */
export const busyAdderForwardActivity = (given: Partial<ForwardEngineConfig> = {}) =>
  busyAdderArray({ ...forwardEngineConfig(given), fillBytesPerCycle })
