import { expect, it } from 'vitest'
import { decodeText, withoutByteOrderMark } from '../src/decode-text'

const bytes = (...values: readonly number[]) => Uint8Array.from(values)

it('reads UTF-8, and takes the mark away that editors put before it', () => {
  expect(decodeText(bytes(0xc2, 0xb5, 0x73), 'f')).toBe('µs')
  expect(decodeText(bytes(0xef, 0xbb, 0xbf, 0x7b, 0x7d), 'f')).toBe('{}')
  expect(decodeText(bytes(), 'f')).toBe('')
  expect(withoutByteOrderMark('\uFEFF{}')).toBe('{}')
})

it('names UTF-16 and UTF-32, with a mark and without', () => {
  const text = 'layer,spikes\n'
  const little = new Uint8Array(Buffer.from(text, 'utf16le'))
  const big = new Uint8Array(Buffer.from(text, 'utf16le').swap16())
  for (const [given, name] of [
    [bytes(0xff, 0xfe, ...little), 'UTF-16 (little-endian)'],
    [bytes(0xfe, 0xff, ...big), 'UTF-16 (big-endian)'],
    [little, 'UTF-16 (little-endian)'],
    [big, 'UTF-16 (big-endian)'],
    [bytes(0xff, 0xfe, 0, 0, 0x7b, 0, 0, 0), 'UTF-32 (little-endian)'],
  ] as const)
    expect(() => decodeText(given, 'chip.yaml')).toThrow(
      `chip.yaml: expected a text in UTF-8, got ${name}; save it as UTF-8 in your editor, or convert it: iconv -f ${name.slice(0, 6)} -t UTF-8.`,
    )
})

it('says where bytes are no UTF-8', () => {
  // Latin-1 µ after three letters
  expect(() => decodeText(bytes(0x61, 0x62, 0x63, 0xb5, 0x64), 'f')).toThrow(
    'f at byte 3: expected a text in UTF-8, got the byte 0xb5',
  )
  // a character that is cut at the end
  expect(() => decodeText(bytes(0x61, 0xc2), 'f')).toThrow(/f at byte 1: /)
  for (let n = 0; n < 2000; n++) {
    const noise = Uint8Array.from({ length: 1 + (n % 9) }, (_, i) => (n * 7919 + i * 104_729 + ((n * i) % 251)) & 255)
    try {
      decodeText(noise, 'f')
    } catch (error) {
      expect(error).toMatchObject({ code: 'H2LEARN_INPUT' })
    }
  }
})
