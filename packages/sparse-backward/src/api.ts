import type { CompressedPotentials, Layer, Maps, Mask, NeuronConfig, Spikes, Weights } from '@h2learn/snn-core'

/** The neurons that receive the gradient: layer l of Eq. 2. */
export interface BackwardTarget {
  readonly layer: Layer
  readonly spikes: Spikes
  readonly spikeGradMask: Mask
  readonly potentials: CompressedPotentials
}

/**
 * One layer's backward pass over a sub-batch (Eq. 2).
 * `output`: the last layer; ∂L/∂s comes from the host, only Grad works.
 * `layer`: ∇u of `layer` goes through its weights to the neurons of `target` (the layer before), then Grad.
 */
export type BackwardInput =
  | {
      readonly kind: 'output'
      readonly T: number
      readonly B: number
      readonly target: BackwardTarget
      /** ∂L/∂s, shape T = 1 (the same at every timestep) or the full T. */
      readonly gradS: Maps<'f16'>
      readonly neuron: NeuronConfig
    }
  | {
      readonly kind: 'layer'
      readonly T: number
      readonly B: number
      readonly layer: Layer
      readonly weights: Weights<'f16'>
      /** ∇u of `layer`'s neurons, pooled size. */
      readonly gradU: Maps<'f16'>
      readonly target: BackwardTarget
      readonly neuron: NeuronConfig
    }

export interface BackwardOutput {
  /** ∇u of the target's neurons. */
  readonly gradU: Maps<'f16'>
  /** ∇ũ = [∇u ≠ 0] (Eq. 6). */
  readonly potentialGradMask: Mask
}
