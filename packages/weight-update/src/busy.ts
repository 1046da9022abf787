import { busyAdderArray, busyLutArray } from '@h2learn/lut-pe'
import type { WeightUpdateEngineConfig } from './api'
import { weightUpdateEngineConfig } from './config'

/** Bytes per cycle that fill the buffer while the array is busy, in the study's power estimate (calibrate.py). */
const fillBytesPerCycle = 70

/**
 * What the Weight Update Engine spends in one cycle with every PE busy, as the study's power estimate assumes: `busyLutArray`
 * with FP16 weight gradients and 70 bytes of fills.
 */
export const busyWeightUpdateActivity = (given: Partial<WeightUpdateEngineConfig> = {}) =>
  busyLutArray({ ...weightUpdateEngineConfig(given), fillBytesPerCycle })

/** The same for the non-LUT Weight Update Engine. */
export const busyAdderWeightUpdateActivity = (given: Partial<WeightUpdateEngineConfig> = {}) =>
  busyAdderArray({ ...weightUpdateEngineConfig(given), fillBytesPerCycle })
