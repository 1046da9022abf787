import type { IdxImages, IdxLabels } from './api'
import { DatasetError } from './dataset-error'

const imagesMagic = 0x00000803
const labelsMagic = 0x00000801
/** Largest rows or columns taken for real; MNIST has 28. */
const maxSide = 4096

const hex = (value: number) => `0x${value.toString(16).padStart(8, '0')}`
const uint32 = (bytes: Uint8Array, at: number) =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0

/**
 * Sizes an IDX header declares, checked but not believed: nothing is allocated by them.
 * Layout: big-endian uint32 magic, count, and for images rows and columns; then one byte an element.
 * @param bytes at least the header
 * @param file name for error messages
 * @returns bytes of header and whole file, both as the header has them
 * @throws DatasetError for a short header, another magic number, zero or absurd dimensions
 */
export const idxHeader = (bytes: Uint8Array, file: string) => {
  const magic = bytes.length >= 4 ? uint32(bytes, 0) : undefined
  if (magic === undefined) throw truncated(file, 4, bytes.length)
  if (magic !== imagesMagic && magic !== labelsMagic)
    throw new DatasetError({
      file,
      offset: 0,
      expected: `magic number ${hex(imagesMagic)} (images) or ${hex(labelsMagic)} (labels)`,
      got: hex(magic),
      hint:
        magic >>> 16 === 0x1f8b
          ? 'these bytes are gzip, decompress them first'
          : 'is this an IDX file of unsigned bytes?',
    })
  const images = magic === imagesMagic
  const header = images ? 16 : 8
  if (bytes.length < header) throw truncated(file, header, bytes.length)
  const count = uint32(bytes, 4)
  if (count === 0) throw new DatasetError({ file, offset: 4, expected: 'a count of at least 1', got: '0' })
  const rows = images ? uint32(bytes, 8) : 1
  const columns = images ? uint32(bytes, 12) : 1
  for (const [name, value, offset] of [
    ['rows', rows, 8],
    ['columns', columns, 12],
  ] as const)
    if (value < 1 || value > maxSide)
      throw new DatasetError({ file, offset, expected: `${name} from 1 to ${maxSide}`, got: String(value) })
  // At most 2^32 · 2^24 = 2^56: may round, but only far above any length it is compared with.
  return { images, count, rows, columns, header, total: header + count * rows * columns }
}

/**
 * Reads an IDX file of images or labels (the format of MNIST); the data are views of `bytes`, not copies.
 * @param bytes the whole file, decompressed
 * @param where name of the file for error messages
 * @throws DatasetError when the header is wrong or the file is shorter or longer than the header says
 */
export const parseIdx = (bytes: Uint8Array, where: string): IdxImages | IdxLabels => {
  const { images, count, rows, columns, header, total } = idxHeader(bytes, where)
  if (bytes.length < total) throw truncated(where, total, bytes.length)
  if (bytes.length > total)
    throw new DatasetError({
      file: where,
      offset: total,
      expected: `the file to end (${count} ${images ? `images of ${rows}×${columns}` : 'labels'})`,
      got: `${bytes.length - total} bytes more`,
    })
  const data = bytes.subarray(header, total)
  return images ? { kind: 'images', count, rows, columns, pixels: data } : { kind: 'labels', count, labels: data }
}

const truncated = (file: string, expected: number, got: number) =>
  new DatasetError({
    file,
    offset: got,
    expected: `${expected} bytes`,
    got: `${got} bytes`,
    hint: 'the file is truncated, fetch it again',
  })
