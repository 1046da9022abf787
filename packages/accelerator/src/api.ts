import type { PriceTable, PricedAction, PricedPart } from '@h2learn/cost-model'
import type { Counts, EngineTiming } from '@h2learn/hw'
import type { ForwardInput, ForwardOutput } from '@h2learn/lut-pe'
import type { BackwardInput, BackwardOutput } from '@h2learn/sparse-backward'
import type { WeightUpdateInput, WeightUpdateOutput } from '@h2learn/weight-update'

/**
 * What a chip asks of an engine, by shape: any object with these members takes the place of the paper's. `In` and
 * `Out` are tensors of snn-core; `Action` must be priced (an action without a price does not compile).
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
export type BackwardEngine<Action extends PricedAction = PricedAction> = ChipEngine<BackwardInput, BackwardOutput, Action>
export type WeightUpdateEngine<Action extends PricedAction = PricedAction> = ChipEngine<WeightUpdateInput, WeightUpdateOutput, Action>

export type EngineRole = 'forward' | 'backward' | 'weight-update'

/** Off-chip memories of Fig. 9. */
export interface MemoryConfig {
  /** Bandwidth of each memory in GB/s (10^9 bytes); the paper has 128. */
  readonly bandwidthGBps: number
  /** Two for feature maps that swap roles each sub-batch and one for weight gradients, or one for all with an arbiter. */
  readonly layout: 'three' | 'shared'
}

export interface AcceleratorConfig {
  readonly forward?: ForwardEngine
  readonly weightUpdate?: WeightUpdateEngine
  readonly backward?: BackwardEngine
  readonly memory?: Partial<MemoryConfig>
  /** Clock in MHz; the paper has 800. */
  readonly clock?: { readonly MHz: number }
  readonly prices?: PriceTable
  /** Samples an engine works on at a time; the paper has 4. */
  readonly subBatch?: number
}
