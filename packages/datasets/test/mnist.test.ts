import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { describeShared } from '../../../test/shared-data'
import { readMnist } from '../src/mnist'
import { readIdxFile } from '../src/read-idx'
import { damaged } from './mutate'
import { datasetError, valueOrDatasetError } from './thrown'

const temp = mkdtempSync(join(tmpdir(), 'h2learn-mnist-'))
afterAll(() => rmSync(temp, { recursive: true, force: true }))
let folders = 0
const folder = (files: Readonly<Record<string, Uint8Array>>) => {
  const dir = join(temp, `folder${folders++}`)
  mkdirSync(dir)
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(dir, name), bytes)
  return dir
}

const uint32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255]
const idxImages = (count: number, side: number) =>
  Uint8Array.from([
    ...uint32(0x803),
    ...uint32(count),
    ...uint32(side),
    ...uint32(side),
    ...Array.from({ length: count * side * side }, (_, i) => i % 251),
  ])
const idxLabels = (...labels: number[]) => Uint8Array.from([...uint32(0x801), ...uint32(labels.length), ...labels])
const imagesName = 'train-images-idx3-ubyte'
const labelsName = 'train-labels-idx1-ubyte'
const histogram = (labels: ArrayLike<number>) =>
  Array.from({ length: 10 }, (_, d) => Array.from(labels).filter((l) => l === d).length)
const mean = (data: Uint8Array) => data.reduce((sum, v) => sum + v, 0) / data.length

describeShared('data/mnist', 'the real MNIST', (mnist) => {
  it('has the published first labels, label counts, pixel mean and zeros in its training half', () => {
    const train = readMnist(mnist(), { split: 'train' })
    expect(train).toMatchObject({ name: 'mnist', kind: 'pixels', count: 60_000, classes: 10, T: 1, synthetic: false })
    expect(train.shape).toEqual({ C: 1, H: 28, W: 28 })
    expect([...train.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    expect(histogram(train.labels)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    expect(mean(train.data)).toBeCloseTo(33.318421, 5)
    expect(train.data.reduce((zeros, v) => zeros + (v === 0 ? 1 : 0), 0) / train.data.length).toBeCloseTo(0.8088, 4)
  })

  it('has the published labels and pixel mean in its test half', () => {
    const test = readMnist(mnist(), { split: 'test' })
    expect([...test.labels.subarray(0, 10)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9])
    expect(histogram(test.labels)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
    expect(mean(test.data)).toBeCloseTo(33.791225, 5)
  })

  it('is the same decompressed, under the dotted names, and with a limit its beginning', () => {
    const plain = (name: string) => gunzipSync(readFileSync(mnist(`${name}.gz`)))
    const dir = folder({
      't10k-images.idx3-ubyte': plain('t10k-images-idx3-ubyte'),
      't10k-labels-idx1-ubyte': plain('t10k-labels-idx1-ubyte'),
    })
    const whole = readMnist(mnist(), { split: 'test' })
    const copy = readMnist(dir, { split: 'test', limit: 123 })
    expect(copy.count).toBe(123)
    expect(Buffer.compare(copy.data, whole.data.subarray(0, 123 * 784))).toBe(0)
    expect(copy.labels).toEqual(whole.labels.slice(0, 123))
  })
})

describe('readMnist', () => {
  it('reads a small set, plain or gzipped, and keeps the order', () => {
    const plain = folder({ [imagesName]: idxImages(3, 4), [labelsName]: idxLabels(2, 0, 9) })
    const zipped = folder({
      'train-images.idx3-ubyte.gz': gzipSync(idxImages(3, 4)),
      [`${labelsName}.gz`]: gzipSync(idxLabels(2, 0, 9)),
    })
    const samples = readMnist(plain, { split: 'train' })
    expect(samples.data).toEqual(Uint8Array.from({ length: 48 }, (_, i) => i))
    expect(samples.labels).toEqual(Uint8Array.from([2, 0, 9]))
    expect(readMnist(zipped, { split: 'train' })).toEqual({ ...samples, origin: `${zipped} (train)` })
    expect(readMnist(plain, { split: 'train', limit: 99 }).count).toBe(3)
  })

  it('says what is wrong with the folder: missing, a file, empty, other files, a link to itself', () => {
    const read = (dir: string) => datasetError(() => readMnist(dir, { split: 'test' }))
    expect(read(join(temp, 'nowhere')).got).toBe('nothing of that name')
    writeFileSync(join(temp, 'a-file'), 'x')
    expect(read(join(temp, 'a-file')).got).toBe('a file where a folder should be')
    expect(read(folder({})).got).toBe('an empty folder')
    const other = read(folder({ 'b.txt': new Uint8Array(1), [labelsName]: idxLabels(1) }))
    expect(other.expected).toBe('t10k-images-idx3-ubyte or t10k-images-idx3-ubyte.gz')
    expect(other.got).toBe('b.txt, train-labels-idx1-ubyte')
    symlinkSync(join(temp, 'loop'), join(temp, 'loop'))
    expect(read(join(temp, 'loop')).got).toBe('a link that leads back to itself')
  })

  it('says what is wrong with a file: a folder, truncated, swapped, another length, a label above 9', () => {
    const read = (images: Uint8Array, labels: Uint8Array) => {
      const dir = folder({ [imagesName]: images, [labelsName]: labels })
      return datasetError(() => readMnist(dir, { split: 'train' }))
    }
    expect(read(idxImages(2, 4).subarray(0, 40), idxLabels(1, 2))).toMatchObject({ offset: 40, expected: '48 bytes' })
    expect(read(idxLabels(1, 2), idxLabels(1, 2))).toMatchObject({ expected: 'IDX images', got: 'IDX labels' })
    expect(read(idxImages(2, 4), idxLabels(1, 2, 3))).toMatchObject({ got: '3', offset: 4 })
    expect(read(idxImages(2, 4), idxLabels(1, 10))).toMatchObject({ got: '10', offset: 9 })
    const dir = folder({ [labelsName]: idxLabels(1) })
    mkdirSync(join(dir, imagesName))
    expect(datasetError(() => readMnist(dir, { split: 'train' })).got).toBe('a folder')
  })

  it('tells wrong, damaged, truncated and endless gzip apart', () => {
    const read = (images: Uint8Array) => {
      const dir = folder({ [`${imagesName}.gz`]: images, [labelsName]: idxLabels(1, 2) })
      return datasetError(() => readMnist(dir, { split: 'train' }))
    }
    expect(read(idxImages(2, 4))).toMatchObject({ expected: 'gzip (bytes 1f 8b)', got: '00 00' })
    expect(read(new Uint8Array(0)).got).toBe('an empty file')
    expect(read(gzipSync(idxImages(2, 4)).subarray(0, 30)).file).toContain(`${imagesName}.gz`)
    const crc = gzipSync(idxImages(2, 4))
    crc[crc.length - 6]! ^= 1
    expect(read(crc).expected).toBe('undamaged gzip')
    const bomb = gzipSync(Uint8Array.from([...idxImages(2, 4), ...new Uint8Array(5_000_000)]))
    expect(read(bomb)).toMatchObject({ offset: 48, got: 'more inflated bytes' })
    // 60,000 images declared in a file of some 40 bytes: refused before anything of that size is made.
    expect(read(gzipSync(idxImages(2, 4).with(6, 0xea)))).toMatchObject({ offset: 4 })
  })

  it('refuses an unknown split and a limit below 1, and says so without Node', () => {
    expect(() => readMnist(temp, { split: 'both' as 'train' })).toThrow(/split to be one of train, test, got both/)
    expect(() => readMnist(temp, { split: 'train', limit: 0 })).toThrow(/limit to be an integer from 1/)
    vi.stubGlobal('process', undefined)
    const error = datasetError(() => readMnist(temp, { split: 'train' }))
    vi.unstubAllGlobals()
    expect(error.expected).toBe('Node, to read files')
  })
})

describe('readIdxFile', () => {
  it('gives data or a DatasetError for damaged gzip files', () => {
    const valid = gzipSync(idxImages(3, 4))
    const path = join(temp, 'fuzz.gz')
    let accepted = 0
    fc.assert(
      fc.property(damaged(valid, 12), (bytes) => {
        writeFileSync(path, bytes)
        const idx = valueOrDatasetError(() => readIdxFile(path))
        if (idx === undefined) return
        accepted++
        expect(idx.count).toBe(3)
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(10)
  })
})
