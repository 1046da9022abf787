import { availableParallelism, totalmem } from 'node:os'
import { openBenchmark } from '@h2learn/datasets'
import {
  type CheckpointMeta,
  checkSamples,
  checkTrainingMemory,
  defaultNeuron,
  defaultOutputGain,
  FIRING_RATE,
  InputError,
  identifySamples,
  loadFusedKernels,
  type Network,
  type NeuronConfig,
  parseInputSize,
  parseNetwork,
  parseSurrogate,
  type Samples,
  stepsPerEpoch,
  type TrainingConfig,
  type TrainingState,
  trainingConfig,
} from '@h2learn/snn-core'
import { loadCheckpoint } from '@h2learn/snn-core/threads'
import { type BenchmarkJob, benchmarkOf, presetOf, type TrainingPreset } from '../benchmarks'
import { isChipNeuron } from './chip-neuron'

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
  readonly loss?: 'rate-mse' | 'count-cross-entropy'
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
}

/** Options that decide what is computed: kept in the checkpoint, so that a resumed run is the same run. */
export type KeptOptions = Omit<RunOptions, 'threads' | 'resume' | 'json' | 'out'>

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
  /** State of `--resume`, with what the checkpoint told about the run. */
  readonly resumed?: { readonly state: TrainingState; readonly meta: CheckpointMeta; readonly path: string }
}

const sameOption = (a: unknown, b: unknown) => a === undefined || JSON.stringify(a) === JSON.stringify(b)

/** A resumed run is the interrupted one: an option may be repeated, not changed. */
const mergeKept = (given: KeptOptions, before: KeptOptions, path: string): KeptOptions => {
  for (const [name, value] of Object.entries(given) as [keyof KeptOptions, unknown][])
    if (!sameOption(value, before[name]) && name !== 'data')
      throw new InputError({
        where: `--resume ${path}`,
        expected: `the options of the interrupted run (${name} ${before[name] ?? 'not given'})`,
        got: `${name} ${value}`,
        hint: 'leave the option out, or start a new run without --resume',
      })
  return { ...before, ...(given.data !== undefined && { data: given.data }) }
}

const readKept = async (name: string, options: RunOptions) => {
  const { threads: _t, out: _o, json: _j, resume, ...given } = options
  if (resume === undefined) return { kept: given as KeptOptions }
  const { state, meta } = await loadCheckpoint(resume)
  const before = meta.extra?.run as { benchmark?: string; options?: KeptOptions } | undefined
  if (!before?.options)
    throw new InputError({
      where: `--resume ${resume}`,
      expected: 'a checkpoint written by h2learn run',
      got: 'another one',
    })
  if (before.benchmark !== name)
    throw new InputError({
      where: `--resume ${resume}`,
      expected: `a checkpoint of ${name}`,
      got: `one of ${before.benchmark}`,
      hint: `h2learn run ${before.benchmark} --resume ${resume}`,
    })
  return { kept: mergeKept(given, before.options, resume), resumed: { state, meta, path: resume } }
}

const checkIdentity = (train: Samples, meta: CheckpointMeta, path: string) => {
  const now = identifySamples(train)
  if (now.hash !== meta.dataset.hash || now.count !== meta.dataset.count)
    throw new InputError({
      where: `--resume ${path}`,
      expected: `the samples of the interrupted run (${meta.dataset.count} from ${meta.dataset.origin}, checksum ${meta.dataset.hash})`,
      got: `${now.count} from ${now.origin}, checksum ${now.hash}`,
      hint: 'give the same --data folder',
    })
}

/** The neuron of a run: options first, then the preset, then the default of the library. */
const neuronOf = (kept: KeptOptions, preset: TrainingPreset): NeuronConfig => ({
  leak: kept.leak ?? defaultNeuron.leak,
  fireThreshold: kept.fireThreshold ?? defaultNeuron.fireThreshold,
  reset: kept.reset ?? defaultNeuron.reset,
  surrogate: kept.surrogate === undefined ? defaultNeuron.surrogate : parseSurrogate(kept.surrogate, '--surrogate'),
  gradWindow: kept.gradWindow ?? preset.gradWindow,
  detachReset: kept.detachReset ?? preset.detachReset ?? false,
})

/**
 * Settles a run: preset, options, checkpoint, network, samples.
 * @throws InputError and its kin for anything that cannot be
 */
export const planRun = async (name: string, options: RunOptions): Promise<RunPlan> => {
  const benchmark = benchmarkOf(name)
  const { kept, resumed } = await readKept(benchmark.name, options)
  const preset = presetOf(benchmark, kept.preset)
  const size = kept.input === undefined ? benchmark.input : parseInputSize(kept.input)
  const network = parseNetwork(kept.network ?? preset.network, { input: size, T: kept.T ?? preset.T })
  const seed = kept.seed ?? 1
  // before samples are read or generated
  checkTrainingMemory(
    network,
    {
      precision: kept.precision ?? 'f32',
      optimizer: kept.optimizer === 'sgd' ? { kind: 'sgd', learningRate: 1, momentum: 0.9 } : { kind: 'adam' },
    },
    totalmem(),
  )
  const load = (split: 'train' | 'test', dir: string | undefined, classNames?: readonly string[]) =>
    openBenchmark(benchmark.name, {
      split,
      ...(classNames && { classNames }),
      seed,
      T: network.T,
      size: network.input.H,
      ...(dir === undefined ? { count: preset.builtIn[split] } : { dir }),
    })
  const train = await load('train', kept.data)
  const test = await load('test', kept.testData ?? kept.data, train.classNames)
  const batch = Math.min(kept.batch ?? preset.batch, train.count)
  const perEpoch = stepsPerEpoch(train.count, batch)
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
  const config = trainingConfig({
    epochs: Math.ceil(maxSteps / perEpoch),
    maxSteps,
    batch,
    seed,
    loss: kept.loss ?? preset.loss ?? 'rate-mse',
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
  if (network.classes !== train.classes)
    throw new InputError({
      where: `--network ${network.text}`,
      expected: `a last layer of ${train.classes} neurons, one a class of ${train.name}`,
      got: `${network.classes}`,
      hint: `end the network with ${train.classes}FC`,
    })
  // what does not fit is found before the training, not after it
  checkSamples(train, network)
  checkSamples(test, network)
  if (kept.checkFunction && !isChipNeuron(config.neuron))
    throw new InputError({
      where: '--check-function',
      expected: "reset zero and the rectangular surrogate, which the engines' Soma computes",
      got: `reset ${config.neuron.reset} and surrogate ${config.neuron.surrogate.kind}`,
      hint: 'leave out --check-function',
    })
  if (resumed) checkIdentity(train, resumed.meta, resumed.path)
  return {
    benchmark,
    preset,
    kept,
    network,
    config,
    threads: options.threads ?? availableParallelism(),
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
    ...(resumed && { resumed }),
  }
}
