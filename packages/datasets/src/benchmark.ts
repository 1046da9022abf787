import { InputError, type Samples } from '@h2learn/snn-core'
import type { BenchmarkConfig, BenchmarkName, DatasetSplit } from './api'
import { generateColourShapes } from './colour-shapes'
import { generateDigitEvents } from './digit-events'
import { generateDigits } from './digits'
import { readMnist } from './mnist'
import { readCifar10 } from './read-cifar10'
import { readNmnist } from './read-nmnist'

type Loader = {
  readonly read: (dir: string, config: { split: DatasetSplit; limit?: number; T?: number }) => Samples
  readonly generate: (config: { count: number; seed: number; split: DatasetSplit; T?: number }) => Samples
  /** Samples that are generated when no count is given. */
  readonly usual: Readonly<Record<DatasetSplit, number>>
}

const loaders: Readonly<Record<BenchmarkName, Loader>> = {
  mnist: {
    read: (dir, { T: _, ...config }) => readMnist(dir, config),
    generate: ({ T: _, ...config }) => generateDigits(config),
    usual: { train: 10_000, test: 2_000 },
  },
  'n-mnist': { read: readNmnist, generate: generateDigitEvents, usual: { train: 2_000, test: 400 } },
  cifar10: {
    read: (dir, { T: _, ...config }) => readCifar10(dir, config),
    generate: ({ T: _, ...config }) => generateColourShapes(config),
    usual: { train: 10_000, test: 2_000 },
  },
}

/** Names that loadBenchmark knows. */
export const benchmarkNames = Object.keys(loaders) as readonly BenchmarkName[]

/**
 * Samples of one of the paper's small benchmarks (Table VI): the real files when `dir` is given, else built-in synthetic
 * samples of the same shape; `synthetic` and `origin` of the result say which.
 * @throws InputError for an unknown name or a count out of range; DatasetError for missing or damaged files
 */
export const loadBenchmark = (name: BenchmarkName, config: BenchmarkConfig = {}): Samples => {
  if (!Object.hasOwn(loaders, name))
    throw new InputError({
      where: 'loadBenchmark',
      expected: `one of ${benchmarkNames.join(', ')}`,
      got: String(name),
      hint: 'CIFAR10-DVS and ImageNet have no reader here',
    })
  const { read, generate, usual } = loaders[name]
  const { dir, split = 'train', count, seed = 1, T } = config
  const steps = T === undefined ? {} : { T }
  return dir === undefined
    ? generate({ count: count ?? usual[split] ?? 1, seed, split, ...steps })
    : read(dir, { split, ...(count !== undefined && { limit: count }), ...steps })
}
