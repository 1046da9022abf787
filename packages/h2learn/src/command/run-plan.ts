import { availableParallelism, totalmem } from 'node:os'
import { openBenchmark } from '@h2learn/datasets'
import {
  checkSamples,
  checkTrainingMemory,
  defaultNeuron,
  defaultOutputGain,
  FIRING_RATE,
  InputError,
  type Loss,
  loadFusedKernels,
  type Network,
  type NeuronConfig,
  parseInputSize,
  parseNetwork,
  parseSurrogate,
  type SampleReader,
  type Samples,
  stepsPerEpoch,
  type TrainingConfig,
  trainingConfig,
} from '@h2learn/snn-core'
import type { GraphLossKind } from '@h2learn/snn-core/graph'
import { type BenchmarkJob, benchmarkOf, presetOf, type TrainingPreset } from '../benchmarks'
import { defaultCheckpointEvery_s } from './checkpoints'
import { isChipNeuron } from './chip-neuron'
import {
  checkSameSamples,
  type ResumedRun,
  readResumed,
  resumedOptions,
  resumedSetup,
  type TrainingSetup,
} from './resumed-run'

/** Options of `h2learn run` as given; absent ones come from the preset, or from the checkpoint of `--resume`. */
export interface RunOptions {
  readonly network?: string
  readonly input?: string
  readonly T?: number
  readonly batch?: number
  readonly seed?: number
  readonly threads?: number
  readonly preset?: string
  readonly data?: string
  readonly testData?: string
  readonly epochs?: number
  readonly steps?: number
  readonly lr?: number
  readonly loss?: GraphLossKind
  readonly optimizer?: 'adam' | 'sgd'
  readonly layerRates?: 'equal' | 'fan-in'
  readonly backend?: 'fast' | 'folded' | 'fused' | 'reference'
  readonly precision?: 'f32' | 'f16' | 'f64'
  readonly lossScale?: number
  readonly schedule?: 'constant' | 'cosine'
  readonly leak?: number
  readonly fireThreshold?: number
  readonly reset?: 'zero' | 'subtract'
  readonly surrogate?: string
  readonly gradWindow?: readonly [number, number]
  readonly detachReset?: boolean
  readonly firingRate?: number
  readonly beta2?: number
  readonly subBatches?: number
  readonly checkFunction?: boolean
  readonly evalSamples?: number
  readonly out?: string
  readonly json?: string
  readonly resume?: string
  /** Seconds. */
  readonly checkpointEvery?: number
}

/** Options that decide what is computed: kept in the checkpoint, so that a resumed run is the same run. */
export type KeptOptions = Omit<RunOptions, 'threads' | 'resume' | 'json' | 'out' | 'checkpointEvery'>

/** Everything a run needs, settled. */
export interface RunPlan {
  readonly benchmark: BenchmarkJob
  readonly preset: TrainingPreset
  readonly kept: KeptOptions
  readonly network: Network
  readonly config: TrainingConfig
  readonly threads: number
  /** Rate at which every layer but the last fires before the first step. */
  readonly firingRate: number
  /** Gain of the output layer before the first step, 'rate': fitted as those of the other layers. */
  readonly outputGain: number | 'rate'
  readonly train: Samples
  readonly test: Samples
  readonly subBatches: number
  readonly checkFunction: boolean
  /** Samples of the test and of the training set that the trained network is evaluated on. */
  readonly evaluate: { readonly test: number; readonly train: number }
  /** Longest time between two checkpoints, in seconds. */
  readonly checkpointEvery_s: number
  /** The run that goes on with `--resume`. */
  readonly resumed?: ResumedRun
}

/** The neuron of a run: options first, then the preset, then the default of the library. */
export const neuronOf = (kept: KeptOptions, preset: TrainingPreset): NeuronConfig => ({
  leak: kept.leak ?? defaultNeuron.leak,
  fireThreshold: kept.fireThreshold ?? defaultNeuron.fireThreshold,
  reset: kept.reset ?? defaultNeuron.reset,
  surrogate: kept.surrogate === undefined ? defaultNeuron.surrogate : parseSurrogate(kept.surrogate, '--surrogate'),
  gradWindow: kept.gradWindow ?? preset.gradWindow,
  detachReset: kept.detachReset ?? preset.detachReset ?? false,
})

const isSpikeLoss = (loss: GraphLossKind | undefined): loss is Loss['kind'] =>
  loss === 'rate-mse' || loss === 'count-cross-entropy'

/** Optimiser steps, batch and whatever else the training is configured with; `count` training samples. */
export const configOf = async (kept: KeptOptions, preset: TrainingPreset, count: number): Promise<TrainingConfig> => {
  const batch = Math.min(kept.batch ?? preset.batch, count)
  const perEpoch = stepsPerEpoch(count, batch)
  const toSee = kept.data === undefined ? (preset.builtIn.samples ?? preset.samples) : preset.samples
  const wanted = kept.epochs === undefined ? Math.ceil(toSee / batch) : kept.epochs * perEpoch
  const maxSteps = kept.steps ?? wanted
  if (kept.optimizer === 'sgd' && kept.beta2 !== undefined)
    throw new InputError({
      where: '--beta2',
      expected: 'optimizer adam, whose mean of squares it is the decay of',
      got: '--optimizer sgd',
      hint: 'leave out one of the two',
    })
  if (kept.gradWindow !== undefined && !(kept.surrogate ?? 'rectangular').startsWith('rectangular'))
    throw new InputError({
      where: '--grad-window',
      expected: 'the rectangular surrogate, whose bounds it gives',
      got: `--surrogate ${kept.surrogate}`,
      hint: 'leave out one of the two',
    })
  const beta2 = kept.beta2 ?? preset.beta2
  const backend = kept.backend === 'fused' && !(await loadFusedKernels()) ? 'folded' : kept.backend
  return trainingConfig({
    epochs: Math.ceil(maxSteps / perEpoch),
    maxSteps,
    batch,
    seed: kept.seed ?? 1,
    // a network of populations is told its loss apart from this, which only knows those on spikes
    loss: isSpikeLoss(kept.loss) ? kept.loss : (preset.loss ?? 'rate-mse'),
    optimizer:
      kept.optimizer === 'sgd'
        ? { kind: 'sgd', learningRate: kept.lr ?? 0.1, momentum: 0.9 }
        : {
            kind: 'adam',
            learningRate: kept.lr ?? preset.learningRate,
            ...(beta2 === undefined ? {} : { beta2 }),
          },
    layerRates: kept.layerRates ?? (kept.optimizer === 'sgd' ? 'equal' : (preset.layerRates ?? 'equal')),
    ...(backend === undefined ? {} : { backend }),
    precision: kept.precision ?? 'f32',
    lossScale: kept.lossScale ?? 1,
    neuron: neuronOf(kept, preset),
    ...(kept.schedule === undefined ? {} : { schedule: kept.schedule }),
  })
}

const networkOf = (kept: KeptOptions, benchmark: BenchmarkJob, preset: TrainingPreset): Network =>
  parseNetwork(kept.network ?? preset.network, {
    input: kept.input === undefined ? benchmark.input : parseInputSize(kept.input),
    T: kept.T ?? preset.T,
  })

/** What does not fit is found before the training, not after it. @throws InputError */
const checkFit = (samples: Samples, network: SampleReader): void => {
  if (network.classes !== samples.classes)
    throw new InputError({
      where: `--network ${network.text}`,
      expected: `a last layer of ${samples.classes} neurons, one a class of ${samples.name}`,
      got: `${network.classes}`,
      hint: `end the network with ${samples.classes}FC`,
    })
  checkSamples(samples, network)
}

/** Reads or generates the samples of both halves; built-in ones only when a first sample has been seen to fit. */
export const loadSamples = async (
  kept: KeptOptions,
  { benchmark, preset, network }: Pick<RunPlan, 'benchmark' | 'preset'> & { readonly network: SampleReader },
  open: typeof openBenchmark = openBenchmark,
) => {
  const load = (
    split: 'train' | 'test',
    dir: string | undefined,
    more: { count?: number; classNames?: readonly string[] },
  ) =>
    open(benchmark.name, {
      split,
      seed: kept.seed ?? 1,
      T: network.T,
      size: network.input.H,
      ...(dir !== undefined && { dir }),
      ...more,
    })
  const one = async (split: 'train' | 'test', dir: string | undefined, classNames?: readonly string[]) => {
    if (dir === undefined) checkFit(await load(split, dir, { count: 1 }), network)
    const samples = await load(split, dir, {
      ...(dir === undefined && { count: preset.builtIn[split] }),
      ...(classNames && { classNames }),
    })
    checkFit(samples, network)
    return samples
  }
  const train = await one('train', kept.data)
  const test = await one('test', kept.testData ?? kept.data, train.classNames)
  return { train, test }
}

/**
 * Settles a run: preset, options, checkpoint, network, samples. What can be told without the samples is checked before
 * they are read or generated.
 * @param open reads or generates samples
 * @throws InputError and its kin for anything that cannot be
 */
export const planRun = async (
  name: string,
  options: RunOptions,
  open: typeof openBenchmark = openBenchmark,
): Promise<RunPlan> => {
  const benchmark = benchmarkOf(name)
  const { threads, out: _o, json: _j, resume, checkpointEvery, ...given } = options
  const resumed = resume === undefined ? undefined : await readResumed(resume, benchmark.name)
  const kept = resumed ? resumedOptions(given, resumed) : given
  const preset = presetOf(benchmark, kept.preset)
  if (kept.loss !== undefined && !isSpikeLoss(kept.loss))
    throw new InputError({
      where: '--loss',
      expected: 'rate-mse or count-cross-entropy for a last layer that fires',
      got: kept.loss,
      hint: 'end the network in a read-out without spikes, such as 10FC(LI)',
    })
  const settle = async (wanted: KeptOptions, count: number): Promise<TrainingSetup> => ({
    network: networkOf(wanted, benchmark, preset),
    config: await configOf(wanted, preset, count),
  })
  const setupFor = (count: number) =>
    resumed ? resumedSetup(resumed, given, (wanted) => settle(wanted, count)) : settle(kept, count)
  const early = await setupFor(resumed?.meta.dataset.count ?? preset.builtIn.train)
  const { network } = early
  checkTrainingMemory(network, early.config, totalmem())
  if (kept.checkFunction && !isChipNeuron(early.config.neuron))
    throw new InputError({
      where: '--check-function',
      expected: "reset zero and the rectangular surrogate, which the engines' Soma computes",
      got: `reset ${early.config.neuron.reset} and surrogate ${early.config.neuron.surrogate.kind}`,
      hint: 'leave out --check-function',
    })
  const { train, test } = await loadSamples(kept, { benchmark, preset, network }, open)
  if (resumed) checkSameSamples(train, resumed)
  const { config } = await setupFor(train.count)
  return {
    benchmark,
    preset,
    kept,
    network,
    config,
    threads: threads ?? availableParallelism(),
    firingRate: kept.firingRate ?? preset.firingRate ?? FIRING_RATE,
    outputGain: preset.outputGain ?? defaultOutputGain(config.neuron),
    train,
    test,
    subBatches: kept.subBatches ?? preset.subBatches,
    checkFunction: kept.checkFunction ?? (preset.checkFunction && isChipNeuron(config.neuron)),
    evaluate: {
      test: Math.min(test.count, kept.evalSamples ?? preset.evaluate ?? test.count),
      train: Math.min(train.count, kept.evalSamples ?? preset.evaluate ?? 10_000),
    },
    checkpointEvery_s: checkpointEvery ?? defaultCheckpointEvery_s,
    ...(resumed && { resumed }),
  }
}
