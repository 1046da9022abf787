import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { parseNmnist } from '../src/nmnist'
import { readNmnist } from '../src/read-nmnist'
import { rowsOf } from './event-recording'
import { damaged } from './mutate'
import { datasetError, valueOrDatasetError } from './thrown'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-nmnist-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

/** (3, 7) ON at 1 µs; (33, 0) OFF at 0x7fffff µs, the last time 23 bits hold. */
const two = Uint8Array.from([3, 7, 0x80, 0, 1, 33, 0, 0x7f, 0xff, 0xff])
describe('parseNmnist', () => {
  it('reads x, y, the polarity bit and 23 bits of time', () => {
    expect(parseNmnist(two, 'two', 4)).toEqual({
      width: 34,
      height: 34,
      x: Uint16Array.from([3, 33]),
      y: Uint16Array.from([7, 0]),
      polarity: Uint8Array.from([1, 0]),
      time: Uint32Array.from([1, 8_388_607]),
      label: 4,
    })
  })

  it('refuses an empty file, half an event and a coordinate outside the sensor', () => {
    expect(datasetError(() => parseNmnist(new Uint8Array(0), 'e')).got).toBe('0 bytes')
    expect(datasetError(() => parseNmnist(two.subarray(0, 8), 'e'))).toMatchObject({ offset: 5, got: '8 bytes' })
    expect(datasetError(() => parseNmnist(two.with(5, 34), 'e'))).toMatchObject({ offset: 5, got: 'x 34, y 0' })
  })

  const record = (x: number, y: number, polarity: number, time: number) => [
    x,
    y,
    (polarity << 7) | (time >> 16),
    (time >> 8) & 255,
    time & 255,
  ]
  const times = (...records: number[][]) => [...parseNmnist(Uint8Array.from(records.flat()), 'o').time]

  it('adds 8,192 µs to all that follows a record with y = 240, which is no event', () => {
    const recording = parseNmnist(
      Uint8Array.from(
        [
          record(1, 2, 1, 100),
          record(3, 4, 0, 5000),
          record(5, 6, 1, 8000),
          record(0, 240, 0, 8191),
          record(7, 8, 1, 10),
          record(9, 10, 0, 500),
        ].flat(),
      ),
      'overflow',
    )
    expect(rowsOf(recording)).toEqual([
      [1, 2, 1, 100],
      [3, 4, 0, 5000],
      [5, 6, 1, 8000],
      [7, 8, 1, 8202],
      [9, 10, 0, 8692],
    ])
    // the marker first, several of them, one at the end; its own x does not matter
    const [marker, event] = [record(255, 240, 1, 0), record(1, 1, 1, 7)]
    expect(times(marker, event)).toEqual([8199])
    expect(times(event, marker, marker, event, marker, event, marker)).toEqual([7, 16_391, 24_583])
  })

  it('refuses markers alone, another row off the sensor, and overflows past 2^32 µs', () => {
    const [marker, event] = [record(0, 240, 0, 0), record(1, 1, 1, 7)]
    expect(() => times(marker, marker)).toThrow(/events, got overflow markers/)
    expect(datasetError(() => times(event, record(0, 241, 0, 0)))).toMatchObject({ offset: 5, got: 'x 0, y 241' })
    const many = new Uint8Array(5 * (2 ** 19 + 1)).map((_, i) => (i % 5 === 1 ? 240 : 0))
    many.set(event, 5 * 2 ** 19)
    expect(datasetError(() => parseNmnist(many, 'o'))).toMatchObject({ offset: 5 * 2 ** 19, got: `${2 ** 32 + 7} µs` })
  })

  it('gives events inside the sensor or a DatasetError for damaged bytes', () => {
    let accepted = 0
    const valid = Uint8Array.from({ length: 60 }, (_, i) => (i === 21 ? 240 : (i * 7) % 34))
    fc.assert(
      fc.property(damaged(valid, 10), (bytes) => {
        const recording = valueOrDatasetError(() => parseNmnist(bytes, 'fuzz'))
        if (recording === undefined) return
        accepted++
        const markers = [...bytes].filter((byte, i) => i % 5 === 1 && byte === 240).length
        expect(recording.x).toHaveLength(bytes.length / 5 - markers)
        for (const list of [recording.x, recording.y]) expect(list.every((v) => v < 34)).toBe(true)
        expect(recording.polarity.every((p) => p <= 1)).toBe(true)
        expect(recording.time.every((t) => t < 2 ** 23 + markers * 8192)).toBe(true)
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(10)
  })
})

describe('readNmnist', () => {
  const dir = join(temp, 'set')
  for (let label = 0; label < 10; label++) {
    const path = join(dir, 'Test', String(label))
    mkdirSync(path, { recursive: true })
    // File numbers run against the labels; x = label + 1 lies at column `label` of the crop 34 → 32.
    writeFileSync(join(path, `0000${9 - label}.bin`), Uint8Array.from([label + 1, 6, 0x80, 0, 1]))
    writeFileSync(join(path, 'notes.txt'), 'x')
  }

  it('sorts by file name, crops the centre and puts ON into channel 1', () => {
    const samples = readNmnist(dir, { split: 'test' })
    expect(samples).toMatchObject({ name: 'n-mnist', kind: 'spikes', count: 10, T: 10, shape: { C: 2, H: 32, W: 32 } })
    expect([...samples.labels]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1, 0])
    const size = 10 * 2 * 32 * 32
    for (let n = 0; n < 10; n++) {
      const label = 9 - n
      const spikes = samples.data.subarray(n * size, (n + 1) * size)
      expect(spikes.indexOf(1)).toBe(1024 + 5 * 32 + label)
      expect(spikes.lastIndexOf(1)).toBe(spikes.indexOf(1))
    }
    expect(readNmnist(dir, { split: 'test', limit: 3, T: 2, polarities: 'merged' })).toMatchObject({
      count: 3,
      T: 2,
      shape: { C: 1 },
    })
  })

  it('says which folder or file is missing, empty or damaged', () => {
    const read = (path: string) => datasetError(() => readNmnist(path, { split: 'train' }))
    expect(read(join(temp, 'nowhere')).got).toBe('nothing of that name')
    expect(read(dir)).toMatchObject({ expected: 'a folder Train', got: 'Test' })
    mkdirSync(join(dir, 'Train'))
    expect(read(dir).got).toBe('an empty folder')
    for (const label of '012345678') mkdirSync(join(dir, 'Train', label))
    expect(read(dir)).toMatchObject({ got: 'an empty folder' })
    for (const label of '012345678') writeFileSync(join(dir, 'Train', label, '1.bin'), two)
    expect(read(dir)).toMatchObject({ expected: 'a folder 9', got: '0, 1, 2, 3, 4, 5, 6, 7, 8' })
    mkdirSync(join(dir, 'Train', '9'))
    writeFileSync(join(dir, 'Train', '9', '1.txt'), two)
    expect(read(dir)).toMatchObject({ expected: 'recordings *.bin', got: '1.txt' })
    writeFileSync(join(dir, 'Train', '9', '1.bin'), two.subarray(0, 9))
    expect(read(dir)).toMatchObject({ offset: 5, file: join(dir, 'Train', '9', '1.bin') })
  })
})

describeShared('data/n-mnist', 'the real N-MNIST recordings', (nmnist) => {
  const parse = (path: string) => parseNmnist(readFileSync(nmnist(path)), path)
  const event = (r: ReturnType<typeof parse>, i: number) => [r.x[i], r.y[i], r.polarity[i], r.time[i]]

  it('hold the known events', () => {
    const five = parse('Train/5/00001.bin')
    expect(five.x.length).toBe(4681)
    expect([0, 1, 2].map((i) => event(five, i))).toEqual([
      [18, 16, 1, 893],
      [20, 17, 1, 1060],
      [17, 9, 0, 2443],
    ])
    const seven = parse('Test/7/00001.bin')
    expect(seven.x.length).toBe(3330)
    expect(event(seven, 0)).toEqual([7, 7, 1, 5087])
  })

  it('agree with index.csv in events, ON events, first and last time', () => {
    const rows = readFileSync(nmnist('index.csv'), 'utf8').trim().split('\n').slice(1)
    let events = 0
    for (const row of rows) {
      const [path, , count, on, first, last] = row.split(',')
      const recording = parse(path!)
      const { polarity, time } = recording
      const ons = polarity.reduce((sum, p) => sum + p, 0)
      expect([polarity.length, ons, time[0], time.at(-1)].join(), path).toBe([count, on, first, last].join())
      events += polarity.length
    }
    expect(events).toBe(4_518_827)
  })

  it('load as frames with the known classes', () => {
    const samples = readNmnist(nmnist(), { split: 'test' })
    const counts = Array.from({ length: 10 }, (_, d) => samples.labels.filter((label) => label === d).length)
    expect(counts).toEqual([8, 14, 8, 11, 14, 7, 10, 15, 2, 11])
    // MNIST's own first test labels, so the order is MNIST's.
    expect([...samples.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    expect(samples.data.every((v) => v <= 1)).toBe(true)
  })
})
