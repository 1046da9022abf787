/** Why compressed bytes cannot be decoded, with the place in them. */
export class CodecError extends Error {
  override readonly name = 'CodecError'
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message)
  }
}

const frameMagic = 0x184d2204
const storedBit = 0x80000000
const minMatch = 4

/** An output that grows with what is really decoded, up to a limit. */
const growingBytes = (first: number, limit: number) => {
  let bytes = new Uint8Array(Math.min(first, limit))
  let length = 0
  return {
    length: () => length,
    result: () => bytes.subarray(0, length),
    /** Makes room for n more bytes and returns the array to write into. */
    room: (n: number, at: number) => {
      if (length + n > limit) throw new CodecError(at, `more than ${limit} bytes come out`)
      if (length + n > bytes.length) {
        const larger = new Uint8Array(Math.min(limit, Math.max(length + n, 2 * bytes.length)))
        larger.set(bytes.subarray(0, length))
        bytes = larger
      }
      const from = length
      length += n
      return { bytes, from }
    },
  }
}

type Growing = ReturnType<typeof growingBytes>

/** Decodes one LZ4 block; matches may reach back into blocks before it (linked blocks). */
const decodeBlock = (src: Uint8Array, from: number, end: number, out: Growing) => {
  let at = from
  const lengthFrom = (start: number): number => {
    let length = start
    for (let byte = 255; byte === 255; ) {
      if (at >= end) throw new CodecError(at, 'a block that ends inside a length')
      byte = src[at++]!
      length += byte
    }
    return length
  }
  while (at < end) {
    const token = src[at++]!
    const literals = token >> 4 === 15 ? lengthFrom(15) : token >> 4
    if (at + literals > end) throw new CodecError(at, 'a block that ends inside its literals')
    const room = out.room(literals, at)
    room.bytes.set(src.subarray(at, at + literals), room.from)
    at += literals
    if (at === end) return
    if (at + 2 > end) throw new CodecError(at, 'a block that ends inside an offset')
    const distance = src[at]! | (src[at + 1]! << 8)
    if (distance === 0 || distance > out.length()) throw new CodecError(at, `a match ${distance} bytes back`)
    at += 2
    const length = ((token & 15) === 15 ? lengthFrom(15) : token & 15) + minMatch
    const { bytes, from: to } = out.room(length, at)
    // byte by byte: a match may overlap what it writes
    for (let i = 0; i < length; i++) bytes[to + i] = bytes[to + i - distance]!
  }
}

/**
 * Decodes an LZ4 frame (magic 04 22 4d 18). Every length is checked against the bytes that are there, the output grows with
 * what is decoded and never past `limit`; checksums are passed over, not checked.
 * @throws CodecError with the offset in `src`
 */
export const decodeLz4Frame = (src: Uint8Array, limit: number): Uint8Array => {
  const view = new DataView(src.buffer, src.byteOffset, src.byteLength)
  const need = (at: number, n: number, what: string) => {
    if (at + n > src.length) throw new CodecError(at, `the end of the data instead of ${what}`)
  }
  need(0, 7, 'an LZ4 frame header')
  if (view.getUint32(0, true) !== frameMagic) throw new CodecError(0, 'no LZ4 frame')
  const flags = src[4]!
  if (flags >> 6 !== 1) throw new CodecError(4, `an LZ4 frame of version ${flags >> 6}`)
  const blockChecksum = (flags & 0x10) !== 0
  const blockLimit = 1 << (8 + 2 * ((src[5]! >> 4) & 7))
  if (blockLimit < 65_536) throw new CodecError(5, 'an unknown LZ4 block size')
  let at = 6 + (flags & 8 ? 8 : 0) + (flags & 1 ? 4 : 0) + 1
  const out = growingBytes(4 * src.length, limit)
  for (;;) {
    need(at, 4, 'an LZ4 block')
    const word = view.getUint32(at, true)
    at += 4
    if (word === 0) return out.result()
    const size = word & ~storedBit
    if (size > blockLimit) throw new CodecError(at - 4, `a block of ${size} bytes`)
    need(at, size, `a block of ${size} bytes`)
    if (word & storedBit) {
      const { bytes, from } = out.room(size, at)
      bytes.set(src.subarray(at, at + size), from)
    } else decodeBlock(src, at, at + size, out)
    at += size + (blockChecksum ? 4 : 0)
  }
}

/** An LZ4 frame that stores the bytes as they are, in blocks of at most 64 KiB: for files we write. */
export const storedLz4Frame = (bytes: Uint8Array): Uint8Array => {
  const block = 65_536
  const blocks = Math.ceil(bytes.length / block)
  const out = new Uint8Array(7 + bytes.length + 4 * blocks + 4)
  const view = new DataView(out.buffer)
  // version 1, independent blocks, no checksums; 64 KiB; header checksum: second byte of the descriptor's xxHash32
  out.set([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82])
  let to = 7
  for (let at = 0; at < bytes.length; at += block) {
    const part = bytes.subarray(at, at + block)
    view.setUint32(to, (part.length | storedBit) >>> 0, true)
    out.set(part, to + 4)
    to += 4 + part.length
  }
  return out
}
