import { dvs128Sensor, someEvents } from './aedat2'
import type { EventRecording } from './api'
import { type ByteSource, bytesSource, fileSource } from './byte-source'
import { checkRecording } from './check-config'
import { DatasetError } from './dataset-error'
import { conventionFor, type EventConvention, joinRecordings, rawConvention } from './event-convention'
import { eventList } from './event-list'
import { stampRange } from './event-time'
import { concatBytes, latin1Bytes, textHeader } from './text-header'

const magic = /^#!AER-DAT3\.1/
const lastLine = /^#!END-HEADER$/
const packetHeader = 28
const polarityType = 1
const polarityBytes = 8
/** A packet larger than this is no packet; cAER's are a few thousand events. */
const maxPacket = 1 << 28

/** How an AEDAT 3.1 file is read. */
export interface Aedat3Config {
  /** Pixels of the sensor; the file does not say. Default 128×128 (DVS128 Gesture). */
  readonly width?: number
  readonly height?: number
  /** Default: the file's own, bit 1 = ON, origin top left. */
  readonly convention?: EventConvention
  readonly label?: number
}

type Fail = (offset: number, expected: string, got: string, hint?: string) => never
const failIn = (source: ByteSource): Fail => {
  return (offset, expected, got, hint = 'the file is damaged or truncated') => {
    throw new DatasetError({ file: source.name, offset, expected, got, hint })
  }
}

/** Visits word, stamp and place of every valid polarity event, and yields after each packet of them. */
function* visitEvents(
  source: ByteSource,
  visit: (word: number, stamp: number, offset: number) => void,
): Generator<void> {
  const fail = failIn(source)
  const { lines, end } = textHeader(source, '#', lastLine)
  if (!magic.test(lines[0] ?? ''))
    fail(0, 'a first line #!AER-DAT3.1', lines[0]?.slice(0, 40) ?? 'no header line', 'is this an AEDAT 3.1 recording?')
  if (!lastLine.test(lines.at(-1)!)) fail(end, 'the line #!END-HEADER', 'the end of the header lines')
  for (let at = end; at < source.size; ) {
    if (source.size - at < packetHeader)
      fail(at, `a packet header of ${packetHeader} bytes`, `${source.size - at} bytes`)
    const header = source.read(at, packetHeader)
    const view = new DataView(header.buffer, header.byteOffset, packetHeader)
    const type = view.getUint16(0, true)
    const eventSize = view.getUint32(4, true)
    const overflow = view.getUint32(12, true)
    const number = view.getUint32(20, true)
    const bytes = eventSize * number
    const from = at + packetHeader
    if (bytes > maxPacket || bytes > source.size - from)
      fail(at + 20, `a packet within the ${source.size - from} bytes left`, `${number} events of ${eventSize} bytes`)
    at = from + bytes
    if (type !== polarityType) continue
    if (eventSize !== polarityBytes) fail(from - packetHeader + 4, 'polarity events of 8 bytes', `${eventSize} bytes`)
    const data = source.read(from, bytes)
    const events = new DataView(data.buffer, data.byteOffset, data.byteLength)
    for (let i = 0; i + polarityBytes <= data.length; i += polarityBytes) {
      const word = events.getUint32(i, true)
      if ((word & 1) === 1) visit(word, events.getUint32(i + 4, true) + overflow * 2 ** 31, from + i)
    }
    yield
  }
}

/**
 * The smallest time stamp of the valid polarity events, µs, from which a reader counts; what DVS128 Gesture's label times
 * count with. Infinity without events.
 * @throws DatasetError as aedat3Events
 */
export const aedat3Start = (source: ByteSource): number => {
  const range = stampRange(source.name)
  for (const _ of visitEvents(source, (_word, stamp, offset) => range.add(stamp, offset + 4)));
  return range.smallest()
}

/**
 * Polarity events of an AEDAT 3.1 recording, packet by packet. Text lines `#…` up to `#!END-HEADER`; packets of a 28-byte
 * little-endian header (type, source, event size, time offset, time overflow, capacity, number, valid) and their events:
 * uint32 with bit 0 valid, bit 1 polarity, bits 2-16 y, bits 17-31 x; uint32 µs, plus overflow·2^31. Events that are marked
 * invalid and packets of other types are passed over. Times count from the smallest.
 * @param start the smallest stamp, where it is known; else it is found in a first pass
 * @throws DatasetError for another first line, a packet that does not fit the file or itself, coordinates off the sensor, or
 * times 2^32 µs apart
 */
export function* aedat3Events(
  source: ByteSource,
  config: Aedat3Config = {},
  start: number = aedat3Start(source),
): Generator<EventRecording> {
  const { width = dvs128Sensor, height = dvs128Sensor, label } = config
  const fail = failIn(source)
  const { sensor, ...turn } = conventionFor(width, height, { ...rawConvention, ...config.convention })
  const withLabel = { ...sensor, ...(label !== undefined && { label }) }
  let list = eventList()
  const take = (word: number, stamp: number, offset: number) => {
    const [x, y] = [word >>> 17, (word >>> 2) & 0x7fff]
    if (x >= width || y >= height)
      fail(
        offset,
        `x below ${width} and y below ${height}`,
        `x ${x}, y ${y}`,
        'the format does not say how large the sensor is: give width and height (--sensor WxH) if it is another',
      )
    list.push(turn.x(x, y), turn.y(x, y), turn.polarity((word >>> 1) & 1), stamp - start)
  }
  for (const _ of visitEvents(source, take)) {
    yield list.recording(withLabel)
    list = eventList()
  }
}

/**
 * An AEDAT 3.1 recording in memory.
 * @throws DatasetError as aedat3Events, and when it holds no event
 */
export const parseAedat3 = (bytes: Uint8Array, where: string, config?: Aedat3Config): EventRecording =>
  someEvents(joinRecordings(aedat3Events(bytesSource(bytes, where), config)), where)

/** Events of an AEDAT 3.1 file, read from disk packet by packet. @throws DatasetError as aedat3Events */
export const streamAedat3 = (file: string, config?: Aedat3Config): Generator<EventRecording> =>
  fileSource(file, (source) => aedat3Events(source, config))

/**
 * Writes a recording as AEDAT 3.1: polarity packets of at most `perPacket` events, times as they are.
 * @param start added to every time, µs
 */
export const writeAedat3 = (
  recording: EventRecording,
  { perPacket = 4096, start = 0 }: { readonly perPacket?: number; readonly start?: number } = {},
): Uint8Array => {
  checkRecording('writeAedat3', recording)
  const { x, y, polarity, time } = recording
  const parts = [
    latin1Bytes('#!AER-DAT3.1\r\n#Format: RAW\r\n#Source 1: written by @h2learn/datasets\r\n#!END-HEADER\r\n'),
  ]
  for (let from = 0; from < time.length; ) {
    const overflow = Math.floor((time[from]! + start) / 2 ** 31)
    let to = from
    while (to < time.length && to - from < perPacket && Math.floor((time[to]! + start) / 2 ** 31) === overflow) to++
    const packet = new Uint8Array(packetHeader + (to - from) * polarityBytes)
    const view = new DataView(packet.buffer)
    view.setUint16(0, polarityType, true)
    view.setUint16(2, 1, true)
    view.setUint32(4, polarityBytes, true)
    view.setUint32(8, 4, true)
    view.setUint32(12, overflow, true)
    for (const at of [16, 20, 24]) view.setUint32(at, to - from, true)
    for (let i = from; i < to; i++) {
      const at = packetHeader + (i - from) * polarityBytes
      view.setUint32(at, ((x[i]! << 17) | (y[i]! << 2) | (polarity[i]! << 1) | 1) >>> 0, true)
      view.setUint32(at + 4, (time[i]! + start) % 2 ** 31, true)
    }
    parts.push(packet)
    from = to
  }
  return concatBytes(...parts)
}
