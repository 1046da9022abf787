import type { Counts, Engine } from '@h2learn/hw'
import { gatedPartialSums } from '@h2learn/lut-pe'
import type {
  AdderWeightUpdateAction,
  AdderWeightUpdatePart,
  WeightUpdateEngineConfig,
  WeightUpdateInput,
  WeightUpdateOutput,
  WeightUpdateWork,
} from './api'
import { weightUpdateEngineConfig } from './config'
import { checkWeightUpdate, measureWeightUpdate, sharedWeightUpdateCounts } from './weight-update-engine'
import { weightUpdateFunction } from './weight-update-function'
import { weightUpdateTiming } from './weight-update-timing'

/**
 * Non-LUT Weight Update Engine, the paper's baseline (Section V-A): every PE gates each of its potential gradients by a
 * spike bit and adds them, 8 adders per PE and lane instead of 2. Same function, bit for bit, same cycles, except that
 * there is no table to fill.
 * @param given differences from Table VII; `subLutInputs` says which words are added first, `shadowLut` means nothing
 * @throws as `weightUpdateEngine`
 */
export const adderWeightUpdateEngine = (
  given: Partial<WeightUpdateEngineConfig> = {},
): Engine<WeightUpdateInput, WeightUpdateOutput, WeightUpdateWork, AdderWeightUpdateAction, AdderWeightUpdatePart> & {
  readonly config: WeightUpdateEngineConfig
} => {
  const config = weightUpdateEngineConfig(given)
  const { rows, cols, lanes, subLutInputs, glbKiB } = config
  const words = subLutInputs.reduce((sum, n) => sum + n, 0)
  const where = 'adder-weight-update-engine'
  return {
    name: where,
    config,
    glbKiB,
    run: (input) => {
      checkWeightUpdate(where, config, input)
      return weightUpdateFunction(config, gatedPartialSums, input)
    },
    measure: (input) => measureWeightUpdate(where, config, input),
    time: (work) => weightUpdateTiming(config, work, 0),
    count: (work): Counts<AdderWeightUpdateAction> => ({
      'acc.add': work.taps,
      'gate.select': work.taps,
      ...sharedWeightUpdateCounts(work),
    }),
    parts: {
      'acc.adder': rows * cols * lanes * words,
      'weight.bit': rows * cols * 16 * words,
      'gate.word': rows * cols * lanes * words,
      'glb.KiB': glbKiB,
    },
  }
}
