import type { CompressedPotentials, Layer, LayerInput, Mask, NeuronConfig, Spikes, Weights } from '@h2learn/snn-core'

/** One layer's forward pass over a sub-batch. */
export interface ForwardInput {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly input: LayerInput
  readonly weights: Weights<'f16'>
  readonly neuron: NeuronConfig
  /** ∇s̃ the layer produced (recorded or from `run`): decides the bytes of the compressed potentials in `measure`. */
  readonly spikeGradMask: Mask
}

/** What a layer's neurons did: spikes, masks and the potentials that the Soma writes to memory (Fig. 5c). */
export interface ForwardOutput {
  readonly spikes: Spikes
  readonly spikeGradMask: Mask
  /** Compressed for convolutions; for fully connected layers the mask is all ones (dense), as the paper stores them. */
  readonly potentials: CompressedPotentials
}

export type { ForwardEngineConfig } from './config'

/** What a forward pass spends, by priced action. */
export type ForwardAction =
  | 'acc.add'
  | 'subLut.add'
  | 'subLut.write'
  | `subLut.read:${number}`
  | 'pool.add'
  | 'pool.scale'
  | 'soma.update'
  | 'gate.select'
  | 'glb.read'
  | 'glb.write'

/** Silicon of the Forward Engine. */
export type ForwardPart = 'acc.adder' | 'subLut.bit' | 'subLut.portBit' | 'soma.lane' | 'glb.KiB'

/** What the non-LUT Forward Engine spends. */
export type AdderForwardAction =
  | 'acc.add'
  | 'gate.select'
  | 'pool.add'
  | 'pool.scale'
  | 'soma.update'
  | 'glb.read'
  | 'glb.write'

/** Silicon of the non-LUT Forward Engine. */
export type AdderForwardPart = 'acc.adder' | 'weight.bit' | 'gate.word' | 'soma.lane' | 'glb.KiB'

/** The sizes one layer's forward pass depends on: one entry per grid iteration, and exact totals. */
export interface ForwardWork {
  readonly layer: string
  readonly kind: 'conv' | 'fc'
  /** Cycles the PE array needs for the windows of each grid iteration (fill not included). */
  readonly arrayCycles: Float64Array
  /** Neurons the Soma finishes in each grid iteration (updates over all timesteps). */
  readonly somaNeurons: Float64Array
  /** Bytes over the memory port: weights, input tiles and an even share of the sweep's outputs. */
  readonly bytes: Float64Array
  /** Entries written into each sub-LUT per grid iteration, one per cycle; 0 where that is hidden or not needed (FC). */
  readonly fillCycles: number
  /** True: the fill runs beside the array instead of before it. */
  readonly fillHidden: boolean
  /** False: the Soma never holds an iteration up (the study's assumption). */
  readonly somaBound: boolean
  /** Weights and inputs of the first grid iteration. */
  readonly firstFillBytes: number
  /** Σ (spike bits of every plane × output channels they address): what the array folds, zeros included. */
  readonly foldedInputs: number
  /** Bytes in and out over the memory port. */
  readonly loadBytes: number
  readonly storeBytes: number
  /** Ping-pong need: twice the weights, inputs, partial sums and outputs of the largest grid iteration. */
  readonly bufferBytes: number
  readonly windows: ForwardWindows
  readonly poolAdds: number
  readonly poolScales: number
  readonly somaUpdates: number
  /** Scalings of a bit plane's tree sum by a power of two. */
  readonly planeScales: number
  readonly partialSumBytes: { readonly read: number; readonly write: number }
}

/** Totals over windows: real rows, columns and taps only. */
export interface ForwardWindows {
  /** Lookups of sub-LUT j (one per window, PE and sub-LUT with a real tap); empty for fully connected layers. */
  readonly lookups: readonly number[]
  /** Selections of one word by one spike bit: the FC mode of the LUT engine. */
  readonly gates: number
  /** Words selected by one spike bit in the non-LUT engine. */
  readonly taps: number
  /** Sums of one column's adder tree (one per window, plane, pass, input block and output channel). */
  readonly sums: number
  /** Sub-LUTs filled: entries written and additions made. */
  readonly fillWrites: number
  readonly fillAdds: number
}

/** Departures from the rules, for comparing with the study's own throughput model; every one defaults to false. */
export interface StudyAssumptions {
  /** Sub-LUT fills hidden without paying the bits of a second copy. */
  readonly hiddenFill?: boolean
  /** Pooled layers store spikes, masks, potentials and gradients at the size before pooling. */
  readonly fullSizeStorage?: boolean
  /** The first load of a layer is not waited for. */
  readonly noFirstFill?: boolean
  /** The Soma is never the bound (it is, in the encoding layer). */
  readonly unboundedSoma?: boolean
}

/** A forward pass from averages: no data, the same formulas. */
export interface ForwardWhatIf {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  /** Levels of pooled spikes (k² of `AP(spikes)`); default 1: plain spikes. The encoding layer reads 8-bit pixels. */
  readonly levels?: number
  /** Share of neurons inside the gradient window, 0..1 (1 − output sparsity of Table III); ignored for FC (dense). */
  readonly outputDensity: number
  readonly assume?: StudyAssumptions
}
