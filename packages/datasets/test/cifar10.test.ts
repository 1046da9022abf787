import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { parseCifar10 } from '../src/cifar10'
import { readCifar10 } from '../src/read-cifar10'
import { damaged } from './mutate'
import { datasetError, valueOrDatasetError } from './thrown'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-cifar10-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))

/** Rows whose pixels all equal 10·label. */
const rows = (...labels: number[]) =>
  Uint8Array.from(labels.flatMap((label) => [label, ...new Array<number>(3072).fill(10 * label)]))
describe('parseCifar10', () => {
  it('reads label and pixels of each row', () => {
    const { count, labels, pixels } = parseCifar10(rows(3, 9), 'two')
    expect([count, ...labels]).toEqual([2, 3, 9])
    expect([pixels.length, pixels[0], pixels[3071], pixels[3072]]).toEqual([6144, 30, 30, 90])
  })

  it('refuses an empty file, part of a row and a label above 9', () => {
    expect(datasetError(() => parseCifar10(new Uint8Array(0), 'c')).got).toBe('0 bytes')
    expect(datasetError(() => parseCifar10(rows(1, 2).subarray(0, 4000), 'c'))).toMatchObject({ offset: 3073 })
    expect(datasetError(() => parseCifar10(rows(1, 11), 'c'))).toMatchObject({ offset: 3073, got: '11' })
  })

  it('gives labels 0 to 9 or a DatasetError for damaged bytes', () => {
    let accepted = 0
    fc.assert(
      fc.property(damaged(rows(1, 2), 1), (bytes) => {
        const parsed = valueOrDatasetError(() => parseCifar10(bytes, 'fuzz'))
        if (parsed === undefined) return
        accepted++
        expect(parsed.labels.every((label) => label < 10)).toBe(true)
        expect([parsed.labels.length, parsed.pixels.length]).toEqual([parsed.count, parsed.count * 3072])
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(10)
  })
})

describe('readCifar10', () => {
  const dir = join(temp, 'set')
  mkdirSync(dir)
  writeFileSync(join(dir, 'data_batch_1.bin'), rows(1, 2))
  writeFileSync(join(dir, 'data_batch_2.part.bin'), rows(3))
  writeFileSync(join(dir, 'test_batch.bin'), rows(4))
  writeFileSync(join(dir, 'batches.meta.txt'), 'x')

  it('joins the batches in order and stops at the limit', () => {
    const train = readCifar10(dir, { split: 'train' })
    expect(train).toMatchObject({ name: 'cifar10', count: 3, T: 1, shape: { C: 3, H: 32, W: 32 } })
    expect([...train.labels]).toEqual([1, 2, 3])
    expect(train.data[2 * 3072]).toBe(30)
    expect([...readCifar10(dir, { split: 'train', limit: 1 }).labels]).toEqual([1])
    expect([...readCifar10(dir, { split: 'test' }).labels]).toEqual([4])
  })

  it('says what is missing or damaged', () => {
    const read = (path: string) => datasetError(() => readCifar10(path, { split: 'train' }))
    expect(read(join(temp, 'nowhere')).got).toBe('nothing of that name')
    const other = join(temp, 'other')
    mkdirSync(other)
    expect(read(other).got).toBe('an empty folder')
    writeFileSync(join(other, 'test_batch.bin'), rows(4))
    expect(read(other)).toMatchObject({ expected: 'data_batch_*.bin', got: 'test_batch.bin' })
    writeFileSync(join(other, 'data_batch_1.bin'), rows(4).subarray(1))
    expect(read(other).file).toBe(join(other, 'data_batch_1.bin'))
  })
})

describeShared('data/cifar10', 'the real CIFAR-10 rows', (cifar10) => {
  it('have the known labels, first pixels and plane means', () => {
    const train = readCifar10(cifar10(), { split: 'train' })
    expect([...train.labels.subarray(0, 10)]).toEqual([6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
    const plane = (c: number) => train.data.subarray(c * 1024, c * 1024 + 3)
    expect([0, 1, 2].map((c) => [...plane(c)])).toEqual([
      [59, 43, 50],
      [62, 46, 48],
      [63, 45, 43],
    ])
    const sums = [0, 0, 0]
    for (let i = 0; i < train.data.length; i++) sums[Math.floor(i / 1024) % 3]! += train.data[i]!
    const means = sums.map((sum) => sum / (5000 * 1024))
    for (const [c, expected] of [125.2716, 122.7609, 113.3392].entries()) expect(means[c]).toBeCloseTo(expected, 4)
    const test = readCifar10(cifar10(), { split: 'test' })
    expect([...test.labels.subarray(0, 10)]).toEqual([3, 8, 8, 0, 6, 6, 1, 6, 3, 1])
    expect(test.count).toBe(1000)
  })
})
