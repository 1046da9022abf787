import { NetworkError } from './network-error'

/** Reads a network text from left to right; every failure is a NetworkError with a caret at the character. */
export interface TextScanner {
  /** Where the next character is, from 0. */
  readonly at: () => number
  readonly fail: (expected: string, hint?: string, column?: number) => never
  readonly skip: () => void
  /** Skips white space and returns the character there; '' at the end. */
  readonly peek: () => string
  /** Takes the word if it comes next, white space before it. */
  readonly take: (word: string) => boolean
  /** An integer of digits, at least `least`. */
  readonly number: (what: string, least: number) => number
  /** The longest run of characters that match, possibly empty. */
  readonly run: (pattern: RegExp) => string
}

/** @param syntax the hint of failures that name no other */
export const textScanner = (text: string, syntax: string): TextScanner => {
  let at = 0
  const fail = (expected: string, hint: string = syntax, column = at): never => {
    const got = column < text.length ? `"${text.slice(column, column + 12)}"` : 'the end of the text'
    throw new NetworkError({ text, column: column + 1, expected, got, hint })
  }
  const skip = () => {
    while (at < text.length && /\s/.test(text[at])) at++
  }
  const take = (word: string): boolean => {
    skip()
    if (!text.startsWith(word, at)) return false
    at += word.length
    return true
  }
  const run = (pattern: RegExp): string => {
    const start = at
    while (at < text.length && pattern.test(text[at])) at++
    return text.slice(start, at)
  }
  const number = (what: string, least: number): number => {
    skip()
    const start = at
    const digits = run(/[0-9]/)
    if (digits === '') return fail(`${what} (a number)`)
    const value = Number(digits)
    if (value < least || value > 2 ** 31) fail(`${what} from ${least} to 2147483648`, syntax, start)
    return value
  }
  return {
    at: () => at,
    fail,
    skip,
    peek: () => {
      skip()
      return text[at] ?? ''
    },
    take,
    number,
    run,
  }
}
