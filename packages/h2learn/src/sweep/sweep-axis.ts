import { elementary } from '@h2learn/elementary'
import { InputError } from '@h2learn/snn-core'
import { fieldsInWords, mostPoints, schemaOfField } from './sweep-schema'

/** A range of numbers. */
export interface SweepRange {
  readonly from: number
  readonly to: number
  /** Points of a grid, ends included; a random sample needs none. */
  readonly steps?: number
  /** Even steps of the logarithm. */
  readonly log?: boolean
  /** Rounded to whole numbers; always so where the field takes no others. */
  readonly integer?: boolean
}

/** Values of a field, or a range of numbers. */
export type SweepAxis = readonly unknown[] | SweepRange

export const isRange = (axis: SweepAxis): axis is SweepRange => !Array.isArray(axis)

/** A value of a range. @param share 0 at `from`, 1 at `to` */
export const along = ({ from, to, log, integer }: SweepRange, share: number): number => {
  const value = share === 1 ? to : log ? from * elementary.pow(to / from, share) : from + (to - from) * share
  return integer ? Math.round(value) : value
}

/** The smallest number with all its digits: below it a ratio of two numbers says little. */
const smallest = 2 ** -1022

/** Checks a range that a field is varied over. @throws InputError naming the field */
const checkRange = (where: string, range: SweepRange, whole: boolean, sampled: boolean): void => {
  const { from, to, steps, log } = range
  const ends = `${from} to ${to}`
  if (!sampled && steps === undefined)
    throw new InputError({ where, expected: 'steps, or a "sample" of the sweep', got: 'neither' })
  if (log && !(from >= smallest && to >= smallest && Number.isFinite(to / from) && to / from >= smallest))
    throw new InputError({
      where,
      expected: `ends above 0 on a log axis, each at least ${smallest.toPrecision(3)}, with a ratio that is a number`,
      got: ends,
    })
  if (!Number.isFinite(to - from))
    throw new InputError({ where, expected: 'ends whose distance is a number', got: ends })
  if (whole && !(Number.isSafeInteger(from) && Number.isSafeInteger(to)))
    throw new InputError({ where, expected: 'whole numbers at both ends', got: ends })
}

/** An axis with its field's type settled. */
interface CheckedAxis {
  readonly path: string
  readonly axis: SweepAxis
}

const checkAxis = (where: string, path: string, axis: SweepAxis, sampled: boolean): CheckedAxis => {
  const schema = schemaOfField(path)
  if (schema === undefined)
    throw new InputError({ where: `${where}: vary`, expected: fieldsInWords, got: JSON.stringify(path) })
  if (!isRange(axis)) return { path, axis }
  const integer = axis.integer === true || schema.type === 'integer'
  checkRange(`${where}: vary.${path}`, axis, integer, sampled)
  return { path, axis: integer ? { ...axis, integer } : axis }
}

/** How many values an axis has at most. */
const sizeOf = (axis: SweepAxis): number => (isRange(axis) ? axis.steps! : axis.length)

/** Values in order, each once. */
const distinct = (values: readonly unknown[]): readonly unknown[] => {
  const seen = new Map<string, unknown>()
  for (const value of values) {
    const key = JSON.stringify(value) ?? 'undefined'
    if (!seen.has(key)) seen.set(key, value)
  }
  return [...seen.values()]
}

const listed = (values: readonly unknown[], most = 8) =>
  `${values
    .slice(0, most)
    .map((value) => JSON.stringify(value))
    .join(', ')}${values.length > most ? ', ...' : ''}`

/** The values of an axis, and what to say where they are fewer than were asked for. */
const valuesOf = (path: string, axis: SweepAxis): { readonly values: readonly unknown[]; readonly note?: string } => {
  const asked = sizeOf(axis)
  const all = isRange(axis) ? Array.from({ length: asked }, (_, i) => along(axis, i / (asked - 1))) : axis
  const values = distinct(all)
  if (values.length === asked) return { values }
  const what = isRange(axis)
    ? `${asked} steps from ${axis.from} to ${axis.to} are ${values.length} different ${axis.integer ? 'whole numbers' : 'numbers'}`
    : `of ${asked} values ${values.length} are different`
  return { values, note: `vary.${path}: ${what}, each of which runs once: ${listed(values)}.` }
}

const tooMany = (where: string, points: number) =>
  new InputError({
    where: `${where}: vary`,
    expected: `at most ${mostPoints} points`,
    got: String(points),
    hint: 'give fewer values, or a "sample" of them',
  })

/** The axes of a sweep with everything settled. */
export interface SettledAxes {
  /** A grid's axes are lists; a random sample's may be ranges. */
  readonly vary: Readonly<Record<string, SweepAxis>>
  /** Configurations. */
  readonly configurations: number
  readonly notes: readonly string[]
}

/**
 * Checks the axes of a sweep and lists their values, each once: whole numbers where the field takes no others.
 * @param targets networks that every configuration runs on
 * @param sample configurations to draw; undefined: the whole grid
 * @throws InputError naming the axis that cannot be, or the number of points when there are too many
 */
export const settleAxes = (
  where: string,
  vary: Readonly<Record<string, SweepAxis>>,
  targets: number,
  sample: number | undefined,
): SettledAxes => {
  const checked = Object.entries(vary).map(([path, axis]) => checkAxis(where, path, axis, sample !== undefined))
  // before anything of that length is made
  const points = targets * (sample ?? checked.reduce((product, { axis }) => product * sizeOf(axis), 1))
  if (points > mostPoints) throw tooMany(where, points)
  const settled = checked.map(({ path, axis }) =>
    sample !== undefined && isRange(axis) ? { path, values: axis } : { path, ...valuesOf(path, axis) },
  )
  return {
    vary: Object.fromEntries(settled.map(({ path, values }) => [path, values])),
    configurations:
      sample ?? settled.reduce((product, { values }) => product * (values as readonly unknown[]).length, 1),
    notes: settled.flatMap((one) => ('note' in one && one.note !== undefined ? [one.note] : [])),
  }
}
