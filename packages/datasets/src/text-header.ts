import type { ByteSource } from './byte-source'
import { DatasetError } from './dataset-error'

/** A text header larger than this is no header. */
const maxHeader = 1 << 20

/** Lines at the start of a file that begin with a mark, and where the data begin. */
export interface TextHeader {
  readonly lines: readonly string[]
  readonly end: number
}

/**
 * Reads the lines at the start of a file that begin with `mark`, up to the first that does not or, with `last`, up to and
 * with the line that says so. A data byte equal to the mark right after the header would be misread: nothing tells it apart.
 * @throws DatasetError when a line does not end within a MiB
 */
export const textHeader = (source: ByteSource, mark: string, last?: RegExp): TextHeader => {
  const bytes = source.read(0, Math.min(source.size, maxHeader)).slice()
  const lines: string[] = []
  const code = mark.charCodeAt(0)
  let at = 0
  while (bytes[at] === code) {
    const end = bytes.indexOf(10, at)
    if (end < 0)
      throw new DatasetError({
        file: source.name,
        offset: at,
        expected: `a header line that ends within ${maxHeader} bytes`,
        got: at + 80 < bytes.length ? 'one that does not' : 'the end of the file',
        hint: 'the file is truncated or of another format',
      })
    const line = latin1(bytes.subarray(at, end)).replace(/\r$/, '')
    lines.push(line)
    at = end + 1
    if (last?.test(line)) break
  }
  return { lines, end: at }
}

/** Bytes as characters, one each. */
export const latin1 = (bytes: Uint8Array): string => {
  let text = ''
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return text
}

/** Characters as bytes, one each (codes above 255 do not occur in headers). */
export const latin1Bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))

/** Bytes one after the other. */
export const concatBytes = (...parts: readonly Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((n, part) => n + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
