import type { EventRecording } from './api'
import { DatasetError } from './dataset-error'

/** Pixels of a row and of a column of N-MNIST recordings. */
export const nmnistSensor = 34
const eventBytes = 5

/**
 * Reads a recording of N-MNIST. No header; 5 bytes an event: x, y, then bit 7 polarity (1 = ON) and 23 bits of time in
 * microseconds, big-endian. x runs to the right, y down, as in MNIST. Events stay in file order (there: by time).
 * @param bytes the whole file
 * @param where name of the file for error messages
 * @param label class, where it is known
 * @throws DatasetError for an empty file, a length that is no multiple of 5, or a coordinate outside 34×34
 */
export const parseNmnist = (bytes: Uint8Array, where: string, label?: number): EventRecording => {
  if (bytes.length === 0 || bytes.length % eventBytes !== 0)
    throw new DatasetError({
      file: where,
      offset: bytes.length - (bytes.length % eventBytes),
      expected: 'one or more events of 5 bytes',
      got: `${bytes.length} bytes`,
      hint: 'the file is truncated or not an N-MNIST recording',
    })
  const count = bytes.length / eventBytes
  const x = new Uint16Array(count)
  const y = new Uint16Array(count)
  const polarity = new Uint8Array(count)
  const time = new Uint32Array(count)
  for (let i = 0, at = 0; i < count; i++, at += eventBytes) {
    x[i] = bytes[at]!
    y[i] = bytes[at + 1]!
    if (x[i]! >= nmnistSensor || y[i]! >= nmnistSensor)
      throw new DatasetError({
        file: where,
        offset: at,
        expected: 'x and y from 0 to 33',
        got: `x ${x[i]}, y ${y[i]}`,
        hint: 'the file is damaged or from another sensor',
      })
    polarity[i] = bytes[at + 2]! >> 7
    time[i] = ((bytes[at + 2]! & 127) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!
  }
  return { width: nmnistSensor, height: nmnistSensor, x, y, polarity, time, ...(label !== undefined && { label }) }
}
