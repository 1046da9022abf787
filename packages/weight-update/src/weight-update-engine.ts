import type { Counts, Engine } from '@h2learn/hw'
import {
  bitPlanes,
  checkBuffer,
  checkJob,
  checkLayerInput,
  checkShape,
  lutPartialSums,
  readsByEntries,
  subLutParts,
} from '@h2learn/lut-pe'
import { requireNumbers } from '@h2learn/snn-core'
import type {
  WeightUpdateAction,
  WeightUpdateEngineConfig,
  WeightUpdateInput,
  WeightUpdateOutput,
  WeightUpdatePart,
  WeightUpdateWork,
} from './api'
import { weightUpdateEngineConfig } from './config'
import { weightUpdateFunction } from './weight-update-function'
import { weightUpdateTiming } from './weight-update-timing'
import { weightUpdateWork } from './work'

/** Checks one layer's weight gradient against the engine. @throws ConfigError, CapacityError, ShapeError; InputError for NaN */
export const checkWeightUpdate = (where: string, config: WeightUpdateEngineConfig, input: WeightUpdateInput): void => {
  const { layer, T, B, gradU, accumulated } = input
  checkJob(where, layer, T, B, config.subBatch)
  bitPlanes(where, input.input)
  checkLayerInput(`${where}/${layer.name}/input`, input.input, layer, T, B)
  checkShape(`${where}/${layer.name}/gradU`, gradU.shape, { T, B, C: layer.K, H: layer.outH, W: layer.outW })
  requireNumbers(gradU, `${where}/${layer.name}/gradU`)
  if (!accumulated) return
  const { K, C, R, S } = layer
  checkShape(`${where}/${layer.name}/accumulated`, accumulated.shape, { K, C, R, S })
  requireNumbers(accumulated, `${where}/${layer.name}/accumulated`)
}

/** The work of one layer's weight gradient. @throws as `checkWeightUpdate` */
export const measureWeightUpdate = (
  where: string,
  config: WeightUpdateEngineConfig,
  input: WeightUpdateInput,
): WeightUpdateWork => {
  checkWeightUpdate(where, config, input)
  const { layer, T, B } = input
  const work = weightUpdateWork(config, { layer, T, B, planes: bitPlanes(where, input.input), assume: {} })
  checkBuffer(config, { where: `${where}/${layer.name}`, bufferBytes: work.bufferBytes })
  return work
}

/** What both Weight Update Engines spend alike: scalings and the global buffer. */
export const sharedWeightUpdateCounts = (work: WeightUpdateWork) => ({
  'pool.scale': work.planeScales + work.spreadScales,
  // inputs and ∇u written and read once; gradients read and written at every addition, and once for Mem 2
  'glb.read': work.loadBytes + 2 * (work.updates + work.parameters),
  'glb.write': work.loadBytes + 2 * (work.updates + work.parameters),
})

/**
 * Weight Update Engine (Fig. 6; Table VII): rows of timesteps × columns of ∇u channels of LUT PEs whose sub-LUTs hold
 * subset sums of potential gradients. For one kernel tap one lookup folds 8 output positions; an FP16 adder tree per
 * column adds all timesteps; gradients stay on chip until the layer is done.
 *
 *     ∇w[k,c,r,s] = Σ_t Σ_positions s_t[c, …]·∇u_t[k, …]           (Eq. 3), FP16, order of addition of rule 16
 *
 * @param given differences from Table VII
 * @throws ConfigError for an impossible geometry; when used, also for layers it cannot take (even kernels, analog
 *   input), CapacityError for a sub-batch too large or (`requireFit`) a buffer too small, ShapeError for tensors that do not fit the layer
 */
export const weightUpdateEngine = (
  given: Partial<WeightUpdateEngineConfig> = {},
): Engine<WeightUpdateInput, WeightUpdateOutput, WeightUpdateWork, WeightUpdateAction, WeightUpdatePart> & {
  readonly config: WeightUpdateEngineConfig
} => {
  const config = weightUpdateEngineConfig(given)
  const { rows, cols, lanes, subLutInputs, shadowLut, glbKiB } = config
  const where = 'weight-update-engine'
  return {
    name: where,
    config,
    glbKiB,
    run: (input) => {
      checkWeightUpdate(where, config, input)
      return weightUpdateFunction(config, lutPartialSums, input)
    },
    measure: (input) => measureWeightUpdate(where, config, input),
    time: (work) => weightUpdateTiming(config, work, work.fillCycles),
    count: (work): Counts<WeightUpdateAction> => ({
      // m leaves of a column take m − 1 additions in the tree and one into the running sum
      'acc.add': work.lookups.reduce((sum, n) => sum + n, 0) + work.gates,
      'subLut.add': work.fillAdds,
      'subLut.write': work.fillWrites,
      ...readsByEntries(subLutInputs, work.lookups),
      'gate.select': work.gates,
      ...sharedWeightUpdateCounts(work),
    }),
    parts: {
      'acc.adder': rows * cols * lanes * subLutInputs.length,
      ...subLutParts(rows * cols, lanes, subLutInputs, shadowLut ? 2 : 1),
      'glb.KiB': glbKiB,
    },
  }
}
