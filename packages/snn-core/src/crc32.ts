/** Bytes that one round takes. */
const WIDTH = 8

/** At 256·k + n: what byte n adds to the sum when k further bytes of its round follow it. */
const table = new Uint32Array(256 * WIDTH)
for (let n = 0; n < 256; n++) {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  table[n] = c
}
for (let i = 256; i < table.length; i++) table[i] = table[table[i - 256]! & 255]! ^ (table[i - 256]! >>> 8)

/**
 * CRC-32 of bytes (polynomial 0xedb88320, as in gzip and PNG): finds every error of up to 32 neighbouring bits. Eight bytes a
 * round, each through a table of its own (Kounavis and Berry, "A systematic approach to building high performance,
 * software-based, CRC generators", 2005).
 * @param crc checksum of the bytes before, to continue with
 */
export const crc32 = (bytes: Uint8Array, crc = 0): number => {
  let c = ~crc
  let i = 0
  for (; i + WIDTH <= bytes.length; i += WIDTH) {
    const first = c ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
    c =
      table[1792 + (first & 255)]! ^
      table[1536 + ((first >>> 8) & 255)]! ^
      table[1280 + ((first >>> 16) & 255)]! ^
      table[1024 + (first >>> 24)]! ^
      table[768 + bytes[i + 4]!]! ^
      table[512 + bytes[i + 5]!]! ^
      table[256 + bytes[i + 6]!]! ^
      table[bytes[i + 7]!]!
  }
  for (; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}
