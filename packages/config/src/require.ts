import { ConfigError, InputError } from './errors'
import { nearest } from './nearest'
import { shown } from './shown'

/** @throws ConfigError unless value is an integer from `min` to `max` */
export const requireInteger = (
  where: string,
  value: unknown,
  min = 1,
  max: number = Number.MAX_SAFE_INTEGER,
): number => {
  if (Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max) return value as number
  throw new ConfigError({
    where,
    expected: max === Number.MAX_SAFE_INTEGER ? `an integer >= ${min}` : `an integer from ${min} to ${max}`,
    got: shown(value),
  })
}

/** @throws InputError unless value is a number from `min` to `max` */
export const requireNumber = (where: string, value: unknown, min = -Infinity, max = Infinity): number => {
  if (typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max) return value
  const range =
    min > -Infinity && max < Infinity
      ? ` from ${min} to ${max}`
      : min > -Infinity
        ? ` >= ${min}`
        : max < Infinity
          ? ` <= ${max}`
          : ''
  throw new InputError({ where, expected: `a finite number${range}`, got: shown(value) })
}

/** Members by name. */
export type Members = Readonly<Record<string, unknown>>

/** @throws InputError unless value is an object (no list, not null) that has the named members; `what` names it in the error */
export const requireObject = (
  where: string,
  value: unknown,
  what = 'an object',
  members: readonly string[] = [],
): Members => {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InputError({ where, expected: what, got: shown(value) })
  const missing = members.find((name) => (value as Members)[name] === undefined)
  if (missing !== undefined)
    throw new InputError({
      where,
      expected: `${what} with ${members.join(', ')}`,
      got: `none as ${missing}: ${shown(value)}`,
    })
  return value as Members
}

/** @throws InputError unless value is a list */
export const requireList = (where: string, value: unknown, what = 'a list'): readonly unknown[] => {
  if (Array.isArray(value)) return value
  throw new InputError({ where, expected: what, got: shown(value) })
}

/** @throws InputError unless value is a text */
export const requireText = (where: string, value: unknown, what = 'a text'): string => {
  if (typeof value === 'string') return value
  throw new InputError({ where, expected: what, got: shown(value) })
}

/** @throws InputError unless value is one of some words, with the one that was likely meant */
export const requireWord = <const T extends string>(where: string, value: unknown, words: readonly T[]): T => {
  if ((words as readonly unknown[]).includes(value)) return value as T
  const meant = typeof value === 'string' ? nearest(value, words) : undefined
  throw new InputError({
    where,
    expected: `one of ${words.join(', ')}`,
    got: shown(value),
    ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
  })
}

/**
 * Refuses fields that do not exist, which would otherwise leave a default in their place without a word.
 * @param known names of the fields; those with a dot belong to a group and are only suggested
 * @throws ConfigError unless value is an object of known fields, with the one that was likely meant
 */
export const requireKnown = (where: string, value: unknown, known: readonly string[]): Members => {
  const here = known.filter((name) => !name.includes('.'))
  const fields = `fields named ${here.join(', ')}`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ConfigError({ where, expected: `an object with ${fields}`, got: shown(value) })
  const strange = Object.keys(value).find((name) => !here.includes(name))
  if (strange === undefined) return value as Members
  const meant = nearest(strange, known)
  throw new ConfigError({
    where,
    expected: fields,
    got: `"${strange.slice(0, 80)}"`,
    ...(meant !== undefined && { hint: `did you mean "${meant}"?` }),
  })
}
