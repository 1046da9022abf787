import type { Layer, LayerInput, Maps, NeuronConfig, Spikes, Weights } from '@h2learn/snn-core'

export type { SpinalFlowConfig } from './config'

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
