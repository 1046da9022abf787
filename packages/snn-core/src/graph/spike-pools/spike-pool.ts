import type { Maps, Precision } from '../../api'
import type { MapShape, Signal } from '../api'

/** Everything about one way of pooling what a connection reads. */
export interface SpikePoolRules {
  /** Largest size that can be computed. */
  readonly most: number
  /** The pooled signal. */
  readonly apply: (signal: Signal, size: number, precision: Precision) => Signal
  /** Gradient at the signal before pooling from the gradient at the pooled one. */
  readonly gradient: (signal: Signal, size: number, grad: Maps, precision: Precision) => Maps
}

/** Map after pooling: rows and columns past the last full window drop out. */
export const pooledShape = ({ C, H, W }: MapShape, size: number): MapShape => ({
  C,
  H: Math.floor(H / size),
  W: Math.floor(W / size),
})
