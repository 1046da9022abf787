import type { GoldenDifference, GoldenQuantity } from './golden-compare'

/** One layer or population of a golden file against ours. */
export interface GoldenLayerReport {
  readonly name: string
  readonly quantities: Readonly<Record<GoldenQuantity, GoldenDifference>>
  /** Spikes and mask bits that differ: none may. */
  readonly spikeFlips: number
  readonly maskFlips: number
  readonly pass: boolean
}

/** Outcome of checking the learning core against one golden file. */
export interface GoldenReport {
  readonly where: string
  readonly name: string
  /** The network in its notation, or the names of its populations. */
  readonly network: string
  readonly dtype: 'float64' | 'float32'
  /** 1e-12 for float64, 1e-5 for float32, times max(1, largest value). */
  readonly tolerance: number
  readonly layers: readonly GoldenLayerReport[]
  readonly loss: GoldenDifference
  /** Output rates, where the file has them. */
  readonly outRate?: GoldenDifference
  /** The worst of each quantity over all layers. */
  readonly worst: Readonly<Record<GoldenQuantity, GoldenDifference>>
  readonly spikeFlips: number
  readonly maskFlips: number
  readonly pass: boolean
}
