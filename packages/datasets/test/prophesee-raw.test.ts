import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parsePropheseeRaw, propheseeRawHeader } from '../src/prophesee-raw'
import { eventFormatOf, parseRecording } from '../src/read-recording'
import { concatBytes, latin1Bytes } from '../src/text-header'
import { rowsOf } from './event-recording'
import { damaged } from './mutate'
import { datasetError, valueOrDatasetError } from './thrown'

const words32 = (...words: readonly number[]) => new Uint8Array(Uint32Array.from(words).buffer)
const words16 = (...words: readonly number[]) => new Uint8Array(Uint16Array.from(words).buffer)

// EVT 2.0: type·2^28; events: low 6 bits of the time·2^22, x·2^11, y
const cd2 = (polarity: number, low: number, x: number, y: number) =>
  ((polarity << 28) | (low << 22) | (x << 11) | y) >>> 0
const high2 = (high: number) => ((8 << 28) | high) >>> 0
const header2 = '% date 2024-01-01\n% evt 2.0\n% geometry 640x480\n% end\n'
const evt2 = concatBytes(
  latin1Bytes(header2),
  words32(
    cd2(1, 1, 9, 9), // before the first time: left out
    high2(2),
    cd2(1, 3, 100, 200), // 2·64 + 3 = 131
    cd2(0, 63, 639, 479), // 2·64 + 63 = 191
    0xa0000000, // a trigger
    high2(3),
    cd2(1, 0, 640, 0), // outside the sensor
    cd2(1, 5, 0, 0), // 3·64 + 5 = 197
  ),
)

// EVT 3.0: type·2^12
const evt3Words = words16(
  0x8001, // high time 1
  0x6002, // low time 2: 4096 + 2
  0x0000 | 7, // y = 7
  0x2000 | 0x800 | 30, // ON at x = 30
  0x2000 | 31, // OFF at x = 31
  0x3000 | 0x800 | 40, // vectors from x = 40, ON
  0x4000 | 0b1000_0000_0101, // x = 40, 42, 51
  0x5000 | 0b1000_0001, // x = 52, 59
  0xa000, // a trigger
  0x6005,
  0x0000 | 8,
  0x2000 | 1, // OFF at (1, 8), 4101
)
const evt3 = concatBytes(latin1Bytes('% format EVT3;height=720;width=1280\n% end\n'), evt3Words)

describe('EVT 2.0', () => {
  it('is times of 28 and 6 bits, x and y of 11, polarity in the type', () => {
    const recording = parsePropheseeRaw(evt2, 'a.raw')
    expect(rowsOf(recording)).toEqual([
      [100, 200, 1, 131],
      [639, 479, 0, 191],
      [0, 0, 1, 197],
    ])
    expect(recording).toMatchObject({ width: 640, height: 480, outsideSensor: 1 })
    expect(recording).not.toHaveProperty('sensorAssumed')
  })

  it('counts from the smallest where times pass 2^32 µs, else leaves them as they are', () => {
    const at = (...highs: readonly number[]) =>
      concatBytes(latin1Bytes(header2), words32(...highs.flatMap((high) => [high2(high), cd2(1, 1, 1, 1)])))
    expect([...parsePropheseeRaw(at(2 ** 26 - 1), 'a').time]).toEqual([2 ** 32 - 63])
    expect([...parsePropheseeRaw(at(2 ** 26 - 1, 2 ** 26), 'a').time]).toEqual([0, 64])
    expect(() => parsePropheseeRaw(at(0, 2 ** 26 + 1), 'a')).toThrow(/within 2\^32 µs/)
  })
})

describe('EVT 3.0', () => {
  it('is words that change time, row and column, single events and vectors of 12 and 8', () => {
    expect(rowsOf(parsePropheseeRaw(evt3, 'a.raw'))).toEqual([
      [30, 7, 1, 4098],
      [31, 7, 0, 4098],
      ...[40, 42, 51, 52, 59].map((x) => [x, 7, 1, 4098]),
      [1, 8, 0, 4101],
    ])
  })

  it('goes on when its 24 bits of time wrap', () => {
    const one = [0x6000, 0x0000, 0x2001]
    const words = words16(0x8fff, ...one, 0x8000, ...one, 0x8001, ...one)
    const bytes = concatBytes(latin1Bytes('% evt 3.0\n'), words)
    const recording = parsePropheseeRaw(bytes, 'a')
    expect([...recording.time]).toEqual([4095 * 4096, 4096 * 4096, 4097 * 4096])
    expect(recording).toMatchObject({ width: 1280, height: 720, sensorAssumed: true })
  })
})

describe('Prophesee RAW', () => {
  it('is told from .dat by its header', async () => {
    expect(eventFormatOf(evt2, 'x')).toBe('prophesee-raw')
    expect(eventFormatOf(evt3, 'x')).toBe('prophesee-raw')
    expect(eventFormatOf(latin1Bytes('% Version 2\n'), 'x.dat')).toBe('prophesee-dat')
    expect((await parseRecording(evt3, 'x.raw')).time.length).toBe(8)
    expect(propheseeRawHeader(['% evt 3', '% geometry 320x240'])).toEqual({
      encoding: '3.0',
      width: 320,
      height: 240,
    })
  })

  it('of another encoding says which and how to convert it', () => {
    const file = (header: string) => concatBytes(latin1Bytes(header), words32(0, 0))
    expect(datasetError(() => parsePropheseeRaw(file('% evt 2.1\n% end\n'), 'a'))).toMatchObject({
      got: 'EVT 2.1',
      hint: expect.stringContaining('metavision_file_to_dat'),
    })
    expect(datasetError(() => parsePropheseeRaw(file('% Date x\n'), 'a')).got).toBe('a header without an encoding')
    expect(datasetError(() => parsePropheseeRaw(evt2.subarray(0, evt2.length - 1), 'a')).got).toBe('3 bytes at the end')
    expect(() => parsePropheseeRaw(file('% evt 2.0\n% end\n'), 'a')).toThrow(/at least one event/)
    expect(() => parsePropheseeRaw(evt2, 'a', { width: 3 })).not.toThrow()
    expect(() => parsePropheseeRaw(evt2.subarray(0, 0), 'a')).toThrow(/header without an encoding/)
  })

  it('gives sound events or a DatasetError for damaged files', () => {
    let accepted = 0
    for (const valid of [evt2, evt3])
      fc.assert(
        fc.property(damaged(valid, valid.length), (bytes) => {
          const recording = valueOrDatasetError(() => parsePropheseeRaw(bytes, 'fuzz'))
          if (recording === undefined) return
          accepted++
          const { width, height, x, y, polarity } = recording
          expect(x.every((v) => v < width) && y.every((v) => v < height) && polarity.every((p) => p <= 1)).toBe(true)
        }),
        { numRuns: 500 },
      )
    expect(accepted).toBeGreaterThan(10)
  })
})
