import type { EventRecording } from './api'
import { DatasetError } from './dataset-error'
import { eventList } from './event-list'

/** Pixels of a row and of a column of N-MNIST recordings. */
export const nmnistSensor = 34
const eventBytes = 5
/** A record with this y is no event: the clock of 13 bits in the camera has run over, all that follows is 2^13 µs later. */
const overflowRow = 240
const overflowTime = 8192

/**
 * Reads a recording of N-MNIST. No header; 5 bytes an event: x, y, then bit 7 polarity (1 = ON) and 23 bits of time in
 * microseconds, big-endian. x runs to the right, y down, as in MNIST. Events stay in file order (there: by time).
 * Records with y = 240 mark an overflow of the camera's clock: each adds 8,192 µs to all events after it and is no event
 * (source: the reader published with the data set, `Read_Ndataset.m`).
 * @param bytes the whole file
 * @param where name of the file for error messages
 * @param label class, where it is known
 * @throws DatasetError for an empty file or one without events, a length that is no multiple of 5, a coordinate outside
 * 34×34, or overflows past 2^32 µs
 */
export const parseNmnist = (bytes: Uint8Array, where: string, label?: number): EventRecording => {
  const fail = (offset: number, expected: string, got: string, hint: string): never => {
    throw new DatasetError({ file: where, offset, expected, got, hint })
  }
  if (bytes.length === 0 || bytes.length % eventBytes !== 0)
    fail(
      bytes.length - (bytes.length % eventBytes),
      'one or more events of 5 bytes',
      `${bytes.length} bytes`,
      'the file is truncated or not an N-MNIST recording',
    )
  const list = eventList(bytes.length / eventBytes)
  let late = 0
  for (let at = 0; at < bytes.length; at += eventBytes) {
    const [x, y] = [bytes[at]!, bytes[at + 1]!]
    if (y === overflowRow) {
      late += overflowTime
      continue
    }
    if (x >= nmnistSensor || y >= nmnistSensor)
      fail(at, 'x and y from 0 to 33', `x ${x}, y ${y}`, 'the file is damaged or from another sensor')
    const time = (((bytes[at + 2]! & 127) << 16) | (bytes[at + 3]! << 8) | bytes[at + 4]!) + late
    if (time >= 2 ** 32) fail(at, 'a time below 2^32 µs', `${time} µs`, 'the file is damaged')
    list.push(x, y, bytes[at + 2]! >> 7, time)
  }
  if (list.count() === 0)
    fail(0, 'one or more events', 'overflow markers (y = 240) only', 'the file is truncated or damaged')
  return list.recording({ width: nmnistSensor, height: nmnistSensor, ...(label !== undefined && { label }) })
}
