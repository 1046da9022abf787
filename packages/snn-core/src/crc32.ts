const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  return c
})

/**
 * CRC-32 of bytes (polynomial 0xedb88320, as in gzip and PNG): finds every error of up to 32 neighbouring bits.
 * @param crc checksum of the bytes before, to continue with
 */
export const crc32 = (bytes: Uint8Array, crc = 0): number => {
  let c = ~crc
  for (let i = 0; i < bytes.length; i++) c = table[(c ^ bytes[i]!) & 255]! ^ (c >>> 8)
  return ~c >>> 0
}
