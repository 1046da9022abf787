import { InputError } from './errors'

/** Marks of byte order at the start of a text, and what they say; the longer one first, since it begins with the shorter. */
const otherEncodings = [
  [[0xff, 0xfe, 0, 0], 'UTF-32 (little-endian)'],
  [[0, 0, 0xfe, 0xff], 'UTF-32 (big-endian)'],
  [[0xff, 0xfe], 'UTF-16 (little-endian)'],
  [[0xfe, 0xff], 'UTF-16 (big-endian)'],
] as const

/** UTF-16 without a mark: Latin letters have a zero in every second byte. */
const unmarkedUtf16 = (bytes: Uint8Array): string | undefined => {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return undefined
  const zeros = [0, 1].map((first) => {
    let count = 0
    for (let i = first; i < Math.min(bytes.length, 200); i += 2) if (bytes[i] === 0) count++
    return count / Math.ceil((Math.min(bytes.length, 200) - first) / 2)
  })
  if (zeros[0] === 0 && zeros[1]! > 0.8) return 'UTF-16 (little-endian)'
  return zeros[1] === 0 && zeros[0]! > 0.8 ? 'UTF-16 (big-endian)' : undefined
}

/** A text without the mark that some editors put before UTF-8. */
export const withoutByteOrderMark = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text)

/**
 * The text of a file that somebody wrote: UTF-8, with or without the byte order mark that editors on Windows put before it.
 * @param where names the file in errors
 * @throws InputError for UTF-16 and UTF-32, which it names, and for bytes that are no UTF-8, with the place of the first
 */
export const decodeText = (bytes: Uint8Array, where: string): string => {
  const encoding =
    otherEncodings.find(([mark]) => mark.every((byte, i) => bytes[i] === byte))?.[1] ?? unmarkedUtf16(bytes)
  if (encoding !== undefined)
    throw new InputError({
      where,
      expected: 'a text in UTF-8',
      got: encoding,
      hint: 'save it as UTF-8 in your editor, or convert it: iconv -f UTF-16 -t UTF-8'.replaceAll(
        'UTF-16',
        encoding.slice(0, 6),
      ),
    })
  try {
    // without a mark: the decoder takes it away
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    const at = firstBadByte(bytes)
    throw new InputError({
      where: `${where} at byte ${at}`,
      expected: 'a text in UTF-8',
      got: `the byte 0x${bytes[at]!.toString(16).padStart(2, '0')}, which does not fit there`,
      hint: 'is it a text at all, or one in an older encoding? save it as UTF-8',
    })
  }
}

/** Where the longest beginning that is UTF-8 ends. */
const firstBadByte = (bytes: Uint8Array): number => {
  const fits = (length: number) => {
    try {
      // stream: a character that is cut at the end is no fault yet
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length), { stream: true })
      return true
    } catch {
      return false
    }
  }
  let [good, bad] = [0, bytes.length + 1]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (fits(middle)) good = middle
    else bad = middle
  }
  return Math.min(good, bytes.length - 1)
}
