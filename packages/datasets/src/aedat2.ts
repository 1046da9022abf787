import type { EventRecording } from './api'
import { type ByteSource, bytesSource, fileSource } from './byte-source'
import { checkRecording } from './check-config'
import { DatasetError } from './dataset-error'
import { conventionFor, type EventConvention, joinRecordings } from './event-convention'
import { eventList } from './event-list'
import { stampRange, unwrappedClock } from './event-time'
import { concatBytes, latin1Bytes, textHeader } from './text-header'

/** Pixels of a row and of a column of a DVS128. */
export const dvs128Sensor = 128
const eventBytes = 8
const chunkEvents = 65_536
const magic = /^#!AER-DAT2\.0/

/**
 * jAER's reading of a DVS128: bit 0 = 0 is ON, x and y run against the picture. Public readers disagree; with this one the
 * people in our sample recordings walk upright. `rawConvention` gives the numbers as they stand in the file.
 */
export const aedat2Convention: Required<EventConvention> = {
  onBit: 0,
  mirrorX: true,
  mirrorY: true,
  transpose: false,
}

/** How an AEDAT 2.0 file is read. */
export interface Aedat2Config {
  /** Default `aedat2Convention`. */
  readonly convention?: EventConvention
  readonly label?: number
}

/** Where the events of an AEDAT 2.0 file begin. @throws DatasetError for another first line, or half an event at the end */
const eventsBegin = (source: ByteSource): number => {
  const { lines, end } = textHeader(source, '#')
  if (!magic.test(lines[0] ?? ''))
    throw new DatasetError({
      file: source.name,
      offset: 0,
      expected: 'a first line #!AER-DAT2.0',
      got: lines[0] === undefined ? 'no header line' : lines[0].slice(0, 40),
      hint: 'is this an AEDAT 2.0 recording?',
    })
  if ((source.size - end) % eventBytes !== 0)
    throw new DatasetError({
      file: source.name,
      offset: source.size - ((source.size - end) % eventBytes),
      expected: 'events of 8 bytes',
      got: `${(source.size - end) % eventBytes} bytes at the end`,
      hint: 'the file is truncated',
    })
  return end
}

/** Visits address, unwrapped stamp and place of every change event, and yields after each piece of the file. */
function* visitEvents(
  source: ByteSource,
  begin: number,
  visit: (address: number, stamp: number, offset: number) => void,
): Generator<void> {
  const clock = unwrappedClock()
  for (let at = begin; at < source.size; at += chunkEvents * eventBytes) {
    const bytes = source.read(at, chunkEvents * eventBytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i + eventBytes <= bytes.length; i += eventBytes) {
      const address = view.getUint32(i)
      if (address > 0xffff)
        throw new DatasetError({
          file: source.name,
          offset: at + i,
          expected: 'an address of 16 bits (DVS128)',
          got: `0x${address.toString(16).padStart(8, '0')}`,
          hint: 'the file is damaged or of another sensor',
        })
      if ((address & 0x8000) === 0) visit(address, clock(view.getUint32(i + 4)), at + i)
    }
    yield
  }
}

/**
 * Events of an AEDAT 2.0 recording of a DVS128 (CIFAR10-DVS), piece by piece. Header lines `#…`, the first `#!AER-DAT2.0`;
 * then 8 bytes an event, big-endian: uint32 address (bit 0 polarity, 1-7 x, 8-14 y, 15 external event, left out),
 * uint32 µs. Times count from the smallest, found in a first pass; a timer that wraps at 2^32 goes on.
 * @throws DatasetError for another first line, half an event, an address with bits above 15, or times 2^32 µs apart
 */
export function* aedat2Events(source: ByteSource, config: Aedat2Config = {}): Generator<EventRecording> {
  const begin = eventsBegin(source)
  const { sensor, ...turn } = conventionFor(dvs128Sensor, dvs128Sensor, { ...aedat2Convention, ...config.convention })
  const withLabel = { ...sensor, ...(config.label !== undefined && { label: config.label }) }
  const range = stampRange(source.name)
  for (const _ of visitEvents(source, begin, (_address, stamp, offset) => range.add(stamp, offset + 4)));
  const origin = range.smallest()
  let list = eventList()
  const take = (address: number, stamp: number) => {
    const [x, y] = [(address >> 1) & 127, (address >> 8) & 127]
    list.push(turn.x(x, y), turn.y(x, y), turn.polarity(address & 1), stamp - origin)
  }
  for (const _ of visitEvents(source, begin, take)) {
    yield list.recording(withLabel)
    list = eventList()
  }
}

/**
 * An AEDAT 2.0 recording in memory.
 * @param bytes the whole file
 * @param where name of the file for error messages
 * @throws DatasetError as aedat2Events, and when it holds no event
 */
export const parseAedat2 = (bytes: Uint8Array, where: string, config?: Aedat2Config): EventRecording =>
  someEvents(joinRecordings(aedat2Events(bytesSource(bytes, where), config)), where)

/** Events of an AEDAT 2.0 file, read from disk piece by piece. @throws DatasetError as aedat2Events */
export const streamAedat2 = (file: string, config?: Aedat2Config): Generator<EventRecording> =>
  fileSource(file, (source) => aedat2Events(source, config))

/** @throws DatasetError when a recording holds no event */
export const someEvents = (recording: EventRecording, file: string): EventRecording => {
  if (recording.time.length === 0)
    throw new DatasetError({ file, expected: 'at least one event', got: 'none', hint: 'the file is truncated' })
  return recording
}

/**
 * Writes a recording as AEDAT 2.0 of a DVS128, in `aedat2Convention`.
 * @throws DatasetError for a recording of another sensor
 */
export const writeAedat2 = (recording: EventRecording): Uint8Array => {
  checkRecording('writeAedat2', recording)
  const { x, y, polarity, time, width, height } = recording
  if (width !== dvs128Sensor || height !== dvs128Sensor)
    throw new DatasetError({ file: 'writeAedat2', expected: 'a recording of 128×128', got: `${width}×${height}` })
  const events = new Uint8Array(time.length * eventBytes)
  const view = new DataView(events.buffer)
  for (let i = 0; i < time.length; i++) {
    view.setUint32(i * eventBytes, ((127 - y[i]!) << 8) | ((127 - x[i]!) << 1) | (1 - polarity[i]!))
    view.setUint32(i * eventBytes + 4, time[i]!)
  }
  return concatBytes(latin1Bytes('#!AER-DAT2.0\r\n# written by @h2learn/datasets\r\n'), events)
}
