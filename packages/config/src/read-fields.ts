import { type ConfigOf, type Fields, isGroup, readField } from './field'
import { requireKnown } from './require'

/** Dotted paths of all fields of a table, groups too. */
export const fieldNames = (fields: Fields): readonly string[] =>
  Object.entries(fields).flatMap(([name, member]) =>
    isGroup(member) ? [name, ...fieldNames(member.fields).map((inner) => `${name}.${inner}`)] : [name],
  )

/**
 * The configuration that a table of fields describes, with what is given in place of the defaults. A field given as undefined
 * is left out.
 * @param where names the configuration in errors
 * @throws ConfigError for a field that does not exist (with the one that was likely meant) and a value out of range
 */
export const readFields = <const F extends Fields>(where: string, fields: F, given?: unknown): ConfigOf<F> =>
  readGroup(where, fields, given, `${where}: `)

const readGroup = <F extends Fields>(where: string, fields: F, given: unknown = {}, before: string): ConfigOf<F> => {
  const members = requireKnown(where, given, fieldNames(fields))
  return Object.fromEntries(
    Object.entries(fields).map(([name, member]) => {
      const value = members[name]
      const place = `${before}${name}`
      if (isGroup(member)) return [name, readGroup(place, member.fields, value, `${place}.`)]
      return [name, value === undefined ? member.default : readField(place, member, value)]
    }),
  ) as ConfigOf<F>
}

/** The configuration with every default. */
export const defaultsOf = <const F extends Fields>(fields: F): ConfigOf<F> => readFields('defaults', fields)
