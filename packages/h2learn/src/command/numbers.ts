import { InputError, parseSurrogate, surrogateNames } from '@h2learn/snn-core'

/** What a value may be in a configuration file: a part of a JSON Schema. */
export type ValueSchema = Readonly<Record<string, unknown>>

/** Reads the text of an option; `schema` says the same of a value in a configuration file. */
export interface OptionReader<V> {
  (text: string): V
  readonly schema: ValueSchema
}

const reader = <V>(schema: ValueSchema, read: (text: string) => V): OptionReader<V> => Object.assign(read, { schema })

/** Reads an option as a whole number. @throws InputError naming option, range and what came */
export const integerOption = (option: string, min = 1, max = Number.MAX_SAFE_INTEGER): OptionReader<number> =>
  reader({ type: 'integer', minimum: min, ...(max < Number.MAX_SAFE_INTEGER && { maximum: max }) }, (text) => {
    const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN
    if (!Number.isSafeInteger(value) || value < min || value > max)
      throw new InputError({
        where: option,
        expected: max === Number.MAX_SAFE_INTEGER ? `a whole number >= ${min}` : `a whole number from ${min} to ${max}`,
        got: `"${text}"`,
      })
    return value
  })

/** Reads an option as a number above 0 and below a limit. @throws InputError naming option and what came */
const numberOption = (option: string, limit: number, expected: string): OptionReader<number> =>
  reader({ type: 'number', exclusiveMinimum: 0, ...(limit < Infinity && { exclusiveMaximum: limit }) }, (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value > 0 && value < limit)) throw new InputError({ where: option, expected, got: `"${text}"` })
    return value
  })

/** Reads an option as a number above 0. @throws InputError naming option and what came */
export const positiveOption = (option: string): OptionReader<number> =>
  numberOption(option, Infinity, 'a number above 0')

/** Reads an option as a number between 0 and 1. @throws InputError naming option and what came */
export const shareOption = (option: string): OptionReader<number> => numberOption(option, 1, 'a number between 0 and 1')

/** Reads an option as a number from `min` to `max`, both allowed. @throws InputError naming option, range and what came */
export const rangeOption = (option: string, min: number, max: number): OptionReader<number> =>
  reader({ type: 'number', minimum: min, maximum: max }, (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (!(value >= min && value <= max))
      throw new InputError({ where: option, expected: `a number from ${min} to ${max}`, got: `"${text}"` })
    return value
  })

/** Reads an option as one of some words. @throws InputError listing them */
export const wordOption = <const W extends string>(option: string, words: readonly W[]): OptionReader<W> =>
  reader({ enum: words }, (text) => {
    const found = words.find((word) => word === text.toLowerCase())
    if (found === undefined) throw new InputError({ where: option, expected: words.join(' or '), got: `"${text}"` })
    return found
  })

/** Reads an option as two numbers, the smaller first. @throws InputError naming option and what came */
export const windowOption = (option: string): OptionReader<readonly [number, number]> =>
  reader({ type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 }, (text) => {
    const numbers = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
    const [low, high] = numbers
    if (numbers.length !== 2 || !Number.isFinite(low) || !Number.isFinite(high) || !(low! < high!))
      throw new InputError({ where: option, expected: 'two numbers low,high with low < high', got: `"${text}"` })
    return [low!, high!]
  })

/** Reads an option as a surrogate, a name alone or with its parameter. @throws InputError naming option and what came */
export const surrogateOption = (option: string): OptionReader<string> =>
  reader({ type: 'string', pattern: `^(${surrogateNames.join('|')})(=.+)?$` }, (text) => {
    parseSurrogate(text, option)
    return text.trim()
  })

/** Reads an option as width and height in pixels, such as 640x480. @throws InputError naming option and what came */
export const sizeOption = (option: string): OptionReader<{ readonly width: number; readonly height: number }> =>
  reader({ type: 'string', pattern: '^\\d{1,5}[xX×]\\d{1,5}$' }, (text) => {
    const [, width = 0, height = 0] = (/^(\d{1,5})[xX×](\d{1,5})$/.exec(text.trim()) ?? []).map(Number)
    if (![width, height].every((side) => side >= 1 && side <= 16_384))
      throw new InputError({
        where: option,
        expected: 'width and height such as 640x480, from 1 to 16384 pixels each',
        got: `"${text}"`,
      })
    return { width, height }
  })
