import { describe, expect, it } from 'vitest'
import { InputError, parseJson, requirePlainData } from '../src'

const refused = (text: string, message: string) => {
  expect(() => parseJson('file', text)).toThrow(InputError)
  expect(() => parseJson('file', text)).toThrow(message)
}

describe('parseJson', () => {
  it('gives what JSON.parse gives, with or without a byte order mark', () => {
    for (const text of ['{"a":{"b":1},"c":{"b":2},"d":[{"b":1},{"b":2},"b","b"]}', '[]', '"a\\"b"', '1e-5', 'null'])
      expect(parseJson('file', `\uFEFF${text}`)).toEqual(JSON.parse(text))
    expect(parseJson('file', '{"grin":"\\ud83d\\ude00"}')).toEqual({ grin: '😀' })
  })

  it('refuses a key that stands twice in an object, with its line', () => {
    refused('{"a": 1,\n "b": 2,\n "a": 3}', 'file, line 3: expected each key once in an object, got "a" again')
    refused('[{"x": {"a": [1, {}], "\\u0061": 2}}]', 'file, line 1: expected each key once in an object, got "a" again')
    refused('{"__proto__": 1, "__proto__": 2}', 'got "__proto__" again')
    refused('{"{\\"": 1, "{\\"": 2}', 'again')
  })

  it('refuses numbers that are none of ours, halves of characters, and levels without end', () => {
    refused('{"a": {"b": [1, 1e999]}}', 'file: a.b.1: expected a finite number, got Infinity')
    refused('{"a": "\\ud800"}', 'file: a: expected a text of whole characters')
    refused('{"\\udc00x": 1}', 'half of a surrogate pair')
    refused(`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'at most 64 levels')
    refused('{"a": 1', 'file: expected valid JSON')
    expect(() => requirePlainData('here', { a: Number.NaN })).toThrow('here: a: expected a finite number, got NaN')
  })
})
