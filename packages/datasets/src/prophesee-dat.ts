import { someEvents } from './aedat2'
import type { EventRecording } from './api'
import { type ByteSource, bytesSource, fileSource } from './byte-source'
import { checkRecording } from './check-config'
import { DatasetError } from './dataset-error'
import { conventionFor, type EventConvention, joinRecordings, rawConvention } from './event-convention'
import { eventList } from './event-list'
import { stampRange, unwrappedClock } from './event-time'
import { allOutside, type SensorSize, sensorSize } from './sensor-size'
import { concatBytes, latin1Bytes, textHeader } from './text-header'

const eventBytes = 8
const chunkEvents = 65_536
/** Event types of two-dimensional change events. */
const changeTypes = [0, 12]
/** Of the ATIS, with which N-CARS was recorded. */
const usualSensor = { width: 304, height: 240 } as const

/** How a Prophesee .dat file is read. */
export interface PropheseeDatConfig {
  /** Pixels of the sensor where the header says none (N-CARS does not); default 304×240 (ATIS). */
  readonly width?: number
  readonly height?: number
  /** Default: the file's own, bits 28-31 = 1 is ON, origin top left. */
  readonly convention?: EventConvention
  readonly label?: number
}

/** What stands before the events of a .dat file. */
interface DatHeader extends SensorSize {
  readonly begin: number
}

const headerOf = (source: ByteSource, config: PropheseeDatConfig): DatHeader => {
  const fail = failIn(source)
  const { lines, end } = textHeader(source, '%')
  if (lines.length === 0) fail(0, 'header lines that begin with %', 'none', 'is this a Prophesee .dat recording?')
  if (source.size < end + 2) fail(source.size, 'event type and event size', 'the end of the file')
  const [type, size] = source.read(end, 2)
  if (!changeTypes.includes(type!)) fail(end, `an event type of ${changeTypes.join(' or ')}`, String(type))
  if (size !== eventBytes) fail(end + 1, 'an event size of 8', String(size))
  const stated = (name: string) => {
    const found = lines.map((line) => new RegExp(`^%\\s*${name}\\s+(\\d{1,6})\\s*$`, 'i').exec(line)).find(Boolean)
    return found ? Number(found[1]) : undefined
  }
  const begin = end + 2
  const extra = (source.size - begin) % eventBytes
  if (extra !== 0) fail(source.size - extra, 'events of 8 bytes', `${extra} bytes at the end`, 'the file is truncated')
  return {
    begin,
    ...sensorSize(source.name, { width: stated('width'), height: stated('height') }, config, usualSensor),
  }
}

type Fail = (offset: number, expected: string, got: string, hint?: string) => never
const failIn = (source: ByteSource): Fail => {
  return (offset, expected, got, hint = 'the file is damaged or truncated') => {
    throw new DatasetError({ file: source.name, offset, expected, got, hint })
  }
}

/** Visits coordinates, polarity, unwrapped stamp and place of every event, and yields after each piece of the file. */
function* visitEvents(
  source: ByteSource,
  begin: number,
  visit: (x: number, y: number, polarity: number, stamp: number, offset: number) => void,
): Generator<void> {
  const fail = failIn(source)
  const clock = unwrappedClock()
  for (let at = begin; at < source.size; at += chunkEvents * eventBytes) {
    const bytes = source.read(at, chunkEvents * eventBytes)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let i = 0; i + eventBytes <= bytes.length; i += eventBytes) {
      const word = view.getUint32(i + 4, true)
      const polarity = word >>> 28
      if (polarity > 1) fail(at + i + 4, 'a polarity of 0 or 1', String(polarity))
      visit(word & 0x3fff, (word >>> 14) & 0x3fff, polarity, clock(view.getUint32(i, true)), at + i)
    }
    yield
  }
}

/**
 * Events of a Prophesee .dat recording, piece by piece. Header lines `% …`, may hold `% Width`, `% Height`; one byte event type,
 * one byte event size (8); then 8 bytes an event, little-endian: uint32 µs, uint32 with bits 0-13 x, 14-27 y, 28-31 polarity.
 * Times stay as they are, as labels made for such files count with them; where the clock wraps at 2^32 they go on, counted
 * from the smallest. Events outside the sensor are left out, their number is `outsideSensor` of their piece.
 * @throws DatasetError for another layout, half an event, a polarity above 1, times 2^32 µs apart, or no event on the sensor
 */
export function* propheseeDatEvents(source: ByteSource, config: PropheseeDatConfig = {}): Generator<EventRecording> {
  const { begin, ...size } = headerOf(source, config)
  const { width, height } = size
  const { sensor, ...turn } = conventionFor(width, height, { ...rawConvention, ...config.convention })
  const known = { ...size, ...sensor, ...(config.label !== undefined && { label: config.label }) }
  const range = stampRange(source.name)
  let outsideSensor = 0
  const look = (x: number, y: number, _polarity: number, stamp: number, offset: number) => {
    if (x < width && y < height) range.add(stamp, offset)
    else outsideSensor++
  }
  for (const _ of visitEvents(source, begin, look));
  if (range.smallest() > range.largest() && outsideSensor > 0) allOutside(source.name, size, outsideSensor)
  const start = range.largest() < 2 ** 32 ? 0 : range.smallest()
  let list = eventList()
  outsideSensor = 0
  const take = (x: number, y: number, polarity: number, stamp: number) => {
    if (x < width && y < height) list.push(turn.x(x, y), turn.y(x, y), turn.polarity(polarity), stamp - start)
    else outsideSensor++
  }
  for (const _ of visitEvents(source, begin, take)) {
    yield list.recording({ ...known, outsideSensor })
    list = eventList()
    outsideSensor = 0
  }
}

/** A Prophesee .dat recording in memory. @throws DatasetError as propheseeDatEvents, and when it holds no event */
export const parsePropheseeDat = (bytes: Uint8Array, where: string, config?: PropheseeDatConfig): EventRecording =>
  someEvents(joinRecordings(propheseeDatEvents(bytesSource(bytes, where), config)), where)

/** Events of a Prophesee .dat file, read from disk piece by piece. @throws DatasetError as propheseeDatEvents */
export const streamPropheseeDat = (file: string, config?: PropheseeDatConfig): Generator<EventRecording> =>
  fileSource(file, (source) => propheseeDatEvents(source, config))

/** Writes a recording as a Prophesee .dat file with its size in the header. */
export const writePropheseeDat = (recording: EventRecording): Uint8Array => {
  checkRecording('writePropheseeDat', recording)
  const { width, height, x, y, polarity, time } = recording
  const events = new Uint8Array(2 + time.length * eventBytes)
  events.set([0, eventBytes])
  const view = new DataView(events.buffer)
  for (let i = 0; i < time.length; i++) {
    view.setUint32(2 + i * eventBytes, time[i]!, true)
    view.setUint32(6 + i * eventBytes, ((polarity[i]! << 28) | (y[i]! << 14) | x[i]!) >>> 0, true)
  }
  return concatBytes(latin1Bytes(`% Version 2\n% Height ${height}\n% Width ${width}\n`), events)
}
