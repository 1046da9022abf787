import { type AnalyticRun, type AnalyticWork, analyticRun } from '@h2learn/accelerator'
import { requireKnown, requireWord } from '@h2learn/config'
import { type Network, parseNetwork } from '@h2learn/snn-core'
import { v100Reference } from './gpu'
import { type Benchmark, paper } from './published'

/** What to vary on a benchmark of Table VI. */
export interface AnalyticBenchmarkOptions extends Omit<AnalyticWork, 'network' | 'outputSparsity' | 'inputSparsity'> {
  /** What `AP2` of Table VI averages: the partial sums before the Soma (default), or the spikes (bit planes). */
  readonly pooling?: 'current' | 'spikes'
  /** Timesteps, >= 1; default those of Table VI (see `benchmarkTimestepsNote`). */
  readonly T?: number
}

/** What to know about a benchmark of Table VI at other timesteps than the table's. */
export const benchmarkTimestepsNote =
  'The sparsities of Table III were taken at T = 10; at other timesteps a network fires at other rates, and they may be others.'

/** A benchmark of Table VI on a chip, beside the published GPU time where there is one. */
export interface AnalyticBenchmark extends AnalyticRun {
  readonly benchmark: Benchmark
  readonly network: Network
  /** See `v100SecondsOf`. */
  readonly v100_s_per_sample: number | undefined
  /** Samples per second over the V100's: in the closed form, and in the schedule of a batch group. */
  readonly speedup: { readonly closedForm: number; readonly scheduled: number } | undefined
}

const optionNames = ['batch', 'chip', 'assume', 'seed', 'trials', 'halo', 'pooling', 'T']

const shares = (percent: readonly number[]) => percent.map((p) => p / 100)

/**
 * A benchmark as the analytic model takes it: its network of Table VI with the sparsities that Table III prints for it. The
 * paper does not say which step of training they are from.
 * @throws InputError for a name that is no benchmark; ConfigError for an option that does not exist
 */
export const benchmarkWork = (benchmark: Benchmark, given: AnalyticBenchmarkOptions = {}): AnalyticWork => {
  const names = Object.keys(paper.networks) as Benchmark[]
  const name = requireWord('benchmarkWork: benchmark', benchmark, names)
  const options = requireKnown('benchmarkWork: options', given, optionNames)
  const { pooling = 'current', T: asked, ...rest } = options as AnalyticBenchmarkOptions
  requireWord('benchmarkWork: pooling', pooling, ['current', 'spikes'])
  const { network: text, input, T } = paper.networks[name]
  const { output, input: zeros } = paper.sparsities[name]
  const pooled = pooling === 'spikes' ? text.value.replaceAll(/AP\d+/g, '$&(spikes)') : text.value
  return {
    ...rest,
    network: parseNetwork(pooled, { input, T: asked ?? T }),
    outputSparsity: shares(output.value),
    inputSparsity: shares(zeros.value),
  }
}

/** Seconds per training sample on the V100 (Table II); undefined where the paper prints none, or at other timesteps than its own. */
export const v100SecondsOf = (benchmark: Benchmark, { T }: Pick<Network, 'T'>): number | undefined =>
  T === paper.networks[benchmark].T ? v100Reference.secondsPerSample[benchmark] : undefined

/**
 * `analyticRun` of `benchmarkWork`, beside the V100's published time.
 * @throws ConfigError as `analyticRun`
 */
export const analyticBenchmark = (benchmark: Benchmark, options: AnalyticBenchmarkOptions = {}): AnalyticBenchmark => {
  const work = benchmarkWork(benchmark, options)
  const run = analyticRun(work)
  const seconds = v100SecondsOf(benchmark, work.network)
  return {
    ...run,
    benchmark,
    network: work.network,
    v100_s_per_sample: seconds,
    speedup:
      seconds === undefined
        ? undefined
        : {
            closedForm: run.closed_form_samples_per_s * seconds,
            scheduled: run.samples_per_s * seconds,
          },
  }
}
