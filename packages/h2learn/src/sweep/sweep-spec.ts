import { createHash } from 'node:crypto'
import { dirname, resolve } from 'node:path'
import type { AnalyticAssumptions } from '@h2learn/accelerator'
import { elementary } from '@h2learn/elementary'
import { deriveSeed, InputError, parseInputSize, parseNetwork, rng } from '@h2learn/snn-core'
import { type ChipConfig, withField } from '../chip/chip-config'
import { chipSchema, type JsonSchema } from '../chip/chip-schema'
import { readStructured, requireSchema } from '../chip/structured-file'
import { readTextFile } from '../text-file'
import { densitiesOfTable, parseDensities, sparsitiesOf } from '../trace/densities'

/** The benchmarks of Table VI by the names of the command. */
export const sweepBenchmarks = {
  mnist: 'MNIST',
  cifar10: 'CIFAR10',
  'n-mnist': 'N-MNIST',
  'cifar10-dvs': 'CIFAR10-DVS',
  imagenet: 'ImageNet',
} as const

/** A network of the user's own, with Table III's two rows for it. */
export interface SweepNetwork {
  readonly name: string
  readonly network: string
  readonly input: string
  readonly T: number
  readonly outputSparsity: readonly number[]
  readonly inputSparsity: readonly number[]
}

/** Values of a field, or a range of numbers. */
export type SweepAxis =
  | readonly unknown[]
  | {
      readonly from: number
      readonly to: number
      /** Points of a grid, ends included; a random sample needs none. */
      readonly steps?: number
      /** Even steps of the logarithm. */
      readonly log?: boolean
      /** Rounded to whole numbers. */
      readonly integer?: boolean
    }

/** What to vary and on what: a sweep with everything settled, as plain data that a worker thread can be handed. */
export interface SweepSpec {
  readonly name: string
  readonly benchmarks: readonly (keyof typeof sweepBenchmarks)[]
  readonly networks: readonly SweepNetwork[]
  /** The chip that is varied. */
  readonly chip: ChipConfig
  readonly batch: number
  readonly pooling: 'current' | 'spikes'
  readonly trials?: number
  readonly assume?: AnalyticAssumptions
  readonly seed: number
  readonly vary: Readonly<Record<string, SweepAxis>>
  /** Random configurations instead of the whole grid. */
  readonly sample?: number
  /** Changes with anything that can change a result; files are in it by their content. */
  readonly fingerprint: string
}

/** One configuration on one benchmark or network. */
export interface SweepPoint {
  readonly point: number
  readonly benchmark: string
  readonly values: Readonly<Record<string, unknown>>
}

/** Fields that are not the chip's. */
const ownFields = ['batch', 'pooling', 'trials', 'seed', 'T'] as const
const assumptions = [
  'hiddenFill',
  'fullSizeStorage',
  'noFirstFill',
  'unboundedSoma',
  'idealRates',
  'independentMasks',
] as const

/** Most points of a sweep. */
const mostPoints = 1_000_000

const names = Object.keys(sweepBenchmarks)
const size = { type: 'integer', minimum: 1 }
const axis = {
  anyOf: [
    { type: 'array', minItems: 1 },
    {
      type: 'object',
      additionalProperties: false,
      required: ['from', 'to'],
      properties: {
        from: { type: 'number' },
        to: { type: 'number' },
        steps: { type: 'integer', minimum: 2 },
        log: { type: 'boolean' },
        integer: { type: 'boolean' },
      },
    },
  ],
}

/** JSON Schema of the file that `h2learn sweep` takes. */
export const sweepSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['vary'],
  properties: {
    $schema: { type: 'string' },
    name: { type: 'string', minLength: 1 },
    benchmarks: { type: 'array', items: { enum: names }, minItems: 1, uniqueItems: true },
    networks: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'network', 'input', 'T', 'density'],
        properties: {
          name: { type: 'string', minLength: 1 },
          network: { type: 'string', minLength: 1 },
          input: { type: 'string', minLength: 1 },
          T: size,
          density: {
            anyOf: [
              { type: 'string', minLength: 1 },
              {
                type: 'object',
                additionalProperties: false,
                required: ['output_sparsity', 'input_sparsity'],
                properties: { output_sparsity: { type: 'array' }, input_sparsity: { type: 'array' } },
              },
            ],
          },
        },
      },
    },
    chip: { anyOf: [{ type: 'string', minLength: 1 }, chipSchema] },
    batch: size,
    pooling: { enum: ['current', 'spikes'] },
    trials: size,
    assume: {
      type: 'object',
      additionalProperties: false,
      properties: Object.fromEntries(assumptions.map((name) => [name, { type: 'boolean' }])),
    },
    seed: { type: 'integer' },
    vary: { type: 'object', minProperties: 1, additionalProperties: axis },
    sample: size,
  },
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

/** Whether a dotted path names a field that can be varied. */
const isField = (path: string): boolean => {
  if ((ownFields as readonly string[]).includes(path)) return true
  const [head, ...rest] = path.split('.')
  if (head === 'assume') return rest.length === 1 && (assumptions as readonly string[]).includes(rest[0]!)
  let schema = chipSchema
  for (const key of path.split('.')) {
    const branches = [schema, ...((schema.anyOf as readonly JsonSchema[] | undefined) ?? [])]
    const next = branches.map(({ properties }) => (properties as Record<string, JsonSchema> | undefined)?.[key])
    const found = next.find((one) => one !== undefined)
    if (!found || key === '$schema') return false
    schema = found
  }
  return schema.properties === undefined
}

const checkAxes = (where: string, { vary, sample }: Raw) => {
  for (const [path, values] of Object.entries(vary)) {
    if (!isField(path))
      throw new InputError({
        where: `${where}: vary`,
        expected: `a field of the chip such as memory.bandwidthGBps or backward.tile, or ${ownFields.join(', ')}, assume.<name>`,
        got: `"${path}"`,
      })
    if (isRange(values)) {
      if (sample === undefined && values.steps === undefined)
        throw new InputError({
          where: `${where}: vary.${path}`,
          expected: 'steps, or a "sample" of the sweep',
          got: 'neither',
        })
      if (values.log && !(values.from > 0 && values.to > 0))
        throw new InputError({
          where: `${where}: vary.${path}`,
          expected: 'ends above 0 on a log axis',
          got: `${values.from} to ${values.to}`,
        })
    }
  }
}

const isRange = (axisOf: SweepAxis): axisOf is Exclude<SweepAxis, readonly unknown[]> => !Array.isArray(axisOf)

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

/**
 * Reads and settles the file of a sweep (JSON or YAML): schema, fields, networks with their densities, files by content.
 * @throws InputError naming file and field
 */
export const readSweep = async (path: string): Promise<SweepSpec> => {
  const content = await readStructured(path)
  await requireSchema(path, content, sweepSchema)
  const raw = content as Raw
  checkAxes(path, raw)
  const folder = dirname(path)
  const given = typeof raw.chip === 'string' ? await readStructured(resolve(folder, raw.chip)) : (raw.chip ?? {})
  if (typeof raw.chip === 'string') await requireSchema(raw.chip, given, chipSchema)
  const from = (file: unknown) => (typeof file === 'string' ? resolve(folder, file) : file)
  const plain = given as ChipConfig
  const chip = (plain.prices === undefined ? plain : { ...plain, prices: from(plain.prices) }) as ChipConfig
  const vary = raw.vary.prices
    ? { ...raw.vary, prices: isRange(raw.vary.prices) ? raw.vary.prices : raw.vary.prices.map(from) }
    : raw.vary
  const networks = await Promise.all((raw.networks ?? []).map((network) => settleNetwork(folder, path, network)))
  const benchmarks = raw.benchmarks ?? (networks.length > 0 ? [] : (['cifar10'] as const))
  const all = [...benchmarks, ...networks.map(({ name }) => name)]
  if (new Set(all).size < all.length)
    throw new InputError({ where: `${path}: networks`, expected: 'different names', got: all.join(', ') })
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
  const settled = { ...spec, fingerprint }
  const points = sweepSize(settled)
  if (points > mostPoints)
    throw new InputError({
      where: `${path}: vary`,
      expected: `at most ${mostPoints} points`,
      got: String(points),
      hint: 'give fewer values, or a "sample" of them',
    })
  return settled
}

/** Values of an axis in a grid. */
const gridValues = (values: SweepAxis): readonly unknown[] => {
  if (!isRange(values)) return values
  const { steps = 2 } = values
  return Array.from({ length: steps }, (_, i) => along(values, i / (steps - 1)))
}

const along = ({ from, to, log, integer }: Exclude<SweepAxis, readonly unknown[]>, share: number): number => {
  const value = log ? from * elementary.pow(to / from, share) : from + (to - from) * share
  return integer ? Math.round(value) : value
}

/** The networks a configuration is run on, in order. */
export const sweepTargets = ({
  benchmarks,
  networks,
}: Pick<SweepSpec, 'benchmarks' | 'networks'>): readonly string[] => [
  ...benchmarks,
  ...networks.map(({ name }) => name),
]

/** Configurations times networks. */
export const sweepSize = (spec: SweepSpec): number =>
  sweepTargets(spec).length *
  (spec.sample ?? Object.values(spec.vary).reduce((product, values) => product * gridValues(values).length, 1))

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
      const grid = gridValues(all)
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
    const mine = path.startsWith('assume.') || (ownFields as readonly string[]).includes(path)
    if (mine) own = withField('vary', own, path, value)
    else chip = withField('vary', chip, path, value)
  }
  return { ...(own as unknown as Omit<PointConfig, 'chip'>), chip: chip as ChipConfig }
}
