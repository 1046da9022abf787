import type { Maps } from '../../api'
import type { PopulationTrace } from '../api'

export type GraphLossKind = 'rate-mse' | 'count-cross-entropy' | 'max-cross-entropy' | 'last-cross-entropy'

/** Loss of one read-out. */
export interface GraphLoss {
  readonly kind: GraphLossKind
  /** Share of the target that is spread over all classes, in [0, 1); cross-entropies only. Default 0. */
  readonly labelSmoothing?: number
}

/** What a loss looks at. */
export interface LossWork {
  /** Trace of the population that is read out. */
  readonly trace: PopulationTrace
  readonly labels: ArrayLike<number>
  /** Samples of the whole batch group that the mean is taken over. */
  readonly batch: number
  readonly labelSmoothing: number
}

/** Everything about one loss. */
export interface GraphLossRules {
  /** What it reads: a population without spikes has potentials alone. */
  readonly reads: 'spikes' | 'potentials'
  /** One number per sample and class; the largest is the predicted class. */
  readonly scores: (trace: PopulationTrace) => Float64Array
  /** The samples' share of the mean loss, and ∂L/∂s or ∂L/∂u in double. */
  readonly evaluate: (work: LossWork) => { readonly loss: number; readonly gradient: Maps<'f64'> }
}
