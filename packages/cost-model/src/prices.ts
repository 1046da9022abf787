import { elementary } from '@h2learn/elementary'
import type { PicoJoules } from '@h2learn/hw'
import { ConfigError, picoJoules } from '@h2learn/hw'
import type { ActionPrice, PartPrice, PriceTable, ReadFamily, ReadPrices, RegisterRead } from './api'

/** Who a name belongs to: `owner.verb` or `owner.noun`. */
const ownerOf = (name: string) => name.split('.', 1)[0]

/** Global buffers (`glb.*`) come from CACTI: neither `k_area` nor `k_energy` applies to them. */
export const isBuffer = (name: string): boolean => ownerOf(name) === 'glb'

/** Off-chip memories (`mem.*`): not on the chip, so never in its energy. */
export const isOffChip = (name: string): boolean => ownerOf(name) === 'mem'

/**
 * Energy of one 16-bit read of a register file with n entries: linear in log n and log E between the points,
 * proportional to n − 1 outside of them; a single register needs no selection and costs 0.
 */
const readEnergy = (entries: number, { points }: ReadPrices): PicoJoules => {
  if (entries === 1) return picoJoules(0)
  const exact = points.find((point) => point.entries === entries)
  if (exact) return exact.energy
  const above = points.find((point) => point.entries > entries)
  const below = points.findLast((point) => point.entries < entries)
  if (above && below) {
    const share = elementary.log(entries / below.entries) / elementary.log(above.entries / below.entries)
    return picoJoules(below.energy * elementary.pow(above.energy / below.energy, share))
  }
  const nearest = (above ?? below)!
  return picoJoules((nearest.energy * (entries - 1)) / (nearest.entries - 1))
}

const unpriced = (kind: string, name: string, table: string, known: readonly string[]) =>
  new ConfigError({
    where: `cost-model: price table "${table}"`,
    expected: `a price for the ${kind} ${name}`,
    got: 'none',
    hint: `add it with extendPriceTable or in the JSON table; priced are ${known.join(', ')}`,
  })

/**
 * The price of one action, register reads (`subLut.read:8`) included.
 * @throws ConfigError naming the action when the table has no price for it
 */
export const actionPrice = <A extends string, P extends string>(
  name: NoInfer<A> | RegisterRead,
  table: PriceTable<A, P>,
): ActionPrice => {
  if (Object.hasOwn(table.actions, name)) return table.actions[name as A]
  const colon = name.indexOf(':')
  const family = name.slice(0, Math.max(colon, 0))
  const entries = Number(name.slice(colon + 1))
  if (!Object.hasOwn(table.reads, family) || !/^[1-9]\d*$/.test(name.slice(colon + 1)))
    throw unpriced('action', name, table.name, [
      ...Object.keys(table.actions),
      ...Object.keys(table.reads).map((read) => `${read}:<entries>`),
    ])
  const reads = table.reads[family as ReadFamily]
  return { energy: readEnergy(entries, reads), source: reads.source, status: reads.status }
}

/** The price of one part. @throws ConfigError naming the part when the table has no price for it. */
export const partPrice = <A extends string, P extends string>(name: NoInfer<P>, table: PriceTable<A, P>): PartPrice => {
  if (!Object.hasOwn(table.parts, name)) throw unpriced('part', name, table.name, Object.keys(table.parts))
  return table.parts[name]
}

/** Names with a number; a name that is absent or undefined counts nothing. */
export type Tally<Name extends string> = { readonly [N in Name]?: number | undefined }

/**
 * A tally of which every name has a price: a name outside of `Known` turns into a type that no number fits, so the call
 * does not compile. (An optional property alone would let a variable with unknown names through.)
 */
export type PricedTally<C, Known extends string> = C & {
  readonly [N in Exclude<keyof C, Known>]: `no price for ${N & string}`
}

/** The names of a tally. */
export type NamesOf<C> = keyof C & string

/** The entries of a tally as [name, number] pairs. @throws ConfigError for negative, infinite or NaN numbers. */
export const entriesOf = <Name extends string>(where: string, tally: object): readonly (readonly [Name, number])[] =>
  (Object.entries(tally) as [Name, number | undefined][]).flatMap(([name, count]) => {
    if (count === undefined) return []
    if (!(count >= 0 && count < Infinity))
      throw new ConfigError({ where: `${where}: ${name}`, expected: 'a finite number >= 0', got: String(count) })
    return [[name, count] as const]
  })

/** The same check for a calibrated factor. @throws ConfigError unless it is positive and finite. */
export const requireFactor = (where: string, factor: number): number => {
  if (!(factor > 0 && factor < Infinity))
    throw new ConfigError({ where, expected: 'a factor above 0', got: String(factor) })
  return factor
}
