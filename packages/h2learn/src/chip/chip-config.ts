import { dirname, resolve } from 'node:path'
import type { AnalyticChip } from '@h2learn/accelerator'
import { loadPriceTable, type PriceOptions, type PriceTable, priceTable } from '@h2learn/cost-model'
import { InputError } from '@h2learn/snn-core'
import { chipSchema } from './chip-schema'
import { readStructured, requireSchema } from './structured-file'

/** A chip as a file describes it: an `AnalyticChip` in plain JSON. */
export interface ChipConfig extends Omit<AnalyticChip, 'prices'> {
  /** Choices of the default price table, or the name of a JSON file with another one. */
  readonly prices?: Partial<PriceOptions> | string
}

type Plain = Record<string, unknown>
const isPlain = (value: unknown): value is Plain => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A copy of an object with one field set by its dotted path. @throws InputError when the path leads through a value */
export const withField = (where: string, object: Plain, path: string, value: unknown): Plain => {
  const [key, ...rest] = path.split('.')
  if (!key) throw new InputError({ where, expected: 'a field such as memory.bandwidthGBps', got: `"${path}"` })
  if (rest.length === 0) return { ...object, [key]: value }
  const inner = (Object.hasOwn(object, key) ? object[key] : undefined) ?? {}
  if (!isPlain(inner)) throw new InputError({ where, expected: `fields below "${key}"`, got: JSON.stringify(inner) })
  return { ...object, [key]: withField(where, inner, rest.join('.'), value) }
}

/** Text as the JSON value it spells, else as it is: `256`, `true`, `[3,3,3]`, `barrier`. */
const parsedValue = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/**
 * Reads a chip from a JSON or YAML file, with single fields set on top.
 * @param path absent: the paper's chip
 * @param sets `field=value`, with the field as a dotted path
 * @throws InputError naming file and field
 */
export const readChipConfig = async (path: string | undefined, sets: readonly string[] = []): Promise<ChipConfig> => {
  const content = path === undefined ? {} : ((await readStructured(path)) ?? {})
  if (path !== undefined) await requireSchema(path, content, chipSchema)
  let config = content as Plain
  if (path !== undefined && typeof config.prices === 'string')
    config = { ...config, prices: resolve(dirname(path), config.prices) }
  for (const text of sets) {
    const at = text.indexOf('=')
    if (at < 1)
      throw new InputError({
        where: '--set',
        expected: 'field=value, such as memory.bandwidthGBps=256',
        got: `"${text}"`,
      })
    config = withField('--set', config, text.slice(0, at).trim(), parsedValue(text.slice(at + 1).trim()))
    await requireSchema(`--set ${text}`, config, chipSchema)
  }
  return config as ChipConfig
}

/** Price tables by what they were asked for, so that the chips of a sweep share them (and the fits that go with them). */
const tables = new Map<string, PriceTable>()

/** The price table of a configuration; undefined: the default. @throws ConfigError, InputError for a file that is no table */
const pricesOf = async (prices: ChipConfig['prices']): Promise<PriceTable | undefined> => {
  if (prices === undefined) return undefined
  const key = JSON.stringify(prices)
  const known = tables.get(key)
  if (known) return known
  const made = typeof prices === 'string' ? await priceFile(prices) : priceTable(prices)
  tables.set(key, made)
  return made
}

const priceFile = async (path: string): Promise<PriceTable> => {
  const { readTextFile } = await import('../text-file')
  return loadPriceTable(await readTextFile(path, 'a price table (JSON)'))
}

/** A chip ready for the model: the configuration with its price table. */
export const chipOfConfig = async ({ prices, ...config }: ChipConfig): Promise<AnalyticChip> => {
  const table = await pricesOf(prices)
  return { ...config, ...(table && { prices: table }) }
}
