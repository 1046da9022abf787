import { InputError, type Samples } from '@h2learn/snn-core'
import type { BenchmarkConfig, BenchmarkName, DatasetSplit } from './api'
import { archiveName } from './archive-kind'
import { generateColourShapes } from './colour-shapes'
import { generateDigitEvents } from './digit-events'
import { generateDigits } from './digits'
import { generateGestureEvents } from './gesture-events'
import { readImageFolder } from './image-folder'
import { readMnist } from './mnist'
import { readCifar10 } from './read-cifar10'
import { readCifar10Archive } from './read-cifar10-archive'
import { readCifar10Dvs } from './read-cifar10-dvs'
import { readGestures } from './read-gestures'
import { readNmnist } from './read-nmnist'
import { generateShapeEvents } from './shape-events'

type Wanted = { readonly split: DatasetSplit; readonly T?: number; readonly size?: number }
type Opened = Wanted & { readonly limit?: number; readonly classNames?: readonly string[] }
type Loader = {
  /** Undefined: these files take time to decode, `openBenchmark` reads them. */
  readonly read?: (dir: string, config: Wanted & { limit?: number }) => Samples
  readonly open?: (dir: string, config: Opened) => Promise<Samples>
  readonly generate: (config: Wanted & { count: number; seed: number }) => Samples
  /** Samples that are generated when no count is given. */
  readonly usual: Readonly<Record<DatasetSplit, number>>
}

const loaders: Readonly<Record<BenchmarkName, Loader>> = {
  mnist: {
    read: (dir, { T: _, size: _s, ...config }) => readMnist(dir, config),
    generate: ({ T: _, size: _s, ...config }) => generateDigits(config),
    usual: { train: 10_000, test: 2_000 },
  },
  'n-mnist': {
    read: (dir, { size: _s, ...config }) => readNmnist(dir, config),
    generate: ({ size: _s, ...config }) => generateDigitEvents(config),
    usual: { train: 2_000, test: 400 },
  },
  cifar10: {
    read: (dir, { T: _, size: _s, ...config }) => readCifar10(dir, config),
    open: async (dir, { T: _, size: _s, classNames: _c, ...config }) =>
      archiveName.test(dir) ? readCifar10Archive(dir, config) : readCifar10(dir, config),
    generate: ({ T: _, size: _s, ...config }) => generateColourShapes(config),
    usual: { train: 10_000, test: 2_000 },
  },
  imagenet: {
    open: (dir, { T: _, size = 224, ...config }) =>
      readImageFolder(dir, { ...config, size, resize: Math.round((size * 256) / 224) }),
    generate: ({ T: _, size = 224, ...config }) => ({
      ...generateColourShapes({ ...config, size }),
      origin: `built-in synthetic shapes and textures of ${size}×${size}, seed ${config.seed}`,
    }),
    usual: { train: 2_000, test: 500 },
  },
  'cifar10-dvs': { read: readCifar10Dvs, generate: generateShapeEvents, usual: { train: 600, test: 200 } },
  'dvs-gesture': { read: readGestures, generate: generateGestureEvents, usual: { train: 660, test: 220 } },
}

/** Names that loadBenchmark and openBenchmark know. */
export const benchmarkNames = Object.keys(loaders) as readonly BenchmarkName[]

const loaderOf = (name: BenchmarkName): Loader => {
  if (!Object.hasOwn(loaders, name))
    throw new InputError({
      where: 'loadBenchmark',
      expected: `one of ${benchmarkNames.join(', ')}`,
      got: String(name),
    })
  return loaders[name]
}

const wanted = ({ split = 'train', T, size }: BenchmarkConfig): Wanted => ({
  split,
  ...(T !== undefined && { T }),
  ...(size !== undefined && { size }),
})

/**
 * Samples of one of the benchmarks (Table VI, and DVS128 Gesture): the real files when `dir` is given, else built-in
 * synthetic samples of the same shape; `synthetic` and `origin` of the result say which.
 * @throws InputError for an unknown name, a count out of range, or real files that only `openBenchmark` reads (imagenet);
 * DatasetError for missing or damaged files
 */
export const loadBenchmark = (name: BenchmarkName, config: BenchmarkConfig = {}): Samples => {
  const { read, generate, usual } = loaderOf(name)
  const { dir, split = 'train', count, seed = 1 } = config
  if (dir === undefined) return generate({ count: count ?? usual[split] ?? 1, seed, ...wanted(config) })
  if (read === undefined)
    throw new InputError({
      where: 'loadBenchmark',
      expected: 'a set that is read at once',
      got: `${name} from ${dir}`,
      hint: 'await openBenchmark instead',
    })
  return read(dir, { ...(count !== undefined && { limit: count }), ...wanted(config) })
}

/** As `loadBenchmark`, for every benchmark; of imagenet's millions the first `count`, by default as many as usual here. */
export const openBenchmark = async (name: BenchmarkName, config: BenchmarkConfig = {}): Promise<Samples> => {
  const { open, read, usual } = loaderOf(name)
  const { dir, split = 'train', classNames } = config
  const count = config.count ?? (read === undefined ? usual[split] : undefined)
  return open === undefined || dir === undefined
    ? loadBenchmark(name, config)
    : open(dir, { ...(count !== undefined && { limit: count }), ...(classNames && { classNames }), ...wanted(config) })
}
