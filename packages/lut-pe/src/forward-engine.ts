import type { Counts, Engine } from '@h2learn/hw'
import { requireNumbers } from '@h2learn/snn-core'
import type { ForwardAction, ForwardEngineConfig, ForwardInput, ForwardOutput, ForwardPart, ForwardWork } from './api'
import { bitPlanes } from './bit-planes'
import { checkJob, checkLayerInput, checkShape } from './check'
import { checkBuffer, forwardEngineConfig } from './config'
import { forwardFunction } from './forward-function'
import { forwardTiming } from './forward-timing'
import { readsByEntries, subLutParts } from './lut-pe'
import { lutPartialSums } from './partial-sums'
import { checkSomaNeuron } from './soma'
import { countedWindows, forwardWork } from './work'

/** Checks one layer's forward pass against the engine. @throws ConfigError, CapacityError, ShapeError; InputError for NaN */
export const checkForward = (where: string, config: ForwardEngineConfig, input: ForwardInput): void => {
  const { layer, T, B } = input
  checkJob(where, layer, T, B, config.subBatch)
  bitPlanes(where, input.input)
  checkSomaNeuron(where, input.neuron)
  checkLayerInput(`${where}/${layer.name}/input`, input.input, layer, T, B)
  checkShape(`${where}/${layer.name}/weights`, input.weights.shape, { K: layer.K, C: layer.C, R: layer.R, S: layer.S })
  requireNumbers(input.weights, `${where}/${layer.name}/weights`)
}

/** The work of a recorded forward pass: sizes and open windows as they really were. @throws ShapeError, ConfigError */
export const measureForward = (where: string, config: ForwardEngineConfig, input: ForwardInput): ForwardWork => {
  checkForward(where, config, input)
  const { layer, T, B, spikeGradMask } = input
  checkShape(`${where}/${layer.name}/spikeGradMask`, spikeGradMask.shape, {
    T,
    B,
    C: layer.K,
    H: layer.outH,
    W: layer.outW,
  })
  const planes = bitPlanes(where, input.input)
  const work = forwardWork(config, { layer, T, B, planes, open: countedWindows(spikeGradMask), assume: {} })
  checkBuffer(config, { where: `${where}/${layer.name}`, bufferBytes: work.bufferBytes })
  return work
}

const total = (values: readonly number[]) => values.reduce((sum, n) => sum + n, 0)

/** What both Forward Engines spend alike: pooling, scaling of planes, Soma, global buffer. */
export const sharedForwardCounts = (work: ForwardWork) => ({
  'pool.add': work.poolAdds,
  // scaling a plane's sum is the same multiplication by a constant as pooling's
  'pool.scale': work.poolScales + work.planeScales,
  'soma.update': work.somaUpdates,
  // what arrives is written and read once; so are the outputs; partial sums by input block
  'glb.read': work.loadBytes + work.storeBytes + work.partialSumBytes.read,
  'glb.write': work.loadBytes + work.storeBytes + work.partialSumBytes.write,
})

/**
 * Forward Engine (Fig. 4, 5; Table VII): rows of input channels × columns of output channels of LUT PEs, an FP16 adder
 * tree per column, pooling, Soma. Output-stationary; one grid iteration is one load of weights and T × rows input tiles.
 *
 *     ps_t = Σ_c Σ_sub-LUTs entry[spike bits],   u_t = α·u_{t−1}·(1 − s_{t−1}) + ps_t,   s_t = [u_t ≥ th_f]   (Eq. 1)
 *
 * `run` gives the bits that the hardware's order of FP16 additions gives; they do not depend on the tile size.
 * @param given differences from Table VII
 * @throws ConfigError for an impossible geometry; when used, also for layers it cannot take (even kernels, analog
 *   input, other neurons), CapacityError for a sub-batch too large or (`requireFit`) a buffer too small, ShapeError for tensors that do not fit the layer
 */
export const forwardEngine = (
  given: Partial<ForwardEngineConfig> = {},
): Engine<ForwardInput, ForwardOutput, ForwardWork, ForwardAction, ForwardPart> & {
  readonly config: ForwardEngineConfig
} => {
  const config = forwardEngineConfig(given)
  const { rows, cols, lanes, subLutInputs, somas, shadowLut, glbKiB } = config
  const where = 'forward-engine'
  return {
    name: where,
    config,
    glbKiB,
    run: (input) => {
      checkForward(where, config, input)
      return forwardFunction(config, lutPartialSums, input)
    },
    measure: (input) => measureForward(where, config, input),
    time: (work) => forwardTiming(config, work, work.fillCycles),
    count: (work): Counts<ForwardAction> => ({
      // m leaves of a column take m − 1 additions in the tree and one into the running sum
      'acc.add': total(work.windows.lookups) + work.windows.gates,
      'subLut.add': work.windows.fillAdds,
      'subLut.write': work.windows.fillWrites,
      ...readsByEntries(subLutInputs, work.windows.lookups),
      'gate.select': work.windows.gates,
      ...sharedForwardCounts(work),
    }),
    parts: {
      'acc.adder': rows * cols * lanes * subLutInputs.length,
      ...subLutParts(rows * cols, lanes, subLutInputs, shadowLut ? 2 : 1),
      'soma.lane': somas * lanes,
      'glb.KiB': glbKiB,
    },
  }
}
