import { addCounts, type Counts, cycles, type Engine, globalBuffer, type Unit } from '@h2learn/hw'
import {
  bitPlanes,
  checkBuffer,
  checkJob,
  checkLayerInput,
  checkShape,
  gatedPartialSums,
  gatedUnits,
  lutPartialSums,
  lutUnits,
  type PeArray,
  peArray,
} from '@h2learn/lut-pe'
import { requireNumbers } from '@h2learn/snn-core'
import type {
  AdderWeightUpdateAction,
  AdderWeightUpdatePart,
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

/** Scaling of bit planes and of ∇u over pooled positions: a multiplication by a constant, priced without silicon. */
const scaling = {
  name: 'scaling',
  run: (sums: Float32Array) => sums,
  measure: () => ({ scales: 0 }),
  time: () => ({ latency: cycles(0), interval: cycles(0) }),
  count: ({ scales }: { readonly scales: number }) => ({ 'pool.scale': scales }),
  parts: {},
} satisfies Unit<Float32Array, Float32Array, { readonly scales: number }, 'pool.scale', never>

const ofTheEngine = ({ glbKiB }: WeightUpdateEngineConfig) => ({ scaling, buffer: globalBuffer({ KiB: glbKiB }) })

/** The units a Weight Update Engine with LUT PEs is made of (Fig. 6). */
export const weightUpdateUnits = (config: WeightUpdateEngineConfig) => ({ ...lutUnits(config), ...ofTheEngine(config) })
/** The units of its baseline without tables. */
export const adderWeightUpdateUnits = (config: WeightUpdateEngineConfig) => ({
  ...gatedUnits(config),
  ...ofTheEngine(config),
})

export type WeightUpdateUnits = ReturnType<typeof weightUpdateUnits>
export type AdderWeightUpdateUnits = ReturnType<typeof adderWeightUpdateUnits>

/** What the units beside the array do, the same with and without tables. */
const sharedCounts = (units: ReturnType<typeof ofTheEngine>, work: WeightUpdateWork) => {
  // inputs and ∇u written and read once; gradients read and written at every addition, and once for Mem 2
  const bytes = work.loadBytes + 2 * (work.updates + work.parameters)
  return addCounts(
    units.scaling.count({ scales: work.planeScales + work.spreadScales }),
    units.buffer.count({ readBytes: bytes, writtenBytes: bytes }),
  )
}

/** Both Weight Update Engines check, measure and time alike; only their PEs differ. */
const engineOf = (where: string, config: WeightUpdateEngineConfig, pes: PeArray) => ({
  name: where,
  config,
  glbKiB: config.glbKiB,
  run: (input: WeightUpdateInput): WeightUpdateOutput => {
    checkWeightUpdate(where, config, input)
    return weightUpdateFunction(config, pes, input)
  },
  measure: (input: WeightUpdateInput): WeightUpdateWork => measureWeightUpdate(where, config, input),
})

/**
 * Weight Update Engine (Fig. 6; Table VII): rows of timesteps × columns of ∇u channels of LUT PEs whose sub-LUTs hold
 * subset sums of potential gradients. For one kernel tap one lookup folds 8 output positions; an FP16 adder tree per
 * column adds all timesteps; gradients stay on chip until the layer is done.
 *
 *     ∇w[k,c,r,s] = Σ_t Σ_positions s_t[c, …]·∇u_t[k, …]           (Eq. 3), FP16, order of addition of rule 16
 *
 * @param given differences from Table VII
 * @param replaced units of your own in place of the engine's (`weightUpdateUnits`): silicon and counts follow from them
 * @throws ConfigError for an impossible geometry; when used, also for layers it cannot take (even kernels, analog
 *   input), CapacityError for a sub-batch too large or (`requireFit`) a buffer too small, ShapeError for tensors that do not fit the layer
 */
export const weightUpdateEngine = (
  given: Partial<WeightUpdateEngineConfig> = {},
  replaced: Partial<WeightUpdateUnits> = {},
): Engine<WeightUpdateInput, WeightUpdateOutput, WeightUpdateWork, WeightUpdateAction, WeightUpdatePart> & {
  readonly config: WeightUpdateEngineConfig
} => {
  const config = weightUpdateEngineConfig(given)
  const units = { ...weightUpdateUnits(config), ...replaced }
  const array = peArray(config, units, config.subLutInputs.length)
  return {
    ...engineOf('weight-update-engine', config, lutPartialSums),
    time: (work) => weightUpdateTiming(config, work, work.fillCycles),
    count: (work): Counts<WeightUpdateAction> => {
      const { lookups, fillWrites, fillAdds, gates } = work
      const adds = lookups.reduce((sum, n) => sum + n, 0) + gates
      return addCounts(
        addCounts(
          array.count([[{ windows: 0, lookups, fillWrites, fillAdds }], [{ windows: 0, adds }]]),
          units.gate.count({ gates }),
        ),
        sharedCounts(units, work),
      )
    },
    parts: addCounts(array.parts, units.buffer.parts),
  }
}

/**
 * Non-LUT Weight Update Engine, the paper's baseline (Section V-A): every PE gates each of its potential gradients by a
 * spike bit and adds them, 8 adders per PE and lane instead of 2. Same function, bit for bit, same cycles, except that
 * there is no table to fill.
 * @param given differences from Table VII; `subLutInputs` says which words are added first, `shadowLut` means nothing
 * @param replaced units of your own in place of the engine's (`adderWeightUpdateUnits`)
 * @throws as `weightUpdateEngine`
 */
export const adderWeightUpdateEngine = (
  given: Partial<WeightUpdateEngineConfig> = {},
  replaced: Partial<AdderWeightUpdateUnits> = {},
): Engine<WeightUpdateInput, WeightUpdateOutput, WeightUpdateWork, AdderWeightUpdateAction, AdderWeightUpdatePart> & {
  readonly config: WeightUpdateEngineConfig
} => {
  const config = weightUpdateEngineConfig(given)
  const units = { ...adderWeightUpdateUnits(config), ...replaced }
  const words = config.subLutInputs.reduce((sum, n) => sum + n, 0)
  const array = peArray(config, units, words)
  return {
    ...engineOf('adder-weight-update-engine', config, gatedPartialSums),
    time: (work) => weightUpdateTiming(config, work, 0),
    count: (work): Counts<AdderWeightUpdateAction> => {
      const { taps } = work
      return addCounts(array.count([[{ windows: 0, taps }], [{ windows: 0, adds: taps }]]), sharedCounts(units, work))
    },
    parts: addCounts(array.parts, units.buffer.parts),
  }
}
