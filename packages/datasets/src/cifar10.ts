import type { Cifar10Rows } from './api'
import { DatasetError } from './dataset-error'
import { classCount } from './labels'

/** Names of the ten classes, by label. */
export const cifar10Classes = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const

/** Rows, columns and colours of an image. */
export const cifar10Side = 32
export const cifar10Channels = 3
const imageBytes = cifar10Channels * cifar10Side * cifar10Side
const rowBytes = 1 + imageBytes

/**
 * Reads a file of CIFAR-10's binary version: rows of 3,073 bytes, a label 0..9, then 32×32 bytes each of red, green, blue.
 * @param bytes the whole file
 * @param where name of the file for error messages
 * @throws DatasetError for an empty file, a length that is no multiple of 3,073, or a label above 9
 */
export const parseCifar10 = (bytes: Uint8Array, where: string): Cifar10Rows => {
  const count = Math.floor(bytes.length / rowBytes)
  if (count === 0 || bytes.length % rowBytes !== 0)
    throw new DatasetError({
      file: where,
      offset: count * rowBytes,
      expected: `one or more rows of ${rowBytes} bytes`,
      got: `${bytes.length} bytes`,
      hint: 'the file is truncated or not of the binary version of CIFAR-10',
    })
  for (let n = 0; n < count; n++)
    if (bytes[n * rowBytes]! >= classCount)
      throw new DatasetError({
        file: where,
        offset: n * rowBytes,
        expected: 'a label from 0 to 9',
        got: String(bytes[n * rowBytes]),
        hint: 'is this the binary version of CIFAR-10 (not CIFAR-100, not Python)?',
      })
  const labels = new Uint8Array(count)
  const pixels = new Uint8Array(count * imageBytes)
  for (let n = 0; n < count; n++) {
    labels[n] = bytes[n * rowBytes]!
    pixels.set(bytes.subarray(n * rowBytes + 1, (n + 1) * rowBytes), n * imageBytes)
  }
  return { count, labels, pixels }
}
