import { addCounts, type Counts, cycles, type Engine, globalBuffer, type Unit } from '@h2learn/hw'
import { defaultNeuron, requireNumbers } from '@h2learn/snn-core'
import type {
  AdderForwardAction,
  AdderForwardPart,
  ForwardAction,
  ForwardEngineConfig,
  ForwardInput,
  ForwardOutput,
  ForwardPart,
  ForwardWork,
} from './api'
import { bitPlanes } from './bit-planes'
import { checkJob, checkLayerInput, checkShape } from './check'
import { checkBuffer, forwardEngineConfig } from './config'
import { forwardFunction } from './forward-function'
import { forwardTiming } from './forward-timing'
import { gatedPartialSums, lutPartialSums, type PeArray } from './partial-sums'
import { gatedUnits, lutUnits, peArray } from './pe-array'
import { checkSomaNeuron, soma } from './soma'
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

/** Pooling before the Soma and scaling of bit planes: adders and a multiplication by a constant, priced without silicon. */
const pooling = {
  name: 'pooling',
  run: (sums: Float32Array) => sums,
  measure: () => ({ adds: 0, scales: 0 }),
  time: () => ({ latency: cycles(0), interval: cycles(0) }),
  // scaling a plane's sum is the same multiplication by a constant as pooling's
  count: ({ adds, scales }: { readonly adds: number; readonly scales: number }) => ({
    'pool.add': adds,
    'pool.scale': scales,
  }),
  parts: {},
} satisfies Unit<Float32Array, Float32Array, { readonly adds: number; readonly scales: number }, string, never>

const ofTheEngine = ({ somas, lanes, glbKiB }: ForwardEngineConfig) => ({
  pooling,
  soma: soma({ somas, lanes, neuron: defaultNeuron }),
  buffer: globalBuffer({ KiB: glbKiB }),
})

/** The units a Forward Engine with LUT PEs is made of (Fig. 4, 5). */
export const forwardUnits = (config: ForwardEngineConfig) => ({ ...lutUnits(config), ...ofTheEngine(config) })
/** The units of its baseline without tables. */
export const adderForwardUnits = (config: ForwardEngineConfig) => ({ ...gatedUnits(config), ...ofTheEngine(config) })

export type ForwardUnits = ReturnType<typeof forwardUnits>
export type AdderForwardUnits = ReturnType<typeof adderForwardUnits>

/** What the units beside the array do, the same with and without tables. */
const sharedCounts = (units: ReturnType<typeof ofTheEngine>, work: ForwardWork) =>
  addCounts(
    addCounts(
      units.pooling.count({ adds: work.poolAdds, scales: work.poolScales + work.planeScales }),
      units.soma.count({ neurons: work.somaUpdates }),
    ),
    // what arrives is written and read once; so are the outputs; partial sums by input block
    units.buffer.count({
      readBytes: work.loadBytes + work.storeBytes + work.partialSumBytes.read,
      writtenBytes: work.loadBytes + work.storeBytes + work.partialSumBytes.write,
    }),
  )

const sharedParts = ({ soma: own, buffer }: ReturnType<typeof ofTheEngine>) => addCounts(own.parts, buffer.parts)

/** Both Forward Engines check, measure and time alike; only their PEs differ. */
const engineOf = (where: string, config: ForwardEngineConfig, pes: PeArray) => ({
  name: where,
  config,
  glbKiB: config.glbKiB,
  run: (input: ForwardInput): ForwardOutput => {
    checkForward(where, config, input)
    return forwardFunction(config, pes, input)
  },
  measure: (input: ForwardInput): ForwardWork => measureForward(where, config, input),
})

/**
 * Forward Engine (Fig. 4, 5; Table VII): rows of input channels × columns of output channels of LUT PEs, an FP16 adder
 * tree per column, pooling, Soma. Output-stationary; one grid iteration is one load of weights and T × rows input tiles.
 *
 *     ps_t = Σ_c Σ_sub-LUTs entry[spike bits],   u_t = α·u_{t−1}·(1 − s_{t−1}) + ps_t,   s_t = [u_t ≥ th_f]   (Eq. 1)
 *
 * `run` gives the bits that the hardware's order of FP16 additions gives; they do not depend on the tile size.
 * @param given differences from Table VII
 * @param replaced units of your own in place of the engine's (`forwardUnits`): silicon and counts follow from them
 * @throws ConfigError for an impossible geometry; when used, also for layers it cannot take (even kernels, analog
 *   input, other neurons), CapacityError for a sub-batch too large or (`requireFit`) a buffer too small, ShapeError for tensors that do not fit the layer
 */
export const forwardEngine = (
  given: Partial<ForwardEngineConfig> = {},
  replaced: Partial<ForwardUnits> = {},
): Engine<ForwardInput, ForwardOutput, ForwardWork, ForwardAction, ForwardPart> & {
  readonly config: ForwardEngineConfig
} => {
  const config = forwardEngineConfig(given)
  const units = { ...forwardUnits(config), ...replaced }
  const array = peArray(config, units, config.subLutInputs.length)
  return {
    ...engineOf('forward-engine', config, lutPartialSums),
    time: (work) => forwardTiming(config, work, work.fillCycles),
    count: ({ windows, ...work }): Counts<ForwardAction> =>
      addCounts(
        addCounts(
          array.count([
            [{ windows: 0, ...windows }],
            [{ windows: 0, adds: windows.lookups.reduce((sum, n) => sum + n, 0) + windows.gates }],
          ]),
          units.gate.count({ gates: windows.gates }),
        ),
        sharedCounts(units, { windows, ...work }),
      ) as Counts<ForwardAction>,
    parts: addCounts(array.parts, sharedParts(units)),
  }
}

/**
 * Non-LUT Forward Engine, the paper's baseline (Section V-A): every PE gates each of its weights by a spike bit and adds
 * them, 9 adders per PE and lane instead of 3. Same function, bit for bit (the gated words of a PE are added in the
 * order in which a sub-LUT would be filled), same cycles, except that there is no table to fill.
 * @param given differences from Table VII; `subLutInputs` says which words are added first, `shadowLut` means nothing
 * @param replaced units of your own in place of the engine's (`adderForwardUnits`)
 * @throws as `forwardEngine`
 */
export const adderForwardEngine = (
  given: Partial<ForwardEngineConfig> = {},
  replaced: Partial<AdderForwardUnits> = {},
): Engine<ForwardInput, ForwardOutput, ForwardWork, AdderForwardAction, AdderForwardPart> & {
  readonly config: ForwardEngineConfig
} => {
  const config = forwardEngineConfig(given)
  const units = { ...adderForwardUnits(config), ...replaced }
  const words = config.subLutInputs.reduce((sum, n) => sum + n, 0)
  const array = peArray(config, units, words)
  return {
    ...engineOf('adder-forward-engine', config, gatedPartialSums),
    time: (work) => forwardTiming(config, work, 0),
    count: (work): Counts<AdderForwardAction> => {
      const { taps } = work.windows
      return addCounts(array.count([[{ windows: 0, taps }], [{ windows: 0, adds: taps }]]), sharedCounts(units, work))
    },
    parts: addCounts(array.parts, sharedParts(units)),
  }
}
