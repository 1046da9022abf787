import type { Benchmark } from '../published'

/** A training run of our own: other networks, other data or fewer steps than the paper's, so only ever an estimate beside it. */
export interface OwnRun {
  readonly benchmark: Benchmark
  /** What was run, in words that tell how it differs from the paper. */
  readonly name: string
  /** How to repeat it. */
  readonly command: string
  readonly network: string
  readonly T: number
  /** Whether it is the network of Table VI. */
  readonly tableVI: boolean
  readonly samplesSeen: number
  readonly trainingSamples: number
  readonly testSamples: number
  /** Percent of the test samples. */
  readonly accuracy_pct?: number
  /** Backward passes as Table III counts them, shares 0..1, at the last recorded step. */
  readonly passes?: readonly {
    readonly layer: string
    readonly outputSparsity: number
    readonly inputSparsity: number
  }[]
  /** Spikes per neuron and timestep of every layer, input to output. */
  readonly firingRates?: readonly number[]
  /** Steady state of the chip on the recorded masks themselves. */
  readonly samples_per_s?: number
}
