import {
  fieldNames,
  flag,
  type GivenOf,
  readField,
  readFields,
  requireKnown,
  requireList,
  requireObject,
} from '@h2learn/config'
import { type Bytes, bytes, ConfigError, type Cycles, cycles, requireInteger } from '@h2learn/hw'
import { type ForwardEngineConfig, forwardEngine, forwardWhatIf } from '@h2learn/lut-pe'
import { type Layer, type Network, requireNetwork } from '@h2learn/snn-core'
import {
  type BackwardConfig,
  type BackwardLayerWhatIf,
  type BackwardMode,
  type BackwardWork,
  backwardEngine,
  backwardWhatIf,
  denseBackwardEngine,
  inputSparseBackwardEngine,
  outputSparseBackwardEngine,
} from '@h2learn/sparse-backward'
import { type WeightUpdateEngineConfig, weightUpdateEngine, weightUpdateWhatIf } from '@h2learn/weight-update'
import { accelerator } from './accelerator'
import type { Accelerator, AcceleratorConfig, ChipRun, EngineRole, StageRun } from './api'
import { chipFields } from './chip-fields'
import { chipRun } from './chip-run'
import { type MeasuredStage, measuredStage, streamedStage } from './engine-stage'

const where = 'analyticRun'

/** Departures from the rules of the model, for comparing with the throughput study. */
export const assumptionFields = {
  hiddenFill: flag(false, { doc: 'sub-LUT fills are hidden without paying the bits of a second copy' }),
  fullSizeStorage: flag(false, {
    doc: 'pooled layers store spikes, masks, potentials and gradients at the size before pooling',
  }),
  noFirstFill: flag(false, { doc: 'the first load of a layer is not waited for' }),
  unboundedSoma: flag(false, { doc: 'the Soma is never the bound (it is, in the encoding layer)' }),
  idealRates: flag(false, { doc: 'Backward: scanning, Acc and Grad never bound a tile, and the first load is free' }),
  // in truth they come in squares, which makes the busiest PE busier; only differs where storage is not at full size
  independentMasks: flag(false, {
    doc: 'Backward: the k×k gradients that `APk` spreads from one are drawn as if each were zero on its own',
  }),
} as const

/** Departures from the rules of the model; every one defaults to false. */
export type AnalyticAssumptions = GivenOf<typeof assumptionFields>

/** What the tables of cost-model.md section 6 assume (`calibration/throughput.py`). */
export const studyAssumptions: Required<AnalyticAssumptions> = {
  hiddenFill: true,
  fullSizeStorage: true,
  noFirstFill: true,
  unboundedSoma: true,
  idealRates: true,
  independentMasks: true,
}

/** A chip known by its formulas: engines of the packages, since only they have a what-if. */
export interface AnalyticChip extends Pick<AcceleratorConfig, 'memory' | 'schedule' | 'clock' | 'prices' | 'subBatch'> {
  /** Differences from Table VII. */
  readonly forward?: Partial<ForwardEngineConfig>
  readonly weightUpdate?: Partial<WeightUpdateEngineConfig>
  readonly backward?: Partial<BackwardConfig>
  /** Which zeros the Backward Engine skips: `both` (default), or one of the baselines of Fig. 13. */
  readonly backwardMode?: BackwardMode
}

/** A training step known by its averages. */
export interface AnalyticWork extends Pick<BackwardLayerWhatIf, 'seed' | 'trials' | 'halo'> {
  readonly network: Network
  /**
   * Shares of zeros in ∇s̃ of the neurons below, and in ∇ũ of the layer's own, for every convolution with a Backward
   * pass in order (conv2, conv3, ...: the columns of Table III), 0..1.
   */
  readonly outputSparsity: readonly number[]
  readonly inputSparsity: readonly number[]
  /** Samples of a batch group; default 64. */
  readonly batch?: number
  readonly chip?: AnalyticChip
  readonly assume?: AnalyticAssumptions
}

/** A chip's training period from formulas alone: everything `simulate` gives, with the sums the study prints. */
export interface AnalyticRun extends ChipRun {
  readonly chip: Accelerator
  /** Cycles of each engine for one sub-batch, when the memories serve nobody else. */
  readonly engineCycles: Readonly<Record<EngineRole, Cycles>>
  /** Bytes each engine moves over the memory of the sub-batch. */
  readonly engineBytes: Readonly<Record<EngineRole, Bytes>>
  /** Cycles that Backward and Weight Update keep the memory busy that they share. */
  readonly sharedMemoryCycles: Cycles
  /** Samples per second in the closed form, the bound of `samples_per_s`. */
  readonly closed_form_samples_per_s: number
}

const backwardEngines = {
  both: backwardEngine,
  dense: denseBackwardEngine,
  input: inputSparseBackwardEngine,
  output: outputSparseBackwardEngine,
} as const

/** The convolutions that a gradient passes through: all but the first layer. */
const passedConvs = ({ layers }: Network): readonly Layer[] =>
  layers.filter(({ kind, index }) => kind === 'conv' && index > 0)

/** Fields of `AnalyticWork`. */
const workFields = [
  'network',
  'outputSparsity',
  'inputSparsity',
  'batch',
  'chip',
  'assume',
  'seed',
  'trials',
  'halo',
  ...fieldNames(chipFields).map((name) => `chip.${name}`),
]

/** @throws ConfigError, InputError for fields that do not exist or are missing */
const checkWork = (work: AnalyticWork): void => {
  requireKnown(where, work, workFields)
  requireNetwork(`${where}: network`, work.network)
}

/** Sparsities by the layer's name. */
const byLayer = (name: 'outputSparsity' | 'inputSparsity', work: AnalyticWork): ReadonlyMap<string, number> => {
  const convs = passedConvs(work.network)
  const given = requireList(`${where}: ${name}`, work[name], 'a list of shares of zeros, 0 to 1') as readonly number[]
  if (given.length !== convs.length)
    throw new ConfigError({
      where: `${where}/${name}`,
      expected: `${convs.length} shares, one each for ${convs.map((layer) => layer.name).join(', ') || 'no layer'}`,
      got: String(given.length),
      hint: 'the first layer has no Backward pass, and fully connected layers run dense',
    })
  return new Map(convs.map((layer, i) => [layer.name, given[i]!]))
}

/** What the engines and their what-ifs are made with. */
const geometry = ({ chip = {}, assume }: Pick<AnalyticWork, 'chip' | 'assume'>, subBatch: number) => {
  const { idealRates, fullSizeStorage } = readFields(`${where}: assume`, assumptionFields, assume)
  return {
    forward: { subBatch, ...chip.forward },
    weightUpdate: { subBatch, ...chip.weightUpdate },
    backward: { idealRates, fullSizeStorage, ...chip.backward },
  }
}

/** One layer's Backward pass; with independent masks the cycles of gradients at full size, the traffic of pooled ones. */
const backwardWork = (
  whatIf: BackwardLayerWhatIf,
  config: Partial<BackwardConfig>,
  mode: BackwardMode,
  { independentMasks = false, fullSizeStorage = false }: AnalyticAssumptions,
): BackwardWork => {
  const known = backwardWhatIf(whatIf, config, mode)
  if (!independentMasks || fullSizeStorage || whatIf.layer.currentPool === 1) return known
  const apart = backwardWhatIf(whatIf, { ...config, fullSizeStorage: true }, mode)
  const { firstFillBytes, glb, poolScales, iterations } = known
  return {
    ...apart,
    firstFillBytes,
    glb,
    poolScales,
    iterations: { cycles: apart.iterations.cycles, bytes: iterations.bytes },
  }
}

/**
 * The stages of one sub-batch from averages, timed and counted: Forward in layer order, Backward from the output down,
 * Weight Update likewise.
 * @param B samples of the sub-batch
 * @throws ConfigError as `analyticRun`
 */
export const analyticStages = (
  chip: Pick<Accelerator, 'engines' | 'subBatch'>,
  work: AnalyticWork,
  B: number,
): readonly MeasuredStage[] => {
  const { network, assume = {}, chip: config = {} } = work
  const { layers, T } = network
  const { backwardMode = 'both' } = config
  const draws = {
    ...(work.seed === undefined ? {} : { seed: work.seed }),
    ...(work.trials === undefined ? {} : { trials: work.trials }),
    ...(work.halo === undefined ? {} : { halo: work.halo }),
  }
  const outputSparsity = byLayer('outputSparsity', work)
  const inputSparsity = byLayer('inputSparsity', work)
  const engines = geometry(work, chip.subBatch)
  const below = (layer: Layer) => layers[layer.index - 1]
  const levels = (layer: Layer) => {
    const side = below(layer)?.spikePool ?? network.inputPool
    return side * side
  }
  const forward = layers.map((layer) => {
    const next = layers[layer.index + 1]
    // ∇s̃ of a layer whose neurons no convolution reads is not in Table III: taken as open everywhere, as the study does
    const outputDensity = 1 - (outputSparsity.get(next?.name ?? '') ?? 0)
    const known = forwardWhatIf({ layer, T, B, levels: levels(layer), outputDensity, assume }, engines.forward)
    return measuredStage('forward', chip.engines.forward, layer.name, known)
  })
  const weightUpdate = layers.map((layer) => {
    const known = weightUpdateWhatIf({ layer, T, B, levels: levels(layer), assume }, engines.weightUpdate)
    return measuredStage('weight-update', chip.engines.weightUpdate, layer.name, known)
  })
  const backwardStage = (name: string, known: unknown) => measuredStage('backward', chip.engines.backward, name, known)
  const backward = layers.slice(1).map((layer) => {
    const sparsities = {
      outputSparsity: outputSparsity.get(layer.name) ?? 0,
      inputSparsity: inputSparsity.get(layer.name) ?? 0,
    }
    const target = below(layer)!
    const whatIf = { layer, target, T, B, ...sparsities, ...draws }
    return backwardStage(layer.name, backwardWork(whatIf, engines.backward, backwardMode, assume))
  })
  const output = backwardWhatIf({ outputLayer: layers.at(-1)!, T, B }, engines.backward, backwardMode)
  return [...forward, backwardStage('output', output), ...backward.reverse(), ...weightUpdate.reverse()]
}

/** The chip of a what-if: the paper's with the given changes. @throws ConfigError for impossible sizes */
export const analyticAccelerator = (work: Pick<AnalyticWork, 'chip' | 'assume'>): Accelerator => {
  const { memory, schedule, clock, prices, ...given } = requireKnown(
    `${where}: chip`,
    requireObject(where, work).chip ?? {},
    fieldNames(chipFields),
  ) as AnalyticChip
  const backwardMode = readField(`${where}: chip.backwardMode`, chipFields.backwardMode, given.backwardMode ?? 'both')
  const subBatch = readField(`${where}: chip.subBatch`, chipFields.subBatch, given.subBatch ?? 4)
  const engines = geometry(work, subBatch)
  return accelerator({
    forward: forwardEngine(engines.forward),
    weightUpdate: weightUpdateEngine(engines.weightUpdate),
    backward: backwardEngines[backwardMode](engines.backward),
    subBatch,
    ...(memory && { memory }),
    ...(schedule && { schedule }),
    ...(clock && { clock }),
    ...(prices && { prices }),
  })
}

/**
 * A chip's time, traffic and energy for a network of any size without data: the engines' own formulas on averages
 * (`forwardWhatIf`, `weightUpdateWhatIf`, `backwardWhatIf`), scheduled and priced as recorded sub-batches are. Masks are
 * random with the given shares of zeros; real masks of equal sparsity cost more where valid neurons cluster.
 *
 *     closed form: period = max(Forward, Backward, Weight Update, (bytes of Backward + of Weight Update) / bandwidth)
 *
 * With `assume: studyAssumptions` the closed form is that of cost-model.md section 6.
 * @throws ConfigError for sparsities that do not fit the network's convolutions, shares outside 0..1, impossible sizes
 */
export const analyticRun = (work: AnalyticWork): AnalyticRun => {
  checkWork(work)
  const chip = analyticAccelerator(work)
  const batch = requireInteger(`${where}: batch`, work.batch ?? 64)
  const B = Math.min(chip.subBatch, batch)
  const stages = analyticStages(chip, work, B).map((stage) => streamedStage(chip, stage))
  const run = chipRun(chip, work.network, batch, [{ stages, B }])
  const sum = (role: EngineRole, of: (stage: StageRun) => number) =>
    stages.filter((stage) => stage.role === role).reduce((total, stage) => total + of(stage), 0)
  const perEngine = <Q>(of: (role: EngineRole) => Q) => ({
    forward: of('forward'),
    backward: of('backward'),
    'weight-update': of('weight-update'),
  })
  const engineBytes = perEngine((role) => bytes(sum(role, (stage) => stage.bytes)))
  return {
    ...run,
    chip,
    engineCycles: perEngine((role) => cycles(sum(role, (stage) => stage.cycles))),
    engineBytes,
    sharedMemoryCycles: cycles((engineBytes.backward + engineBytes['weight-update']) / chip.bytesPerCycle),
    closed_form_samples_per_s: (B * chip.clockHz) / run.closedFormCycles,
  }
}
