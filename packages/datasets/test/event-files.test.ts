import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { parseAedat2, streamAedat2, writeAedat2 } from '../src/aedat2'
import { parseAedat3, streamAedat3, writeAedat3 } from '../src/aedat3'
import { parseAedat4, writeAedat4 } from '../src/aedat4'
import type { EventRecording } from '../src/api'
import { joinRecordings, rawConvention } from '../src/event-convention'
import { parsePropheseeDat, streamPropheseeDat, writePropheseeDat } from '../src/prophesee-dat'
import { concatBytes, latin1Bytes } from '../src/text-header'
import { recordingOf, recordings, rowsOf } from './event-recording'
import { damaged } from './mutate'
import { datasetError, valueOrDatasetError } from './thrown'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-events-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))
const onDisk = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(temp, name), bytes)
  return join(temp, name)
}

const formats = {
  'AEDAT 2.0': { sensor: [128, 128], write: writeAedat2, parse: parseAedat2, stream: streamAedat2, header: 60 },
  'AEDAT 3.1': { sensor: [128, 128], write: writeAedat3, parse: parseAedat3, stream: streamAedat3, header: 110 },
  'Prophesee .dat': {
    sensor: [304, 240],
    write: writePropheseeDat,
    parse: parsePropheseeDat,
    stream: streamPropheseeDat,
    header: 45,
  },
} as const

/** What every recording a reader returns must satisfy. */
const expectSound = ({ width, height, x, y, polarity, time }: EventRecording) => {
  expect(time.length).toBeGreaterThan(0)
  for (const list of [x, y, polarity]) expect(list.length).toBe(time.length)
  expect(x.every((v) => v < width) && y.every((v) => v < height) && polarity.every((p) => p <= 1)).toBe(true)
}

describe.each(Object.entries(formats))('%s', (_, { sensor: [width, height], write, parse, stream, header }) => {
  it('gives back what our writer wrote, whole and piece by piece', () => {
    const file = join(temp, 'round-trip')
    fc.assert(
      fc.property(recordings(width, height), (recording) => {
        const bytes = write(recording)
        expect(parse(bytes, 'r')).toEqual(recording)
        writeFileSync(file, bytes)
        expect(joinRecordings(stream(file))).toEqual(recording)
      }),
      { numRuns: 60 },
    )
  })

  it('gives sound events or a DatasetError for 1,000 damaged files', () => {
    const valid = write(
      recordingOf(
        width,
        height,
        Array.from({ length: 12 }, (_, i) => [9 * i, 5 * i, i % 2, 1000 * i] as const),
      ),
    )
    let accepted = 0
    fc.assert(
      fc.property(damaged(valid, header), (bytes) => {
        const recording = valueOrDatasetError(() => parse(bytes, 'fuzz'))
        if (recording === undefined) return
        accepted++
        expectSound(recording)
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(10)
  })

  it('names the byte where a cut file ends, and refuses one without events', () => {
    const bytes = write(recordingOf(width, height, [[1, 2, 1, 0]]))
    expect(datasetError(() => parse(bytes.subarray(0, bytes.length - 3), 'cut')).offset).toBeGreaterThan(10)
    expect(() => parse(new Uint8Array(0), 'empty')).toThrow(/empty/)
    expect(() => parse(write(recordingOf(width, height, [])), 'none')).toThrow(/at least one event, got none/)
  })

  it('says when a file is missing or a folder', () => {
    expect(datasetError(() => [...stream(join(temp, 'nowhere'))]).got).toBe('nothing of that name')
    expect(datasetError(() => [...stream(temp)]).got).toBe('a folder')
  })
})

describe('writers', () => {
  it('refuse what is no recording', async () => {
    const good = recordingOf(128, 128, [[1, 2, 1, 0]])
    const { time: _, ...without } = good
    for (const bad of [undefined, null, {}, without, { ...good, x: 5 }] as EventRecording[]) {
      for (const write of [writeAedat2, writeAedat3, writePropheseeDat])
        expect(() => write(bad), write.name).toThrow(/^write\w+: expected (an event recording|a typed array as x)/)
      await expect(writeAedat4(bad)).rejects.toThrow(/^writeAedat4: expected/)
    }
  })
})

describe('a recording whose first time is not its smallest', () => {
  // 100000, 99000, 100500 on the clock of the camera
  const stale = recordingOf(128, 128, [
    [1, 2, 1, 100_000],
    [3, 4, 0, 99_000],
    [5, 6, 1, 100_500],
  ])
  const expected = { ...stale, time: Uint32Array.of(1000, 0, 1500) }

  it('counts from the smallest in AEDAT 2.0, 3.1 and 4, whole and piece by piece', async () => {
    expect(parseAedat2(writeAedat2(stale), 'a')).toEqual(expected)
    expect(joinRecordings(streamAedat2(onDisk('stale.aedat', writeAedat2(stale))))).toEqual(expected)
    // one event a packet: the smallest stands in the second packet
    const third = writeAedat3(stale, { perPacket: 1 })
    expect(parseAedat3(third, 'a')).toEqual(expected)
    expect(joinRecordings(streamAedat3(onDisk('stale3.aedat', third)))).toEqual(expected)
    for (const start of [0, 2 ** 32 - 99_500, 1.7e15])
      expect(await parseAedat4(await writeAedat4(stale, { start, perPacket: 1 }), 'a')).toEqual(expected)
  })

  it('may be longer than half a turn of the clock, but no longer than one', async () => {
    const long = recordingOf(128, 128, [
      [1, 2, 1, 3_000_000_000],
      [3, 4, 0, 2_999_999_000],
      [5, 6, 1, 5],
    ])
    // AEDAT 4 does not wrap: 5 is the smallest; AEDAT 2.0 goes on, 2^32 + 5 − 2,999,999,000 later
    expect([...(await parseAedat4(await writeAedat4(long), 'a')).time]).toEqual([2_999_999_995, 2_999_998_995, 0])
    expect([...parseAedat2(writeAedat2(long), 'a').time]).toEqual([1000, 0, 2 ** 32 + 5 - 2_999_999_000])
    // two turns: 3·10⁹, 5, 3·10⁹ and 5 again
    const twice = recordingOf(
      128,
      128,
      [3e9, 5, 2e9, 4e9, 5].map((t) => [0, 0, 1, t] as const),
    )
    expect(datasetError(() => parseAedat2(writeAedat2(twice), 'a'))).toMatchObject({
      expected: 'times that lie within 2^32 µs',
    })
    const apart = await writeAedat4(stale, { perPacket: 1 })
    // the high half of the last event's time
    const view = new DataView(apart.buffer, apart.byteOffset)
    let place = apart.length - 16
    while (place > 0 && view.getUint32(place, true) !== 100_500) place--
    view.setInt32(place + 4, 7, true)
    await expect(parseAedat4(apart, 'a')).rejects.toThrow(/within 2\^32 µs/)
  })
})

describe('AEDAT 2.0 in detail', () => {
  // address 0b0_0000011_0000101_1: y 3, x 5, bit 0 = 1 → OFF; both axes run against the picture
  const bytes = concatBytes(latin1Bytes('#!AER-DAT2.0\r\n# x\r\n'), Uint8Array.of(0, 0, 3, 11, 0, 0, 1, 0))

  it('turns address bits into a picture, or leaves them as they are', () => {
    expect(rowsOf(parseAedat2(bytes, 'a'))).toEqual([[122, 124, 0, 0]])
    expect(rowsOf(parseAedat2(bytes, 'a', { convention: rawConvention }))).toEqual([[5, 3, 1, 0]])
    expect(rowsOf(parseAedat2(bytes, 'a', { convention: { ...rawConvention, transpose: true } }))).toEqual([
      [3, 5, 1, 0],
    ])
  })

  it('leaves out external events and goes on when the timer wraps', () => {
    const more = concatBytes(
      latin1Bytes('#!AER-DAT2.0\r\n'),
      Uint8Array.of(0, 0, 0, 0, 255, 255, 255, 255),
      Uint8Array.of(0, 0, 0x80, 0, 0, 0, 0, 0),
      Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 4),
    )
    expect([...parseAedat2(more, 'a').time]).toEqual([0, 5])
  })

  it('refuses another version and an address of more than 16 bits', () => {
    expect(datasetError(() => parseAedat2(latin1Bytes('#!AER-DAT3.1\r\n'), 'a')).got).toBe('#!AER-DAT3.1')
    expect(datasetError(() => parseAedat2(bytes.with(19, 1), 'a'))).toMatchObject({ offset: 19, got: '0x0100030b' })
  })
})

describe('AEDAT 3.1 in detail', () => {
  it('passes over invalid events and packets of other types, and adds the overflow', () => {
    const start = 2 ** 31 - 3
    const recording = recordingOf(128, 128, [
      [1, 2, 1, 0],
      [3, 4, 0, 5],
    ])
    const bytes = writeAedat3(recording, { start })
    // the second event lies past 2^31: a packet of its own with overflow 1
    expect(bytes.length).toBe(writeAedat3(recording).length + 28)
    expect(parseAedat3(bytes, 'a')).toEqual(recording)
    const at = bytes.length - 8
    expect(rowsOf(parseAedat3(bytes.with(at, bytes[at]! & 254), 'a'))).toEqual([[1, 2, 1, 0]])
    expect(rowsOf(parseAedat3(bytes.with(at - 28, 2), 'a'))).toEqual([[1, 2, 1, 0]])
  })

  it('does not believe a packet that declares more than the file holds', () => {
    const bytes = writeAedat3(recordingOf(128, 128, [[1, 2, 1, 0]]))
    const count = bytes.length - 8 - 28 + 20
    expect(datasetError(() => parseAedat3(bytes.with(count + 3, 255), 'a'))).toMatchObject({
      offset: count,
      got: `${255 * 2 ** 24 + 1} events of 8 bytes`,
    })
  })
})

describe('Prophesee .dat in detail', () => {
  it('takes the size from the header, else from the caller', () => {
    const events = Uint8Array.of(0, 8, 10, 0, 0, 0, 5, 0xc0, 0, 0x10)
    const file = (header: string) => concatBytes(latin1Bytes(header), events)
    // 0x1000c005: polarity 1, y = 3, x = 5
    expect(rowsOf(parsePropheseeDat(file('% Version 2\n'), 'p'))).toEqual([[5, 3, 1, 10]])
    expect(parsePropheseeDat(file('% Height 4\n% Width 6\n'), 'p')).toMatchObject({ width: 6, height: 4 })
    expect(datasetError(() => parsePropheseeDat(file('% Height 3\n% Width 6\n'), 'p'))).toMatchObject({
      expected: 'events on a sensor of 6×3',
      got: '1 outside it and none inside',
    })
    expect(() => parsePropheseeDat(file('% x\n'), 'p', { width: 5, height: 9 })).toThrow(/sensor of 5×9/)
    expect(() => parsePropheseeDat(file('% x\n'), 'p', { width: 0, height: 9 })).toThrow(/1 to 16384 pixels a side/)
  })

  it('says that the size is assumed where neither says it', () => {
    const one = writePropheseeDat(recordingOf(304, 240, [[5, 3, 1, 10]]))
    expect(parsePropheseeDat(one, 'p')).not.toHaveProperty('sensorAssumed')
    const bare = concatBytes(latin1Bytes('% Version 2\n'), one.subarray(one.length - 10))
    expect(parsePropheseeDat(bare, 'p')).toMatchObject({ width: 304, height: 240, sensorAssumed: true })
    const given = parsePropheseeDat(bare, 'p', { width: 640, height: 480 })
    expect(given).toMatchObject({ width: 640, height: 480 })
    expect(given).not.toHaveProperty('sensorAssumed')
    expect(joinRecordings(streamPropheseeDat(onDisk('bare.dat', bare)))).toEqual(parsePropheseeDat(bare, 'p'))
  })

  it('leaves out events outside the sensor and counts them', () => {
    const wide = writePropheseeDat(
      recordingOf(640, 480, [
        [639, 0, 1, 0],
        [1, 2, 1, 5],
        [1, 240, 0, 6],
        [303, 239, 0, 7],
      ]),
    )
    const bare = concatBytes(latin1Bytes('% Version 2\n'), wide.subarray(wide.length - 34))
    const recording = parsePropheseeDat(bare, 'p')
    expect(rowsOf(recording)).toEqual([
      [1, 2, 1, 5],
      [303, 239, 0, 7],
    ])
    expect(recording.outsideSensor).toBe(2)
    expect(joinRecordings(streamPropheseeDat(onDisk('wide.dat', bare)))).toEqual(recording)
    expect(parsePropheseeDat(bare, 'p', { width: 640, height: 480 })).not.toHaveProperty('outsideSensor')
  })

  it('keeps the clock of the file, and goes on when it wraps', () => {
    const late = recordingOf(4, 4, [
      [0, 0, 1, 1_000_000_000],
      [1, 1, 1, 1_000_000_500],
    ])
    expect([...parsePropheseeDat(writePropheseeDat(late), 'p').time]).toEqual([1_000_000_000, 1_000_000_500])
    // 2^32 − 10, 2^32 − 4, a late 2^32 − 6, then 3 and a late 2^32 − 1, then 20: 0, 6, 4, 13, 9, 30 from the smallest
    const wrapped = recordingOf(
      4,
      4,
      [-10, -4, -6, 3, -1, 20].map((t) => [0, 0, 1, t < 0 ? 2 ** 32 + t : t] as const),
    )
    const bytes = writePropheseeDat(wrapped)
    expect([...parsePropheseeDat(bytes, 'p').time]).toEqual([0, 6, 4, 13, 9, 30])
    expect(joinRecordings(streamPropheseeDat(onDisk('wrapped.dat', bytes)))).toEqual(parsePropheseeDat(bytes, 'p'))
  })
})
describeShared('data/events', 'the real event files', (events) => {
  const read = (path: string) => new Uint8Array(readFileSync(events(path)))

  it('of AEDAT 2.0 hold the known events', () => {
    for (const [name, count, zeroBits, first, last] of [
      ['alex_walking_again', 19_182, 7_102, 0x7683, 48_193_156 - 41_306_606],
      ['neal_walking', 70_304, 34_031, 0x252a, 144_951_371 - 135_707_767],
    ] as const) {
      const bytes = read(`aedat2-dvs128/${name}.aedat`)
      const raw = parseAedat2(bytes, name, { convention: rawConvention })
      expect(raw.time.length).toBe(count)
      expect([raw.time[0], raw.time.at(-1)]).toEqual([0, last])
      expect(raw.polarity.reduce((n, p) => n + (1 - p), 0)).toBe(zeroBits)
      expect((raw.y[0]! << 8) | (raw.x[0]! << 1) | raw.polarity[0]!).toBe(first)
      const turned = parseAedat2(bytes, name)
      expect(turned.polarity.reduce((n, p) => n + p, 0)).toBe(zeroBits)
      expect([turned.x[0], turned.y[0]]).toEqual([127 - raw.x[0]!, 127 - raw.y[0]!])
      expect(joinRecordings(streamAedat2(events(`aedat2-dvs128/${name}.aedat`)))).toEqual(turned)
    }
  })

  it('of AEDAT 2.0 with a header alone say that there is no event', () => {
    expect(() => parseAedat2(read('aedat2-header-only/sample_aedat_header.aedat'), 'h')).toThrow(/byte|event/)
  })

  it('of Prophesee .dat hold the known events', () => {
    const recording = parsePropheseeDat(read('prophesee-dat/sample_ncars.dat'), 'ncars')
    const { x, y, time } = recording
    expect(time.length).toBe(2009)
    expect([time[0], time.at(-1)]).toEqual([0, 99_952])
    expect([Math.min(...x), Math.max(...x), Math.min(...y), Math.max(...y)]).toEqual([0, 77, 0, 41])
    expectSound(recording)
    const { sensorAssumed, ...stated } = recording
    expect(sensorAssumed).toBe(true)
    expect(parsePropheseeDat(writePropheseeDat(recording), 'again')).toEqual(stated)
  })

  it('reads a file on disk as it reads bytes', () => {
    const file = onDisk('copy.dat', read('prophesee-dat/sample_ncars.dat'))
    expect(joinRecordings(streamPropheseeDat(file)).time.length).toBe(2009)
  })
})
