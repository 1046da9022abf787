import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIdx } from '../src/idx'
import { damaged } from './mutate'
import { datasetError, valueOrDatasetError } from './thrown'

/** Two images of 2 rows × 3 columns. */
const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 3, 7, 0, 9])

describe('parseIdx', () => {
  it('reads images as count, rows, columns and a view of the pixels', () => {
    const idx = parseIdx(images, 'two images')
    expect(idx).toEqual({ kind: 'images', count: 2, rows: 2, columns: 3, pixels: images.subarray(16) })
    expect(idx.kind === 'images' && idx.pixels.buffer).toBe(images.buffer)
  })

  it('reads labels', () => {
    expect(parseIdx(labels, 'three labels')).toEqual({ kind: 'labels', count: 3, labels: Uint8Array.from([7, 0, 9]) })
  })

  it('says how many bytes a truncated file has and should have', () => {
    const error = datasetError(() => parseIdx(images.subarray(0, 20), 'cut.idx'))
    expect(error).toMatchObject({ file: 'cut.idx', offset: 20, expected: '28 bytes', got: '20 bytes' })
    expect(error.message).toBe(
      'cut.idx at byte 20: expected 28 bytes, got 20 bytes; the file is truncated, fetch it again.',
    )
    expect(error.code).toBe('H2LEARN_INPUT')
  })

  it('refuses a file that goes on after the last image', () => {
    const error = datasetError(() => parseIdx(Uint8Array.from([...images, 0, 0]), 'long'))
    expect(error).toMatchObject({ offset: 28, got: '2 bytes more' })
  })

  it('refuses an empty file, half a header and another magic number', () => {
    expect(datasetError(() => parseIdx(new Uint8Array(0), 'a')).got).toBe('0 bytes')
    expect(datasetError(() => parseIdx(images.subarray(0, 15), 'a'))).toMatchObject({
      expected: '16 bytes',
      got: '15 bytes',
    })
    expect(datasetError(() => parseIdx(Uint8Array.from([0, 0, 13, 3, 0, 0, 0, 1]), 'a')).got).toBe('0x00000d03')
    expect(datasetError(() => parseIdx(Uint8Array.from([0x1f, 0x8b, 8, 0]), 'a')).hint).toContain('gzip')
  })

  it('refuses no images, zero rows, absurd columns and sizes whose product overflows 32 bits', () => {
    const withHeader = (...bytes: number[]) => Uint8Array.from([0, 0, 8, 3, ...bytes])
    expect(datasetError(() => parseIdx(withHeader(0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1), 'a')).offset).toBe(4)
    expect(datasetError(() => parseIdx(withHeader(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1), 'a')).offset).toBe(8)
    expect(datasetError(() => parseIdx(withHeader(0, 0, 0, 1, 0, 0, 0, 1, 255, 255, 255, 255), 'a')).offset).toBe(12)
    // 0x01000000 · 256 · 16 = 2^36, which is 0 in 32 bits: would pass a check made there.
    expect(datasetError(() => parseIdx(withHeader(1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 16), 'a')).expected).toBe(
      `${2 ** 36 + 16} bytes`,
    )
  })

  it('gives data of the declared size or a DatasetError for damaged bytes, and never allocates', () => {
    let accepted = 0
    fc.assert(
      fc.property(fc.oneof(damaged(images, 16), damaged(labels, 8)), (bytes) => {
        const idx = valueOrDatasetError(() => parseIdx(bytes, 'fuzz'))
        if (idx === undefined) return
        accepted++
        const data = idx.kind === 'images' ? idx.pixels : idx.labels
        expect(data.buffer).toBe(bytes.buffer)
        expect(data.length).toBe(idx.kind === 'images' ? idx.count * idx.rows * idx.columns : idx.count)
      }),
      { numRuns: 1000 },
    )
    expect(accepted).toBeGreaterThan(10)
  })
})
