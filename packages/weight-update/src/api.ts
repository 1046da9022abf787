import type { StudyAssumptions } from '@h2learn/lut-pe'
import type { Layer, LayerInput, Maps, Weights } from '@h2learn/snn-core'

/** One layer's weight gradient over a sub-batch: ∇w = Σ_t s · ∇u (Eq. 3). */
export interface WeightUpdateInput {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  /** What the layer read in the forward pass. */
  readonly input: LayerInput
  /** ∇u of the layer's own neurons (pooled size; the engine spreads it over pooled positions on load). */
  readonly gradU: Maps<'f16'>
  /** Gradient accumulated by earlier sub-batches of the batch group; absent: zero. */
  readonly accumulated?: Weights<'f16'>
}

/** ∇w of the batch group so far, as it goes back to Mem 2. */
export interface WeightUpdateOutput {
  readonly gradW: Weights<'f16'>
}

export type { WeightUpdateEngineConfig } from './config'

/** What a weight-gradient pass spends, by priced action. */
export type WeightUpdateAction =
  | 'acc.add'
  | 'subLut.add'
  | 'subLut.write'
  | `subLut.read:${number}`
  | 'pool.scale'
  | 'gate.select'
  | 'glb.read'
  | 'glb.write'

/** Silicon of the Weight Update Engine. */
export type WeightUpdatePart = 'acc.adder' | 'subLut.bit' | 'subLut.portBit' | 'glb.KiB'

/** What the non-LUT Weight Update Engine spends. */
export type AdderWeightUpdateAction = 'acc.add' | 'gate.select' | 'pool.scale' | 'glb.read' | 'glb.write'

/** Silicon of the non-LUT Weight Update Engine. */
export type AdderWeightUpdatePart = 'acc.adder' | 'weight.bit' | 'gate.word' | 'glb.KiB'

/** The sizes one layer's weight gradient depends on: one entry per grid iteration, and exact totals. */
export interface WeightUpdateWork {
  readonly layer: string
  readonly kind: 'conv' | 'fc'
  /** Fillings of the sub-LUTs in each grid iteration: position groups × samples (FC: groups of samples). */
  readonly groups: Float64Array
  /** Bytes over the memory port of each grid iteration: ∇u and the input of the layer. */
  readonly bytes: Float64Array
  /** Array cycles of one filling: ⌈planes·C·k² / lanes⌉. */
  readonly groupCycles: number
  /** Entries written into each sub-LUT per filling, one per cycle; 0 in FC mode. */
  readonly fillCycles: number
  /** True: the fill runs beside the array instead of before it. */
  readonly fillHidden: boolean
  readonly firstFillBytes: number
  /** Σ (spike bits of every plane × ∇u channels they address): what the array folds, zeros included. */
  readonly foldedInputs: number
  /** Bytes in over the memory port. */
  readonly loadBytes: number
  /** Weights of the layer: their gradients come from and go back to the gradient memory (Mem 2). */
  readonly parameters: number
  /**
   * Ping-pong need: twice the inputs and ∇u of one sample (the PEs take one at a time), and twice the gradients kept on
   * chip. 512 → 512 channels need 2704 KiB; the paper has 2684, which is 2·(1152 + 160 + 30).
   */
  readonly bufferBytes: number
  /** Lookups of sub-LUT j; empty for fully connected layers. */
  readonly lookups: readonly number[]
  /** Selections of one ∇u by one spike bit in FC mode. */
  readonly gates: number
  /** Gradients selected by one spike bit in the non-LUT engine. */
  readonly taps: number
  readonly fillWrites: number
  readonly fillAdds: number
  /** Additions to a weight gradient (planes of one group count once): each reads and writes it in the buffer. */
  readonly updates: number
  /** Scalings of a bit plane's tree sum, and of ∇u by 1/k² on load. */
  readonly planeScales: number
  readonly spreadScales: number
}

/** A weight-gradient pass from sizes alone. */
export interface WeightUpdateWhatIf {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  /** Levels of pooled spikes (k² of `AP(spikes)`); default 1: plain spikes. The encoding layer reads 8-bit pixels. */
  readonly levels?: number
  readonly assume?: Pick<StudyAssumptions, 'hiddenFill' | 'fullSizeStorage' | 'noFirstFill'>
}
