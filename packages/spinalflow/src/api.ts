import type { Layer, LayerInput, Maps, NeuronConfig, Spikes, Weights } from '@h2learn/snn-core'

/** Geometry of SpinalFlow. None of it is printed in the H2Learn paper. */
export interface SpinalFlowConfig {
  /** PEs: output channels that one input spike reaches in a cycle. 128, from a third-party configuration. */
  readonly pes: number
  /** Bits of a weight, 2..16. 8, from a third-party configuration. */
  readonly weightBits: number
  /** Bits of a partial sum, up to 32; additions saturate. 16, from a third-party configuration. */
  readonly partialSumBits: number
  /** Bits of a potential, for its register only; `run` computes potentials in float32. 32, from a third-party configuration. */
  readonly potentialBits: number
  /**
   * Filter buffer in KiB: all weights of the output channels at hand. 576, often quoted, not verified by us; it is just
   * what 3×3 kernels on 512 input channels, 128 output channels and 8 bits need.
   */
  readonly glbKiB: number
}

/** One layer's forward pass on spikes: inference, so no masks and no potentials are kept. */
export interface SpinalFlowInput {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  /** Spikes only: pixels, analog values and pooled levels are refused. */
  readonly input: LayerInput
  readonly weights: Weights<'f16'> | Weights
  readonly neuron: NeuronConfig
}

export interface SpinalFlowOutput {
  readonly spikes: Spikes
  /** u after every timestep, float32. */
  readonly potentials: Maps<'f32'>
  /** Additions that a partial sum of `partialSumBits` could not hold. */
  readonly saturated: number
}

export type SpinalFlowAction =
  | 'spinalflow.accumulate' // one weight onto one 16-bit partial sum
  | 'pool.add'
  | 'pool.scale'
  | 'soma.update'
  | 'glb.read'
  | 'glb.write'

export type SpinalFlowPart = 'spinalflow.pe' | 'glb.KiB'

/** The sizes a layer's pass depends on. */
export interface SpinalFlowWork {
  readonly layer: string
  /** Blocks of output channels: ⌈K / pes⌉. */
  readonly blocks: number
  readonly K: number
  /** Σ over output pixels and timesteps of the spikes in the receptive field, per sample. */
  readonly fieldSpikes: Float64Array
  /** Spikes of the input, all samples and timesteps. */
  readonly inputSpikes: number
  readonly weights: number
  /** The weights of one block of output channels stay in the filter buffer; else every sample loads them again. */
  readonly resident: boolean
  /** Bytes over the memory port, per block and sample: weights, spike maps in and out. */
  readonly bytes: Float64Array
  readonly firstFillBytes: number
  readonly somaUpdates: number
  readonly poolAdds: number
  readonly poolScales: number
}
