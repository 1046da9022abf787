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

export interface ForwardOutput {
  readonly spikes: Spikes
  readonly spikeGradMask: Mask
  /** Compressed for convolutions; for fully connected layers the mask is all ones (dense), as the paper stores them. */
  readonly potentials: CompressedPotentials
}
