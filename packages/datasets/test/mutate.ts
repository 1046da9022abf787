import fc from 'fast-check'

/** Damaged copies of valid bytes: some bytes overwritten (the first ones most often), then cut or lengthened, or plain noise. */
export const damaged = (valid: Uint8Array, headerBytes: number): fc.Arbitrary<Uint8Array> => {
  const byte = fc.integer({ min: 0, max: 255 })
  const edits = fc.array(
    fc.tuple(
      fc.oneof(fc.nat({ max: Math.max(headerBytes - 1, 0) }), fc.nat({ max: valid.length - 1 })),
      fc.oneof(byte, fc.constantFrom(0, 1, 127, 128, 255)),
    ),
    { maxLength: 4 },
  )
  const length = fc.oneof(fc.constant(valid.length), fc.nat({ max: valid.length }), fc.nat({ max: valid.length + 9 }))
  const mutated = fc.tuple(edits, length).map(([changes, size]) => {
    const bytes = new Uint8Array(size)
    bytes.set(valid.subarray(0, size))
    for (const [at, value] of changes) if (at < size) bytes[at] = value
    return bytes
  })
  return fc.oneof({ weight: 9, arbitrary: mutated }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 64 }) })
}
