import { withoutByteOrderMark } from './decode-text'
import { InputError } from './errors'
import { shown } from './shown'

/** Most levels of objects and lists in each other; what the packages read has six at most. */
const mostLevels = 64

const at = (place: string) => (place === '' ? '' : `: ${place}`)

/**
 * Checks data that came from a text: numbers are finite (`1e999` is a number of JSON, and none of ours), texts are whole
 * characters, objects are plain, nothing is nested deeper than 64 levels.
 * @param where names the file in errors
 * @returns the value
 * @throws InputError naming the place
 */
export const requirePlainData = <V>(where: string, value: V): V => {
  // what a YAML file refers to several times is looked at once
  const seen = new Set<object>()
  const look = (inner: unknown, place: string, levels: number): void => {
    if (typeof inner === 'number' && !Number.isFinite(inner))
      throw new InputError({ where: `${where}${at(place)}`, expected: 'a finite number', got: String(inner) })
    if (typeof inner === 'string') wellFormed(where, place, inner)
    if (typeof inner !== 'object' || inner === null || seen.has(inner)) return
    seen.add(inner)
    if (!Array.isArray(inner) && ![Object.prototype, null].includes(Object.getPrototypeOf(inner)))
      throw new InputError({
        where: `${where}${at(place)}`,
        expected: 'numbers, texts, true, false, null, lists and objects of them',
        got: shown(inner),
      })
    if (levels === 0)
      throw new InputError({
        where,
        expected: `at most ${mostLevels} levels of objects and lists in each other`,
        got: `more, at ${place.slice(0, 60)}`,
      })
    const join = (key: string) => (place === '' ? key : `${place}.${key}`)
    if (Array.isArray(inner)) {
      for (const [i, one] of inner.entries()) look(one, join(String(i)), levels - 1)
      return
    }
    for (const [key, one] of Object.entries(inner)) {
      wellFormed(where, place, key)
      look(one, join(key), levels - 1)
    }
  }
  look(value, '', mostLevels)
  return value
}

/** Half of a surrogate pair without its other half. */
const halfPair = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

const wellFormed = (where: string, place: string, text: string): void => {
  if (halfPair.test(text))
    throw new InputError({
      where: `${where}${at(place)}`,
      expected: 'a text of whole characters',
      got: `${shown(text)} with half of a surrogate pair`,
    })
}

/** Where the text of a JSON string that begins at a quotation mark ends, behind its closing mark. */
const stringEnd = (text: string, from: number): number => {
  let i = from + 1
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i + 1
}

/** The first key that stands twice in an object, and its line. @param text valid JSON */
const repeatedKey = (text: string): { readonly key: string; readonly line: number } | undefined => {
  // for each object that is open its keys so far, for each list none
  const open: (Set<string> | undefined)[] = []
  let isKey = false
  for (let i = 0; i < text.length; i++) {
    const c = text[i]
    if (c === '{' || c === '[') open.push(c === '{' ? new Set() : undefined)
    else if (c === '}' || c === ']') open.pop()
    if (c === '{' || c === ',') isKey = open.at(-1) !== undefined
    if (c !== '"') continue
    const end = stringEnd(text, i)
    if (isKey) {
      const keys = open.at(-1)!
      const key = JSON.parse(text.slice(i, end)) as string
      if (keys.has(key)) return { key, line: text.slice(0, i).split('\n').length }
      keys.add(key)
      isKey = false
    }
    i = end - 1
  }
  return undefined
}

/**
 * Reads JSON that somebody wrote. A key that stands twice is an error: the last one would win without a word.
 * @param where names the file in errors
 * @param hint what to do about a text that is no JSON
 * @throws InputError for what is no JSON, a key that stands twice, and as `requirePlainData`
 */
export const parseJson = (where: string, text: string, hint?: string): unknown => {
  const bare = withoutByteOrderMark(text)
  let value: unknown
  try {
    value = JSON.parse(bare)
  } catch (error) {
    throw new InputError({ where, expected: 'valid JSON', got: (error as Error).message, ...(hint && { hint }) })
  }
  requirePlainData(where, value)
  const repeated = repeatedKey(bare)
  if (repeated)
    throw new InputError({
      where: `${where}, line ${repeated.line}`,
      expected: 'each key once in an object',
      got: `${shown(repeated.key)} again`,
    })
  return value
}
