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

export interface WeightUpdateOutput {
  readonly gradW: Weights<'f16'>
}
