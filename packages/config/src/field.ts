import { ConfigError } from './errors'
import { shown } from './shown'

/** A part of a JSON Schema (draft 7). */
export type JsonSchema = Readonly<Record<string, unknown>>

/** One field of a configuration: all that type, check, JSON Schema and documentation need to know of it. */
export interface Field<T> {
  readonly default: T
  /** What the field is, in a few words. */
  readonly doc: string
  /** Unit of measure, if it has one. */
  readonly unit?: string
  /** What the value may be, in words that follow "expected". */
  readonly range: string
  readonly holds: (value: unknown) => boolean
  /** JSON Schema of the value, without the documentation. */
  readonly schema: JsonSchema
}

/** Fields by name; a group of fields is a field of its own that holds an object. */
export type Fields = { readonly [name: string]: Field<unknown> | FieldGroup<Fields> }

/** Fields that belong together, such as those of a memory. */
export interface FieldGroup<F extends Fields> {
  readonly fields: F
  readonly doc: string
}

/** The configuration that a table of fields describes. */
export type ConfigOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends Field<infer T>
    ? T
    : F[Name] extends FieldGroup<infer G>
      ? ConfigOf<G>
      : never
}

/** What a caller may give of it: any part. */
export type GivenOf<F extends Fields> = {
  readonly [Name in keyof F]?: F[Name] extends Field<infer T>
    ? T
    : F[Name] extends FieldGroup<infer G>
      ? GivenOf<G>
      : never
}

interface Words {
  readonly doc: string
  readonly unit?: string
}

/** A whole number from `min` (1 unless stated) to `max`; `odd` for odd ones alone. */
export const integer = (
  preset: number,
  {
    min = 1,
    max,
    odd = false,
    ...words
  }: Words & { readonly min?: number; readonly max: number; readonly odd?: boolean },
): Field<number> => ({
  default: preset,
  ...words,
  range: `${odd ? 'an odd' : 'an'} integer from ${min} to ${max}`,
  holds: (value) =>
    Number.isSafeInteger(value) &&
    (value as number) >= min &&
    (value as number) <= max &&
    (!odd || (value as number) % 2 === 1),
  schema: { type: 'integer', minimum: min, maximum: max, ...(odd && { not: { multipleOf: 2 } }) },
})

/** A number from `min`, or above `above`, to `max`. */
export const number = (
  preset: number,
  { min, above, max, ...words }: Words & { readonly min?: number; readonly above?: number; readonly max: number },
): Field<number> => ({
  default: preset,
  ...words,
  range: above === undefined ? `a number from ${min} to ${max}` : `a number above ${above}, at most ${max}`,
  holds: (value) =>
    typeof value === 'number' &&
    (min === undefined || value >= min) &&
    (above === undefined || value > above) &&
    value <= max,
  schema: {
    type: 'number',
    ...(min !== undefined && { minimum: min }),
    ...(above !== undefined && { exclusiveMinimum: above }),
    maximum: max,
  },
})

/** One of some words. */
export const choice = <const T extends string>(preset: NoInfer<T>, words: readonly T[], { doc }: Words): Field<T> => ({
  default: preset,
  doc,
  range: words.map((word) => `"${word}"`).join(' or '),
  holds: (value) => (words as readonly unknown[]).includes(value),
  schema: { enum: words },
})

/** True or false. */
export const flag = (preset: boolean, { doc }: Words): Field<boolean> => ({
  default: preset,
  doc,
  range: 'true or false',
  holds: (value) => typeof value === 'boolean',
  schema: { type: 'boolean' },
})

/** At least one whole number from `min` to `max`, and at most `most` of them. */
export const integers = (
  preset: readonly number[],
  { min = 1, max, most, ...words }: Words & { readonly min?: number; readonly max: number; readonly most: number },
): Field<readonly number[]> => ({
  default: preset,
  ...words,
  range: `a list of 1 to ${most} integers from ${min} to ${max}`,
  holds: (value) =>
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= most &&
    // a hole is no integer, and every() skips it
    Array.from(value).every((one) => Number.isSafeInteger(one) && one >= min && one <= max),
  schema: { type: 'array', items: { type: 'integer', minimum: min, maximum: max }, minItems: 1, maxItems: most },
})

/** A field that may be left out, and then has no value. */
export const optional = <T>(field: Field<T>): Field<T | undefined> => ({ ...field, default: undefined })

/** Fields that belong together. */
export const group = <const F extends Fields>(fields: F, { doc }: Words): FieldGroup<F> => ({ fields, doc })

/** Whether a member of a table is a group. */
export const isGroup = (member: Field<unknown> | FieldGroup<Fields>): member is FieldGroup<Fields> => 'fields' in member

/** A value of a field, checked. @throws ConfigError */
export const readField = <T>(where: string, { range, holds, unit }: Field<T>, value: unknown): T => {
  if (holds(value)) return value as T
  throw new ConfigError({ where, expected: `${range}${unit ? ` ${unit}` : ''}`, got: shown(value) })
}
