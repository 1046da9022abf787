import type { BenchmarkName } from '@h2learn/datasets'
import { type Benchmark, paper as published } from '@h2learn/paper'
import { InputError } from '@h2learn/snn-core'

/** A ready-made training job: network, input and how long to train. */
export interface TrainingPreset {
  readonly name: string
  readonly about: string
  /** Kernels of the encoding layer start balanced (see `initialWeights`). */
  readonly balanced?: boolean
  /** Notation of Table VI. */
  readonly network: string
  readonly T: number
  readonly batch: number
  readonly learningRate: number
  /** See `layerRates` of the training options; default equal. */
  readonly layerRates?: 'equal' | 'fan-in'
  /**
   * (th_l, th_r). Wider than the library's default (0.5, 1.5): with that one a silent output neuron gets no gradient and
   * stays silent (modelling choice; the paper prints no window, and the output sparsities of Table III ask for a wide one).
   */
  readonly gradWindow: readonly [number, number]
  /** The gradient does not pass the reset; default false, as Eq. 2 has it. */
  readonly detachReset?: boolean
  /** Rate at which every layer fires on the first samples; default 0.15. */
  readonly firingRate?: number
  /** Gain of the output layer's first weights, 'rate': that it fires at `firingRate`; default `defaultOutputGain`. */
  readonly outputGain?: number | 'rate'
  /** Decay of Adam's mean of ∇w²; default 0.999. */
  readonly beta2?: number
  /** Default rate-mse. */
  readonly loss?: 'rate-mse' | 'count-cross-entropy'
  /** Training samples of a real data set to see in all; the last optimiser step is the one that reaches this number. */
  readonly samples: number
  /** Built-in samples to generate when there is no data folder, and how many to see in all then (default as above). */
  readonly builtIn: { readonly train: number; readonly test: number; readonly samples?: number }
  /** Sub-batches of the sampled training step that the chip runs; the group repeats them if it has more. */
  readonly subBatches: number
  /** Samples to evaluate the trained network on, of the test and of the training set; default all test, 10,000 training. */
  readonly evaluate?: number
  /** Whether the engines' functional paths run on one recorded sub-batch, compared with the reference. */
  readonly checkFunction: boolean
}

/** A benchmark that `h2learn run` knows: those of Table VI, and DVS128 Gesture. */
export interface BenchmarkJob {
  readonly name: BenchmarkName
  /** Its name in the paper's tables; undefined for a benchmark that the paper does not have. */
  readonly paperName: Benchmark | undefined
  readonly about: string
  readonly input: { readonly H: number; readonly W: number; readonly C: number }
  readonly presets: readonly TrainingPreset[]
}

const wideWindow = [-0.5, 2.5] as const
const quick = { name: 'quick', about: 'a small network, minutes on two cores' } as const
/**
 * Rates by fan-in: with one rate for all layers of 1e-4 or more MNIST's network of Table VI fell silent
 * (docs/training-runs.md). Batches of 8 give the most updates an hour.
 */
const paper = {
  name: 'paper',
  about: 'the network of Table VI, T = 10; hours to days of training on a CPU',
  batch: 8,
  learningRate: 0.2,
  layerRates: 'fan-in',
  gradWindow: [-1, 2],
  loss: 'count-cross-entropy',
  // as in the long runs of docs/training-runs.md, which were not repeated with small output weights
  outputGain: 'rate',
  subBatches: 1,
  checkFunction: false,
} as const

/** Benchmarks by name. Presets are our choices (networks of `paper` are Table VI's). */
export const benchmarks: readonly BenchmarkJob[] = [
  {
    name: 'mnist',
    paperName: 'MNIST',
    about: 'handwritten digits, 28x28 (real IDX files with --data, built-in synthetic digits without)',
    input: { H: 28, W: 28, C: 1 },
    presets: [
      {
        ...quick,
        network: '16C5S2(Encoding)-32C3-AP2-32C3-10FC',
        T: 5,
        batch: 16,
        learningRate: 3e-3,
        gradWindow: wideWindow,
        samples: 200_000,
        builtIn: { train: 12_000, test: 2_000, samples: 60_000 },
        subBatches: 4,
        checkFunction: true,
      },
      {
        ...paper,
        about: 'the network of Table VI, T = 10; about an hour of training on two cores',
        learningRate: 0.5,
        beta2: 0.99,
        firingRate: 0.1,
        gradWindow: [-0.5, 2],
        loss: 'rate-mse',
        network: published.networks.MNIST.network.value,
        T: published.networks.MNIST.T,
        samples: 60_000,
        builtIn: { train: 12_000, test: 2_000 },
        evaluate: 256,
      },
    ],
  },
  {
    name: 'n-mnist',
    paperName: 'N-MNIST',
    about:
      'event recordings of digits, 34x34x2 cropped to 32x32x2 (real .bin files with --data, a built-in event camera without)',
    input: { H: 32, W: 32, C: 2 },
    presets: [
      {
        ...quick,
        network: '12C5S2-24C3-AP2-32C3-10FC',
        T: 10,
        batch: 16,
        learningRate: 2e-3,
        gradWindow: wideWindow,
        samples: 12_000,
        builtIn: { train: 3_000, test: 500 },
        subBatches: 4,
        checkFunction: true,
      },
      {
        ...paper,
        network: published.networks['N-MNIST'].network.value,
        T: published.networks['N-MNIST'].T,
        samples: 60_000,
        builtIn: { train: 3_000, test: 500 },
        evaluate: 256,
      },
    ],
  },
  {
    name: 'cifar10',
    paperName: 'CIFAR10',
    about: 'colour images, 32x32x3 (real binary files with --data, built-in synthetic patterns without)',
    input: { H: 32, W: 32, C: 3 },
    presets: [
      {
        ...quick,
        network: '24C5S2(Encoding)-48C3-AP2-64C3-10FC',
        T: 6,
        balanced: true,
        batch: 32,
        learningRate: 1e-3,
        gradWindow: wideWindow,
        samples: 32_000,
        builtIn: { train: 4_000, test: 1_000 },
        subBatches: 4,
        checkFunction: true,
      },
      {
        ...paper,
        balanced: true,
        learningRate: 0.2,
        firingRate: 0.1,
        gradWindow: [-2.5, 2.5],
        loss: 'rate-mse',
        detachReset: true,
        network: published.networks.CIFAR10.network.value,
        T: published.networks.CIFAR10.T,
        samples: 50_000,
        builtIn: { train: 4_000, test: 1_000 },
        evaluate: 256,
      },
    ],
  },
  {
    name: 'imagenet',
    paperName: 'ImageNet',
    about:
      'pictures, 224x224x3 (an ImageNet-style folder of JPEG or PNG with --data, built-in synthetic patterns without)',
    input: { H: 224, W: 224, C: 3 },
    presets: [
      {
        ...quick,
        network: '8C5S4(Encoding)-16C3S2-32C3S2-64C3S2-1000FC',
        T: 4,
        balanced: true,
        batch: 16,
        learningRate: 5e-4,
        gradWindow: wideWindow,
        samples: 4_800,
        builtIn: { train: 200, test: 50 },
        evaluate: 500,
        subBatches: 1,
        checkFunction: false,
      },
      {
        ...paper,
        network: published.networks.ImageNet.network.value,
        T: published.networks.ImageNet.T,
        samples: 1_281_167,
        builtIn: { train: 64, test: 32 },
        evaluate: 16,
      },
    ],
  },
  {
    name: 'cifar10-dvs',
    paperName: 'CIFAR10-DVS',
    about:
      'event recordings of colour images, 128x128x2 reduced to 42x42x2 (real .aedat files with --data, a built-in event camera without)',
    input: { H: 42, W: 42, C: 2 },
    presets: [
      {
        ...quick,
        network: '12C5S2-24C3-AP2-32C3-10FC',
        T: 10,
        batch: 32,
        learningRate: 2e-3,
        gradWindow: wideWindow,
        samples: 6_000,
        builtIn: { train: 400, test: 100 },
        subBatches: 2,
        checkFunction: false,
      },
      {
        ...paper,
        network: published.networks['CIFAR10-DVS'].network.value,
        T: published.networks['CIFAR10-DVS'].T,
        samples: 9_000,
        builtIn: { train: 400, test: 100 },
        evaluate: 128,
      },
    ],
  },
  {
    name: 'dvs-gesture',
    paperName: undefined,
    about:
      'event recordings of eleven gestures, 128x128x2 reduced to 42x42x2 (real DvsGesture folder with --data, a built-in event camera without); not in the paper',
    input: { H: 42, W: 42, C: 2 },
    presets: [
      {
        ...quick,
        network: '12C5S2-24C3-AP2-32C3-11FC',
        T: 10,
        batch: 32,
        learningRate: 2e-3,
        gradWindow: wideWindow,
        samples: 6_000,
        builtIn: { train: 440, test: 110 },
        subBatches: 2,
        checkFunction: false,
      },
      {
        ...paper,
        about: `the network of CIFAR10-DVS (Table VI) with eleven outputs, T = 10; hours to days of training on a CPU`,
        network: published.networks['CIFAR10-DVS'].network.value.replace(/10FC$/, '11FC'),
        T: published.networks['CIFAR10-DVS'].T,
        samples: 12_000,
        builtIn: { train: 440, test: 110 },
        evaluate: 128,
      },
    ],
  },
]

/** @throws InputError naming the known benchmarks */
export const benchmarkOf = (name: string): BenchmarkJob => {
  const found = benchmarks.find((b) => b.name === name.toLowerCase())
  if (!found)
    throw new InputError({
      where: 'h2learn run',
      expected: `a benchmark: ${benchmarks.map((b) => b.name).join(', ')}`,
      got: `"${name}"`,
      hint: 'see h2learn run --help',
    })
  return found
}

/** @throws InputError naming the presets of the benchmark */
export const presetOf = (benchmark: BenchmarkJob, name = 'quick'): TrainingPreset => {
  const found = benchmark.presets.find((p) => p.name === name)
  if (!found)
    throw new InputError({
      where: `h2learn run ${benchmark.name}`,
      expected: `--preset ${benchmark.presets.map((p) => p.name).join(' or ')}`,
      got: `"${name}"`,
    })
  return found
}
