import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import lz4 from 'lz4js'
import { describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { aedat4Header, parseAedat4, readAedat4, writeAedat4 } from '../src/aedat4'
import { bytesSource } from '../src/byte-source'
import { DatasetError } from '../src/dataset-error'
import { CodecError, decodeLz4Frame, storedLz4Frame } from '../src/lz4-frame'
import { recordingOf, recordings } from './event-recording'
import { damaged } from './mutate'

const limit = 1 << 20

describe('decodeLz4Frame', () => {
  it('gives back what another encoder compressed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 255 }), fc.nat({ max: 400 })), { minLength: 1, maxLength: 40 }),
        (runs) => {
          const bytes = Uint8Array.from(
            runs.flatMap(([value, n]) => Array.from({ length: n }, (_, i) => value + (i % 3))),
          )
          expect(Buffer.compare(decodeLz4Frame(storedLz4Frame(bytes), limit), bytes)).toBe(0)
          if (bytes.length > 0) expect(Buffer.compare(decodeLz4Frame(lz4.compress(bytes), limit), bytes)).toBe(0)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('stops at its limit, and at bytes that make no sense', () => {
    const zeros = lz4.compress(new Uint8Array(100_000))
    expect(zeros.length).toBeLessThan(1000)
    expect(() => decodeLz4Frame(zeros, 99_999)).toThrow(CodecError)
    expect(decodeLz4Frame(zeros, 100_000).length).toBe(100_000)
    expect(() => decodeLz4Frame(new Uint8Array(3), limit)).toThrow(/end of the data/)
    expect(() => decodeLz4Frame(storedLz4Frame(new Uint8Array(9)).subarray(0, 15), limit)).toThrow(/end of the data/)
    // a match with nothing before it: token 0 (no literals), offset 1
    const frame = Uint8Array.of(4, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0)
    expect(() => decodeLz4Frame(frame, limit)).toThrow(/a match 1 bytes back/)
  })
})

describe('AEDAT 4', () => {
  it('gives back what our writer wrote, with and without compression', async () => {
    await fc.assert(
      fc.asyncProperty(
        recordings(320, 240),
        fc.constantFrom('none' as const, 'LZ4' as const, 'zstd' as const),
        fc.integer({ min: 1, max: 20 }),
        async (recording, compression, perPacket) => {
          const bytes = await writeAedat4(recording, { compression, perPacket, start: 1.6e15 })
          expect(await parseAedat4(bytes, 'r')).toEqual(recording)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('gives sound events or a DatasetError for 1,000 damaged files', async () => {
    const rows = Array.from({ length: 12 }, (_, i) => [9 * i, 5 * i, i % 2, 1000 * i] as const)
    let accepted = 0
    for (const compression of ['none', 'LZ4', 'zstd'] as const) {
      const valid = await writeAedat4(recordingOf(320, 240, rows), { compression, perPacket: 5 })
      await fc.assert(
        fc.asyncProperty(damaged(valid, valid.length), async (bytes) => {
          try {
            const { x, y, time } = await parseAedat4(bytes, 'fuzz')
            accepted++
            expect(time.length).toBeGreaterThan(0)
            expect(x.every((v) => v < 16_384) && y.every((v) => v < 16_384)).toBe(true)
          } catch (error) {
            if (!(error instanceof DatasetError)) throw error
          }
        }),
        { numRuns: 334 },
      )
    }
    expect(accepted).toBeGreaterThan(10)
  })

  it('names what is wrong', async () => {
    const bytes = await writeAedat4(recordingOf(8, 8, [[1, 2, 1, 0]]))
    await expect(parseAedat4(bytes.with(9, 51), 'a')).rejects.toMatchObject({ offset: 0, name: 'DatasetError' })
    await expect(parseAedat4(bytes.with(17, 127), 'a')).rejects.toMatchObject({ offset: 14 })
    await expect(parseAedat4(bytes, 'a', { stream: 3 })).rejects.toMatchObject({ got: '0 EVTS' })
    await expect(parseAedat4(bytes.subarray(0, bytes.length - 5), 'a')).rejects.toThrow(/packet within/)
    // a zstd frame that claims 4 GB is not handed to the library: its size stands 12 bytes after the packet's begin
    const zstd = await writeAedat4(recordingOf(8, 8, [[1, 2, 1, 0]]), { compression: 'zstd' })
    const { begin } = await aedat4Header(bytesSource(zstd, 'z'))
    await expect(parseAedat4(zstd.with(begin + 8 + 8, 255), 'z')).rejects.toThrow(/a zstd frame of \d{10} bytes/)
  })
})
describeShared('data/events', 'the real AEDAT 4 recording', (events) => {
  const file = events('aedat4/sample.aedat4')

  it('has the streams that its header lists', async () => {
    const header = await aedat4Header(bytesSource(new Uint8Array(readFileSync(file)), file))
    expect(header).toMatchObject({ compression: 'LZ4', begin: 18 + 2316, end: 945_243 })
    expect(header.streams.map(({ id, type }) => `${id} ${type}`)).toEqual(['0 EVTS', '2 IMUS', '3 TRIG'])
    expect(header.streams[0]).toMatchObject({ width: 320, height: 240 })
  })

  it('decodes, as another LZ4 decoder has it, packet by packet', async () => {
    const recording = await readAedat4(file)
    const bytes = readFileSync(file)
    let at = 18 + 2316
    let n = 0
    let packets = 0
    while (at < 945_243) {
      const size = bytes.readInt32LE(at + 4)
      if (bytes.readInt32LE(at) === 0) {
        packets++
        const plain = Buffer.from(lz4.decompress(bytes.subarray(at + 8, at + 8 + size)))
        // size, root, id, vtable and table are 28 bytes here; then the number of events, 16 bytes each
        const vector = 28
        const count = plain.readInt32LE(vector)
        for (const i of [0, count - 1]) {
          const e = vector + 4 + 16 * i
          expect([recording.x[n + i], recording.y[n + i], recording.polarity[n + i]]).toEqual([
            plain.readInt16LE(e + 8),
            plain.readInt16LE(e + 10),
            plain[e + 12],
          ])
        }
        n += count
      }
      at += 8 + size
    }
    expect(packets).toBe(59)
    expect(recording.time.length).toBe(n)
    expect(recording).toMatchObject({ width: 320, height: 240 })
    expect(recording.time[0]).toBe(0)
  })
})
