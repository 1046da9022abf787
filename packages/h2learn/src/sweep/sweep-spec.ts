import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { AnalyticAssumptions } from '@h2learn/accelerator'
import { benchmarkTimestepsNote } from '@h2learn/paper'
import { deriveSeed, InputError, parseInputSize, parseNetwork, rng } from '@h2learn/snn-core'
import { type ChipConfig, withField } from '../chip/chip-config'
import { chipSchema } from '../chip/chip-schema'
import { readStructured, requireSchema } from '../chip/structured-file'
import { readTextFile } from '../text-file'
import { densitiesOfTable, parseDensities, sparsitiesOf } from '../trace/densities'
import { along, isRange, type SweepAxis, settleAxes } from './sweep-axis'
import { isProblemField, type SweepBenchmark, sweepSchema } from './sweep-schema'

/** A network of the user's own, with Table III's two rows for it. */
export interface SweepNetwork {
  readonly name: string
  readonly network: string
  readonly input: string
  readonly T: number
  readonly outputSparsity: readonly number[]
  readonly inputSparsity: readonly number[]
}

/** What to vary and on what: a sweep with everything settled, as plain data that a worker thread can be handed. */
export interface SweepSpec {
  readonly name: string
  readonly benchmarks: readonly SweepBenchmark[]
  readonly networks: readonly SweepNetwork[]
  /** The chip that is varied. */
  readonly chip: ChipConfig
  readonly batch: number
  readonly pooling: 'current' | 'spikes'
  readonly trials?: number
  readonly assume?: AnalyticAssumptions
  readonly seed: number
  /** Lists of values, each once; in a random sample ranges as well. */
  readonly vary: Readonly<Record<string, SweepAxis>>
  /** Random configurations instead of the whole grid. */
  readonly sample?: number
  /** What the reader of the results should know about the points. */
  readonly notes: readonly string[]
  /** Changes with anything that can change a result; files are in it by their content. */
  readonly fingerprint: string
}

/** One configuration on one benchmark or network. */
export interface SweepPoint {
  readonly point: number
  readonly benchmark: string
  readonly values: Readonly<Record<string, unknown>>
}

type Raw = {
  readonly name?: string
  readonly benchmarks?: SweepSpec['benchmarks']
  readonly networks?: readonly (Omit<SweepNetwork, 'outputSparsity' | 'inputSparsity'> & {
    readonly density: string | { readonly output_sparsity: unknown; readonly input_sparsity: unknown }
  })[]
  readonly chip?: ChipConfig | string
  readonly batch?: number
  readonly pooling?: 'current' | 'spikes'
  readonly trials?: number
  readonly assume?: AnalyticAssumptions
  readonly seed?: number
  readonly vary: Readonly<Record<string, SweepAxis>>
  readonly sample?: number
}

const settleNetwork = async (
  folder: string,
  where: string,
  { density, ...network }: NonNullable<Raw['networks']>[number],
): Promise<SweepNetwork> => {
  const parsed = parseNetwork(network.network, { input: parseInputSize(network.input), T: network.T })
  const densities =
    typeof density === 'string'
      ? parseDensities(
          parsed,
          await readTextFile(resolve(folder, density), 'a file of densities (JSON or CSV)'),
          density,
        )
      : densitiesOfTable(
          parsed,
          { outputSparsity: density.output_sparsity, inputSparsity: density.input_sparsity },
          `${where}: ${network.name}`,
        )
  return { ...network, ...sparsitiesOf(parsed, densities) }
}

/** JSON with the keys of every object in order, so that equal sweeps have equal fingerprints. */
const canonical = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(canonical)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, inner]) => [key, canonical(inner)]),
        )
      : value

/** The contents of the price files that a sweep names, for its fingerprint. */
const priceTexts = async (prices: readonly unknown[]): Promise<readonly string[]> =>
  Promise.all(prices.filter((one) => typeof one === 'string').map((path) => readTextFile(path, 'a price table (JSON)')))

/** What to know when the paper's benchmarks run at other timesteps. */
const tableNote = ({ benchmarks, vary }: Pick<SweepSpec, 'benchmarks' | 'vary'>): readonly string[] =>
  benchmarks.length > 0 && Object.hasOwn(vary, 'T') ? [benchmarkTimestepsNote] : []

/**
 * Reads and settles the file of a sweep (JSON or YAML): schema, fields, networks with their densities, files by content.
 * @throws InputError naming file and field
 */
export const readSweep = async (path: string): Promise<SweepSpec> => {
  const content = await readStructured(path)
  await requireSchema(path, content, sweepSchema)
  const raw = content as Raw
  const folder = dirname(path)
  const given = typeof raw.chip === 'string' ? await readStructured(resolve(folder, raw.chip)) : (raw.chip ?? {})
  if (typeof raw.chip === 'string') await requireSchema(raw.chip, given, chipSchema)
  const from = (file: unknown) => (typeof file === 'string' ? resolve(folder, file) : file)
  const plain = given as ChipConfig
  const chip = (plain.prices === undefined ? plain : { ...plain, prices: from(plain.prices) }) as ChipConfig
  const own = Object.hasOwn(raw.vary, 'prices') ? raw.vary.prices! : []
  const asked = { ...raw.vary, ...(Object.hasOwn(raw.vary, 'prices') && !isRange(own) && { prices: own.map(from) }) }
  const networks = await Promise.all((raw.networks ?? []).map((network) => settleNetwork(folder, path, network)))
  const benchmarks = raw.benchmarks ?? (networks.length > 0 ? [] : (['cifar10'] as const))
  const all = [...benchmarks, ...networks.map(({ name }) => name)]
  if (new Set(all).size < all.length)
    throw new InputError({ where: `${path}: networks`, expected: 'different names', got: all.join(', ') })
  const { vary, notes } = settleAxes(path, asked, all.length, raw.sample)
  const spec = {
    name: raw.name ?? path.replace(/^.*[\\/]/, '').replace(/\.[^.]*$/, ''),
    benchmarks,
    networks,
    chip,
    batch: raw.batch ?? 64,
    pooling: raw.pooling ?? ('current' as const),
    ...(raw.trials !== undefined && { trials: raw.trials }),
    ...(raw.assume && { assume: raw.assume }),
    seed: raw.seed ?? 1,
    vary,
    ...(raw.sample !== undefined && { sample: raw.sample }),
  }
  const { name: _, ...decisive } = spec
  const priceAxis = vary.prices && !isRange(vary.prices) ? vary.prices : []
  const texts = await priceTexts([chip.prices, ...priceAxis])
  const fingerprint = createHash('sha256')
    .update(JSON.stringify(canonical([decisive, texts])))
    .digest('hex')
    .slice(0, 16)
  return { ...spec, notes: [...notes, ...tableNote(spec)], fingerprint }
}

/** The networks a configuration is run on, in order. */
export const sweepTargets = ({
  benchmarks,
  networks,
}: Pick<SweepSpec, 'benchmarks' | 'networks'>): readonly string[] => [
  ...benchmarks,
  ...networks.map(({ name }) => name),
]

/** The values of an axis of a grid. */
const valuesOf = (axis: SweepAxis): readonly unknown[] => axis as readonly unknown[]

/** Configurations times networks. */
export const sweepSize = (spec: SweepSpec): number =>
  sweepTargets(spec).length *
  (spec.sample ?? Object.values(spec.vary).reduce((product, axis) => product * valuesOf(axis).length, 1))

/** The numbers of all points. */
export const allPoints = (points: number): readonly number[] => Array.from({ length: points }, (_, point) => point)

/**
 * Point i of a sweep: the last field of a grid varies fastest but for the benchmark; a random configuration depends on the
 * seed and its number alone, so that shards and reruns draw the same.
 * @param point 0..sweepSize−1
 */
export const sweepPoint = (spec: SweepSpec, point: number): SweepPoint => {
  const targets = sweepTargets(spec)
  const config = Math.floor(point / targets.length)
  const values: Record<string, unknown> = {}
  if (spec.sample !== undefined) {
    const draw = rng(deriveSeed(spec.seed, 'sweep', config))
    for (const [path, all] of Object.entries(spec.vary))
      values[path] = isRange(all) ? along(all, draw.next()) : all[draw.below(all.length)]
  } else {
    let rest = config
    for (const [path, all] of Object.entries(spec.vary).reverse()) {
      const grid = valuesOf(all)
      values[path] = grid[rest % grid.length]
      rest = Math.floor(rest / grid.length)
    }
  }
  const ordered = Object.fromEntries(Object.keys(spec.vary).map((path) => [path, values[path]]))
  return { point, benchmark: targets[point % targets.length]!, values: ordered }
}

/** Everything a point is run with. */
export interface PointConfig {
  readonly chip: ChipConfig
  readonly batch: number
  readonly pooling: 'current' | 'spikes'
  readonly trials?: number
  readonly assume?: AnalyticAssumptions
  readonly seed: number
  readonly T?: number
}

/** The configuration of a point: the sweep's own with the point's values set. */
export const pointConfig = (spec: SweepSpec, { values }: SweepPoint): PointConfig => {
  let chip = spec.chip as Record<string, unknown>
  let own: Record<string, unknown> = {
    batch: spec.batch,
    pooling: spec.pooling,
    seed: spec.seed,
    ...(spec.trials !== undefined && { trials: spec.trials }),
    ...(spec.assume && { assume: spec.assume }),
  }
  for (const [path, value] of Object.entries(values)) {
    if (isProblemField(path)) own = withField('vary', own, path, value)
    else chip = withField('vary', chip, path, value)
  }
  return { ...(own as unknown as Omit<PointConfig, 'chip'>), chip: chip as ChipConfig }
}
