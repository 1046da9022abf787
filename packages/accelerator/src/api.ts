import type {
  AreaBreakdown,
  AreaFit,
  EnergyFit,
  PricedAction,
  PricedPart,
  PriceTable,
  RegisterRead,
} from '@h2learn/cost-model'
import type { Bytes, Counts, Cycles, EngineTiming } from '@h2learn/hw'
import type { ForwardInput, ForwardOutput } from '@h2learn/lut-pe'
import type { ClosedFormPeriod, ScheduleBound, Timeline, TrainingPeriod, TrainingPhase } from '@h2learn/pipeline'
import type { StepRecord } from '@h2learn/snn-core'
import type { BackwardInput, BackwardOutput } from '@h2learn/sparse-backward'
import type { WeightUpdateInput, WeightUpdateOutput } from '@h2learn/weight-update'
import type { MemoryConfig, ScheduleConfig } from './chip-fields'

/**
 * What a chip asks of an engine, by shape: any object with these members takes the place of the paper's. `In` and
 * `Out` are tensors of snn-core. What `count` and `parts` name must have a price: `AcceleratorConfig` refuses others
 * when compiled, the price table when run.
 */
export interface ChipEngine<In, Out, Action extends PricedAction = PricedAction> {
  readonly name: string
  /** Bit-exact result. */
  run(input: In): Out
  /** The work this input makes; the chip only hands it to `time` and `count`. */
  measure(input: In): unknown
  /** Compute cycles and bytes of every grid iteration. */
  time(work: never): EngineTiming
  /** What was done, by priced action. */
  count(work: never): Partial<Counts<Action>>
  /** What silicon is there, by priced part; the global buffer is a part too (`glb.KiB`). */
  readonly parts: Partial<Counts<PricedPart>>
  readonly glbKiB: number
}

export type ForwardEngine<Action extends PricedAction = PricedAction> = ChipEngine<ForwardInput, ForwardOutput, Action>
export type BackwardEngine<Action extends PricedAction = PricedAction> = ChipEngine<
  BackwardInput,
  BackwardOutput,
  Action
>
export type WeightUpdateEngine<Action extends PricedAction = PricedAction> = ChipEngine<
  WeightUpdateInput,
  WeightUpdateOutput,
  Action
>

/** The engines of a chip. */
export interface Engines {
  readonly forward: ForwardEngine
  readonly backward: BackwardEngine
  readonly weightUpdate: WeightUpdateEngine
}

export type EngineRole = 'forward' | 'backward' | 'weight-update'

export type { MemoryConfig, ScheduleConfig } from './chip-fields'

/** What an engine counts and is made of, by name. */
type NamesOfEngine<E> = E extends { count(work: never): infer C; readonly parts: infer P }
  ? { readonly actions: keyof C & string; readonly parts: keyof P & string }
  : { readonly actions: never; readonly parts: never }

/** Names of an engine that a price table lacks. */
type UnpricedNames<E, Prices extends PriceTable> =
  | Exclude<NamesOfEngine<E>['actions'], keyof Prices['actions'] | RegisterRead>
  | Exclude<NamesOfEngine<E>['parts'], keyof Prices['parts']>

/**
 * An engine that a price table covers. An action or part without a price turns it into a type that no engine fits, so
 * that the chip does not compile.
 */
export type PricedEngine<E, Prices extends PriceTable = PriceTable> = [UnpricedNames<E, Prices>] extends [never]
  ? E
  : `no price for ${UnpricedNames<E, Prices>}`

/** A chip: what is left out is the paper's (Fig. 9, Tables VII and VIII). */
export interface AcceleratorConfig<
  Forward extends ForwardEngine = ForwardEngine,
  WeightUpdate extends WeightUpdateEngine = WeightUpdateEngine,
  Backward extends BackwardEngine = BackwardEngine,
  Prices extends PriceTable = PriceTable,
> {
  readonly forward?: Forward & PricedEngine<Forward, Prices>
  readonly weightUpdate?: WeightUpdate & PricedEngine<WeightUpdate, Prices>
  readonly backward?: Backward & PricedEngine<Backward, Prices>
  readonly memory?: Partial<MemoryConfig>
  /** How the passes lie over each other; what is left out is the paper's. */
  readonly schedule?: Partial<ScheduleConfig>
  /** Clock in MHz; the paper has 800. */
  readonly clock?: { readonly MHz: number }
  /** Prices of every action and part of the engines; `extendPriceTable` adds those of an engine of your own. */
  readonly prices?: Prices
  /** Samples an engine works on at a time; the paper has 4. Engines of your own must take as many. */
  readonly subBatch?: number
}

/** The constants fitted to printed values of the paper's own chip, with what the fits leave over. */
export interface Calibration {
  /** Factor on logic area, fitted to the three areas of Table VII; the price table's own, if it brings one. */
  readonly kArea: number
  /** Factor on logic energy, fitted to 20.57 W with all engines busy and the Backward Engine dense; or the table's own. */
  readonly kEnergy: number
  readonly area: AreaFit
  readonly power: EnergyFit
}

/** A chip as `simulate` sees it. */
export interface Chip {
  readonly engines: Engines
  readonly memory: MemoryConfig
  readonly schedule: ScheduleConfig
  readonly memoryNames: { readonly pair: readonly [string, string]; readonly gradients: string }
  readonly bytesPerCycle: number
  readonly clockHz: number
  readonly subBatch: number
  readonly prices: PriceTable
  readonly calibration: Calibration
}

/** A chip that runs what training recorded. */
export interface Accelerator extends Chip {
  /** Area per engine and part, mm2 (calibrated). */
  readonly area: Readonly<Record<EngineRole, AreaBreakdown<PricedPart>>> & { readonly total_mm2: number }
  /** Cycles, schedule, energy and power for recorded sub-batches of a training step. */
  simulate(records: readonly StepRecord[], options?: SimulateOptions): ChipRun
}

export interface SimulateOptions {
  /** Factor on all gradients before they are rounded to FP16; default 1. */
  readonly lossScale?: number
}

/** One layer of one sub-batch on one engine. */
export interface StageRun {
  readonly role: EngineRole
  /** Name of the engine. */
  readonly engine: string
  /** The layer whose weights are used; `output` for Grad of the output layer. */
  readonly layer: string
  /** The engine's own record of the work. */
  readonly work: unknown
  readonly computeCycles: Cycles
  readonly memoryCycles: Cycles
  /** Cycles when the memories serve nobody else. */
  readonly cycles: Cycles
  readonly bound: 'compute' | 'memory'
  /** Effectual work over what the array could have done in `cycles`, 0..1. */
  readonly utilisation: number
  readonly bytes: Bytes
  readonly gradientBytes: Bytes
  /** What the layer needs of the engine's global buffer at once: the engine's own figure, else two grid iterations. */
  readonly bufferBytes: Bytes
  readonly counts: Partial<Counts<PricedAction>>
}

/** How full an engine's global buffer is with the layer that needs most of it. */
export interface BufferUse {
  readonly role: EngineRole
  readonly layer: string
  readonly usedBytes: number
  readonly capacityBytes: number
  /** Used over capacity; above 1 the layer does not fit and would be cut smaller than modelled. */
  readonly share: number
}

/** Energy in joules; off-chip memory apart, as the paper leaves it out. */
export interface ChipEnergy {
  readonly total_J: number
  /** By action, and `leakage.buffers`, `leakage.logic`. */
  readonly breakdown_J: Readonly<Record<string, number>>
  readonly offChip_J: number
}

/** What a chip does with the recorded sub-batches. */
export interface ChipRun {
  /** Per recorded sub-batch, all layers on all engines. */
  readonly stages: readonly (readonly StageRun[])[]
  readonly timeline: Timeline
  readonly period: TrainingPeriod
  /** What bound each phase of the batch group, from swap to swap. */
  readonly phases: readonly TrainingPhase[]
  /** What bounds the schedule in steady state. */
  readonly bound: ScheduleBound
  /** Per engine the layer that fills its global buffer most. */
  readonly buffers: readonly BufferUse[]
  /** The bound no schedule can beat: what the recorded sub-batches ask of every engine and memory, on average. */
  readonly closedForm: ClosedFormPeriod
  /** Cycles of `closedForm`. */
  readonly closedFormCycles: number
  /** Sub-batches of a batch group. */
  readonly subBatches: number
  /** Mean over the recorded sub-batches. */
  readonly samplesPerSubBatch: number
  /** Samples of a scheduled batch group: the batch, or a little more where the recorded sub-batches do not divide it. */
  readonly samplesPerGroup: number
  readonly parameters: number
  readonly period_s: number
  /** Steady state inside a batch group. */
  readonly samples_per_s: number
  /** Whole batch groups: first Forward, drain and weight update included. */
  readonly samples_per_s_with_update: number
  readonly energyPerSubBatch: ChipEnergy
  readonly energyPerGroup: ChipEnergy
  readonly energy_per_sample_J: number
  readonly energy_per_sample_with_update_J: number
  /** Energy over period, steady state. */
  readonly power_W: number
}
