/** The encoder and decoder that our LZ4 decoder is compared with; it has no types of its own. */
declare module 'lz4js' {
  const lz4: {
    compress(bytes: Uint8Array): Uint8Array
    decompress(bytes: Uint8Array): Uint8Array
  }
  export default lz4
}
