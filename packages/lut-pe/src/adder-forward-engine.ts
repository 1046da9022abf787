import type { Counts, Engine } from '@h2learn/hw'
import type {
  AdderForwardAction,
  AdderForwardPart,
  ForwardEngineConfig,
  ForwardInput,
  ForwardOutput,
  ForwardWork,
} from './api'
import { forwardEngineConfig } from './config'
import { checkForward, measureForward, sharedForwardCounts } from './forward-engine'
import { forwardFunction } from './forward-function'
import { forwardTiming } from './forward-timing'
import { gatedPartialSums } from './partial-sums'

/**
 * Non-LUT Forward Engine, the paper's baseline (Section V-A): every PE gates each of its weights by a spike bit and adds
 * them, 9 adders per PE and lane instead of 3. Same function, bit for bit (the gated words of a PE are added in the
 * order in which a sub-LUT would be filled), same cycles, except that there is no table to fill.
 * @param given differences from Table VII; `subLutInputs` says which words are added first, `shadowLut` means nothing
 * @throws as `forwardEngine`
 */
export const adderForwardEngine = (
  given: Partial<ForwardEngineConfig> = {},
): Engine<ForwardInput, ForwardOutput, ForwardWork, AdderForwardAction, AdderForwardPart> & {
  readonly config: ForwardEngineConfig
} => {
  const config = forwardEngineConfig(given)
  const { rows, cols, lanes, subLutInputs, somas, glbKiB } = config
  const words = subLutInputs.reduce((sum, n) => sum + n, 0)
  const where = 'adder-forward-engine'
  return {
    name: where,
    config,
    glbKiB,
    run: (input) => {
      checkForward(where, config, input)
      return forwardFunction(config, gatedPartialSums, input)
    },
    measure: (input) => measureForward(where, config, input),
    time: (work) => forwardTiming(config, work, 0),
    count: (work): Counts<AdderForwardAction> => ({
      'acc.add': work.windows.taps,
      'gate.select': work.windows.taps,
      ...sharedForwardCounts(work),
    }),
    parts: {
      'acc.adder': rows * cols * lanes * words,
      'weight.bit': rows * cols * 16 * words,
      'gate.word': rows * cols * lanes * words,
      'soma.lane': somas * lanes,
      'glb.KiB': glbKiB,
    },
  }
}
