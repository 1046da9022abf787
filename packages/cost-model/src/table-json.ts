import { InputError, parseJson, requirePlainData } from '@h2learn/config'
import { ConfigError, picoJoules, squareMillimetres } from '@h2learn/hw'
import type {
  ActionPrice,
  FixedAction,
  PartPrice,
  PricedPart,
  PriceFactors,
  PriceTable,
  ReadFamily,
  ReadPrices,
  SourceStatus,
} from './api'
import { priceTable } from './price-table'
import { watts } from './quantities'

type Json = { readonly [key: string]: unknown }

const complain = (where: string, expected: string, got: unknown, hint?: string): never => {
  const shown = got === undefined ? 'nothing' : typeof got === 'string' ? `"${got}"` : JSON.stringify(got)
  throw new ConfigError({
    where: `price table: ${where}`,
    expected,
    got: typeof got === 'number' ? String(got) : shown,
    ...(hint ? { hint } : {}),
  })
}

const objectAt = (where: string, value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Json)
    : complain(where, 'an object', value)

const textAt = (where: string, value: unknown): string =>
  typeof value === 'string' && value.trim() ? value : complain(where, 'a text', value)

/** Largest price in each of its units: anything greater is a slip of the unit, and sums of it may not be numbers. */
const greatest = 1e12

/** Least price of an action, in pJ. */
const least = 1e-12

const numberAt = (where: string, value: unknown): number =>
  typeof value === 'number' && value >= 0 && value <= greatest
    ? value
    : complain(where, `a number from 0 to ${greatest}`, value)

/** An energy: what costs nothing is no action. */
const energyAt = (where: string, value: unknown): number =>
  typeof value === 'number' && value >= least && value <= greatest
    ? value
    : complain(where, `an energy above 0 (${least} to ${greatest} pJ)`, value)

const statusAt = (where: string, value: unknown): SourceStatus =>
  value === 'P' || value === 'L' || value === 'M' || value === 'C' || value === 'A'
    ? value
    : complain(where, 'P (printed), L (literature), M (measured), C (calibrated) or A (assumed)', value)

const provenance = (where: string, price: Json) => ({
  source: textAt(`${where}.source`, price.source),
  status: statusAt(`${where}.status`, price.status),
})

/** Refuses a field that nothing reads, such as a misspelt one that may be left out. */
const fieldsOf = (where: string, found: Json, known: readonly string[]): void => {
  for (const name of Object.keys(found))
    if (!known.includes(name)) complain(where, `the fields ${known.join(', ')}`, name)
}

const keysOf = (where: string, found: Json, wanted: readonly string[]) => {
  for (const name of wanted) if (!Object.hasOwn(found, name)) complain(`${where}.${name}`, 'a price', undefined)
  for (const name of Object.keys(found))
    if (!wanted.includes(name))
      complain(`${where}.${name}`, 'a name that is priced', 'an unknown one', `known are ${wanted.join(', ')}`)
}

const actionFrom = (where: string, value: unknown): ActionPrice => {
  const price = objectAt(where, value)
  fieldsOf(where, price, ['energy_pJ', 'source', 'status'])
  return { energy: picoJoules(energyAt(`${where}.energy_pJ`, price.energy_pJ)), ...provenance(where, price) }
}

const partFrom = (where: string, value: unknown): PartPrice => {
  const price = objectAt(where, value)
  fieldsOf(where, price, ['area_mm2', 'leakage_W', 'clock_pJ', 'source', 'status'])
  return {
    area: squareMillimetres(numberAt(`${where}.area_mm2`, price.area_mm2)),
    leakage: watts(numberAt(`${where}.leakage_W`, price.leakage_W)),
    clock: picoJoules(price.clock_pJ === undefined ? 0 : numberAt(`${where}.clock_pJ`, price.clock_pJ)),
    ...provenance(where, price),
  }
}

const readsFrom = (where: string, value: unknown): ReadPrices => {
  const price = objectAt(where, value)
  fieldsOf(where, price, ['energy_pJ', 'source', 'status'])
  const energies = objectAt(`${where}.energy_pJ`, price.energy_pJ)
  const points = Object.entries(energies)
    .map(([key, energy]) => {
      const entries = Number(key)
      // "16 " or "1.6e1" would be another 16
      if (!Number.isSafeInteger(entries) || entries < 2 || String(entries) !== key)
        complain(`${where}.energy_pJ`, 'numbers of entries >= 2 as keys, in digits alone', key)
      return { entries, energy: picoJoules(energyAt(`${where}.energy_pJ.${key}`, energy)) }
    })
    .sort((a, b) => a.entries - b.entries)
  if (points.length === 0) complain(`${where}.energy_pJ`, 'at least one number of entries', energies)
  return { points, ...provenance(where, price) }
}

/** Everything a table has to price; further names are those of units of the user's own. */
const vocabulary = () => {
  const { actions, reads, parts } = priceTable()
  return { actions: Object.keys(actions), reads: Object.keys(reads), parts: Object.keys(parts) }
}

/** `k_area` and `k_energy`, both or neither. */
const factorsFrom = (root: Json): PriceFactors | undefined => {
  if (root.k_area === undefined && root.k_energy === undefined) return undefined
  const factor = (name: 'k_area' | 'k_energy') => {
    const value = numberAt(name, root[name])
    return value > 0 ? value : complain(name, 'a factor above 0', value)
  }
  return { kArea: factor('k_area'), kEnergy: factor('k_energy') }
}

/** A text as the data it spells; parsed data as it is, checked like such. */
const dataOf = (json: unknown): unknown => {
  try {
    return typeof json === 'string' ? parseJson('price table: text', json) : requirePlainData('price table', json)
  } catch (error) {
    throw error instanceof InputError ? new ConfigError(error) : error
  }
}

/**
 * A price table from JSON, as text or parsed. There are no default prices: every action and part must be there, with its
 * source. Units are in the names: `energy_pJ`, `area_mm2`, `leakage_W`, `clock_pJ` (per cycle, optional). `k_area` and
 * `k_energy` (both or neither) are the factors on logic prices; without them they are fitted to the paper's 28 nm chip, which
 * takes a uniform change of prices back. Start from `priceTableJson(priceTable(), factors)`.
 * @param more names of actions and parts of further units that the table prices too
 * @throws ConfigError naming the place of a price that is missing, unknown, no number or out of range (energies of actions and
 *   reads are above 0), of a field that nothing reads, of a key that stands twice
 */
export const loadPriceTable = <A extends string = never, P extends string = never>(
  json: unknown,
  more: { readonly actions?: readonly A[]; readonly parts?: readonly P[] } = {},
): PriceTable<FixedAction | A, PricedPart | P> => {
  const root = objectAt('root', dataOf(json))
  fieldsOf('root', root, ['$schema', 'name', 'k_area', 'k_energy', 'actions', 'reads', 'parts'])
  const known = vocabulary()
  const read = <N extends string, T>(
    group: 'actions' | 'reads' | 'parts',
    extra: readonly string[],
    from: (where: string, value: unknown) => T,
  ) => {
    const found = objectAt(group, root[group])
    keysOf(group, found, [...known[group], ...extra])
    const prices = Object.entries(found).map(([name, price]) => [name, from(`${group}.${name}`, price)])
    return Object.fromEntries(prices) as { readonly [K in N]: T }
  }
  const factors = factorsFrom(root)
  return {
    name: textAt('name', root.name),
    ...(factors && { factors }),
    actions: read<FixedAction | A, ActionPrice>('actions', more.actions ?? [], actionFrom),
    reads: read<ReadFamily, ReadPrices>('reads', [], readsFrom),
    parts: read<PricedPart | P, PartPrice>('parts', more.parts ?? [], partFrom),
  }
}

/**
 * The JSON form of a price table: what `loadPriceTable` reads, number for number.
 * @param factors `k_area` and `k_energy` to write along; default the table's own, if it has any
 */
export const priceTableJson = <A extends string, P extends string>(
  table: PriceTable<A, P>,
  factors: PriceFactors | undefined = table.factors,
): string => {
  const actions = Object.entries<ActionPrice>(table.actions).map(([name, { energy, ...rest }]) => [
    name,
    { energy_pJ: energy, ...rest },
  ])
  const reads = (Object.keys(table.reads) as ReadFamily[]).map((family) => {
    const { points, ...rest } = table.reads[family]
    return [family, { energy_pJ: Object.fromEntries(points.map((p) => [p.entries, p.energy])), ...rest }]
  })
  const parts = Object.entries<PartPrice>(table.parts).map(([name, { area, leakage, clock, ...rest }]) => [
    name,
    { area_mm2: area, leakage_W: leakage, clock_pJ: clock, ...rest },
  ])
  const form = {
    name: table.name,
    ...(factors && { k_area: factors.kArea, k_energy: factors.kEnergy }),
    actions: Object.fromEntries(actions),
    reads: Object.fromEntries(reads),
    parts: Object.fromEntries(parts),
  }
  return `${JSON.stringify(form, null, 2)}\n`
}
