import { InputError } from './errors'

/** An object parsed from JSON or YAML. */
export type Json = Readonly<Record<string, unknown>>

/** What a value is, for messages. */
export const describe = (value: unknown): string => {
  if (value === undefined) return 'nothing (the field is missing)'
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}

/** Reads the fields of one parsed text; every failure is an InputError that names the text and the field. */
export const fieldReader = (where: string) => {
  const fail = (field: string, expected: string, value: unknown, got = describe(value), hint?: string): never => {
    throw new InputError({ where: `${where}: ${field}`, expected, got, ...(hint ? { hint } : {}) })
  }
  /** Runs a step whose own errors do not know the file, and adds it to them. */
  const within = <V>(field: string, run: () => V): V => {
    try {
      return run()
    } catch (error) {
      if (!(error instanceof InputError)) throw error
      const { expected, got, hint } = error
      throw new InputError({ where: `${where}: ${field} (${error.where})`, expected, got, ...(hint ? { hint } : {}) })
    }
  }
  const isObject = (value: unknown): value is Json =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
  const object = (value: unknown, field: string): Json =>
    isObject(value) ? value : fail(field, 'a JSON object', value)
  const list = (value: unknown, field: string): readonly unknown[] =>
    Array.isArray(value) ? value : fail(field, 'an array', value)
  const finite = (value: unknown, field: string): number =>
    typeof value === 'number' && Number.isFinite(value) ? value : fail(field, 'a finite number', value)
  const integer = (value: unknown, field: string, least: number, most = 2 ** 31): number =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : fail(field, `an integer from ${least} to ${most}`, value)
  const bool = (value: unknown, field: string): boolean =>
    typeof value === 'boolean' ? value : fail(field, 'true or false', value)
  const text = (value: unknown, field: string): string =>
    typeof value === 'string' && value.length > 0 ? value : fail(field, 'a text', value)
  const oneOf = <V extends string>(value: unknown, field: string, choices: readonly V[]): V =>
    choices.includes(value as V) ? (value as V) : fail(field, choices.map((c) => JSON.stringify(c)).join(' or '), value)
  /** Refuses fields that nothing reads: a misspelt field would otherwise silently be its default. */
  const only = (holder: Json, field: string, known: readonly string[]): void => {
    for (const key of Object.keys(holder))
      if (!known.includes(key))
        fail(field === '' ? key : `${field}.${key}`, `one of the fields ${known.join(', ')}`, key, 'an unknown field')
  }
  return { fail, within, object, list, finite, integer, bool, text, oneOf, only }
}

export type FieldReader = ReturnType<typeof fieldReader>
