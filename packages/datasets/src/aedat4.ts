import type * as FlatBuffers from 'flatbuffers'
import { someEvents } from './aedat2'
import type { EventRecording } from './api'
import { type ByteSource, bytesSource } from './byte-source'
import { checkRecording } from './check-config'
import { DatasetError } from './dataset-error'
import { conventionFor, type EventConvention, joinRecordings, rawConvention } from './event-convention'
import { eventList } from './event-list'
import { type StampRange, stampRange } from './event-time'
import { loadLibrary } from './load-library'
import { CodecError, decodeLz4Frame, storedLz4Frame } from './lz4-frame'
import { readBytes } from './node-files'
import { concatBytes, latin1, latin1Bytes } from './text-header'

const magic = '#!AER-DAT4.0\r\n'
const headerAt = magic.length + 4
const maxHeader = 1 << 20
/** A packet holds some milliseconds; what decodes to more is no packet. */
const maxPacket = 1 << 26
const eventBytes = 16
const compressions = ['none', 'LZ4', 'LZ4', 'zstd', 'zstd'] as const

/** How an AEDAT 4 file is read. */
export interface Aedat4Config {
  /** Number of the event stream; default the first that holds events. */
  readonly stream?: number
  /** Default: the file's own, on = 1, origin top left. */
  readonly convention?: EventConvention
  readonly label?: number
}

/** A stream of an AEDAT 4 file: EVTS events, FRME frames, IMUS inertial data, TRIG triggers. */
export interface Aedat4Stream {
  readonly id: number
  readonly type: string
  readonly width?: number
  readonly height?: number
}

/** What the header of an AEDAT 4 file says. */
export interface Aedat4Header {
  readonly streams: readonly Aedat4Stream[]
  readonly compression: (typeof compressions)[number]
  /** Where the packets begin and end. */
  readonly begin: number
  readonly end: number
}

type Fail = (offset: number, expected: string, got: string, hint?: string) => never
const failIn = (source: ByteSource): Fail => {
  return (offset, expected, got, hint = 'the file is damaged or truncated') => {
    throw new DatasetError({ file: source.name, offset, expected, got, hint })
  }
}

const flatBuffers = () => loadLibrary('flatbuffers', 'parseAedat4', () => import('flatbuffers'))

/** A field of the root table: its place, or undefined where the table or the field lies outside the bytes. */
const rootField = (lib: typeof FlatBuffers, bytes: Uint8Array, id: string, field: number) => {
  const buffer = new lib.ByteBuffer(bytes)
  if (bytes.length < 8 || latin1(bytes.subarray(4, 8)) !== id) return undefined
  const table = buffer.readInt32(0)
  if (table < 4 || table + 4 > bytes.length) return undefined
  const vtable = table - buffer.readInt32(table)
  if (vtable < 4 || vtable + 4 > bytes.length) return undefined
  const slot = 4 + 2 * field
  const extent = buffer.readInt16(vtable)
  if (slot + 2 > extent || vtable + slot + 2 > bytes.length) return { buffer, at: 0 }
  const offset = buffer.readInt16(vtable + slot)
  if (offset < 0 || table + offset + 8 > bytes.length + 4) return undefined
  return { buffer, at: offset === 0 ? 0 : table + offset }
}

const streamsOf = (xml: string): Aedat4Stream[] => {
  const streams: Aedat4Stream[] = []
  for (const piece of xml.split('<node ').slice(1)) {
    const id = /^name="(\d{1,6})"/.exec(piece)?.[1]
    const attribute = (key: string) => new RegExp(`<attr key="${key}"[^<>]{0,80}>([^<>]{0,80})</attr>`).exec(piece)?.[1]
    if (id !== undefined) streams.push({ id: Number(id), type: attribute('typeIdentifier') ?? '' })
    const [width, height] = [Number(attribute('sizeX')), Number(attribute('sizeY'))]
    const good = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= 16_384)
    if (good && streams.length > 0) streams.push({ ...streams.pop()!, width, height })
  }
  return streams
}

/**
 * The header of an AEDAT 4 file: `#!AER-DAT4.0`, a little-endian length and a flatbuffer IOHE with the compression, the
 * place of the data table, where packets end, and XML on the streams.
 * @throws DatasetError for another first line or a header that does not hold together
 */
export const aedat4Header = async (source: ByteSource): Promise<Aedat4Header> => {
  const fail = failIn(source)
  const lib = await flatBuffers()
  const start = source.read(0, headerAt).slice()
  if (latin1(start.subarray(0, magic.length)) !== magic)
    fail(0, 'a first line #!AER-DAT4.0', 'another', 'is this an AEDAT 4 recording?')
  if (start.length < headerAt) fail(magic.length, 'the length of the header', 'the end of the file')
  const length = new DataView(start.buffer).getInt32(magic.length, true)
  if (length < 8 || length > maxHeader || headerAt + length > source.size)
    fail(magic.length, `a header within the ${source.size} bytes of the file`, `${length} bytes`)
  const bytes = source.read(headerAt, length).slice()
  const part = (field: number) =>
    rootField(lib, bytes, 'IOHE', field) ?? fail(headerAt, 'a flatbuffer IOHE that holds together', 'another')
  const compression = part(0)
  const table = part(1)
  const info = part(2)
  const kind = compression.at === 0 ? 0 : compression.buffer.readInt32(compression.at)
  const tableAt = table.at === 0 ? -1 : Number(table.buffer.readInt64(table.at))
  if (info.at === 0) fail(headerAt, 'the XML of the streams', 'none')
  const from = info.at + info.buffer.readInt32(info.at)
  const size = from >= 0 && from + 4 <= bytes.length ? info.buffer.readInt32(from) : -1
  if (size < 0 || from + 4 + size > bytes.length) fail(headerAt + info.at, 'text inside the header', 'text outside')
  const begin = headerAt + length
  return {
    streams: streamsOf(latin1(bytes.subarray(from + 4, from + 4 + size))),
    compression: compressions[kind] ?? fail(headerAt, 'compression 0 to 4', String(kind)),
    begin,
    // a recording that was not closed has no table
    end: tableAt >= begin && tableAt <= source.size ? tableAt : source.size,
  }
}

/** zstd frames whose header asks for more than a packet may hold are not given to the library. */
const checkZstd = (bytes: Uint8Array) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 9 || view.getUint32(0, true) !== 0xfd2fb528) throw new CodecError(0, 'no zstd frame')
  const flags = bytes[4]!
  const single = (flags & 0x20) !== 0
  const window = single ? 0 : (2 ** (10 + (bytes[5]! >> 3)) * (8 + (bytes[5]! & 7))) / 8
  const sizeBytes = [single ? 1 : 0, 2, 4, 8][flags >> 6]!
  const at = 5 + (single ? 0 : 1) + [0, 1, 2, 4][flags & 3]!
  if (at + sizeBytes > bytes.length) throw new CodecError(at, 'the end of the data inside a zstd header')
  let size = 0
  for (let i = sizeBytes - 1; i >= 0; i--) size = size * 256 + bytes[at + i]!
  if (window > maxPacket || size > maxPacket) throw new CodecError(5, `a zstd frame of ${Math.max(window, size)} bytes`)
}

const decoderFor = async (compression: Aedat4Header['compression']): Promise<(bytes: Uint8Array) => Uint8Array> => {
  if (compression === 'none') return (bytes) => bytes
  if (compression === 'LZ4') return (bytes) => decodeLz4Frame(bytes, maxPacket)
  const { decompress } = await loadLibrary('fzstd', 'parseAedat4', () => import('fzstd'))
  return (bytes) => {
    checkZstd(bytes)
    return decompress(bytes)
  }
}

/**
 * Events of an AEDAT 4 recording, packet by packet. After the header: packets of int32 stream, int32 size and a payload
 * (LZ4 or zstd frame, or plain) that holds a flatbuffer EVTS after its size: events of int64 µs, int16 x, int16 y, bool on.
 * Times are the low 32 bits of the stamps. Libraries: flatbuffers, and fzstd where a file uses zstd, loaded when needed.
 * @param range learns the smallest and the largest stamp
 * @throws DatasetError for a header or packet that does not hold together, coordinates off the sensor, unknown stream
 */
async function* aedat4Events(
  source: ByteSource,
  config: Aedat4Config,
  range: StampRange,
): AsyncGenerator<EventRecording> {
  const fail = failIn(source)
  const lib = await flatBuffers()
  const { streams, compression, begin, end } = await aedat4Header(source)
  const stream = streams.find(({ id, type }) =>
    config.stream === undefined ? type === 'EVTS' : type === 'EVTS' && id === config.stream,
  )
  const { id, width, height } =
    stream ??
    fail(
      headerAt,
      'a stream of events',
      streams.map((s) => `${s.id} ${s.type}`).join(', ') || 'no stream',
      'give stream',
    )
  if (width === undefined || height === undefined) return fail(headerAt, `the size of stream ${id}`, 'none')
  const decode = await decoderFor(compression)
  const { sensor, ...turn } = conventionFor(width, height, { ...rawConvention, ...config.convention })
  const withLabel = { ...sensor, ...(config.label !== undefined && { label: config.label }) }
  for (let at = begin; at < end; ) {
    if (end - at < 8) fail(at, 'a packet', `${end - at} bytes`)
    const head = source.read(at, 8)
    const view = new DataView(head.buffer, head.byteOffset, 8)
    const [packetStream, size] = [view.getInt32(0, true), view.getInt32(4, true)]
    const from = at + 8
    if (size < 0 || size > end - from || size > maxPacket)
      fail(at + 4, `a packet within the ${end - from} bytes left`, `${size} bytes`)
    at = from + size
    if (packetStream !== id) continue
    const bytes = unpack(source.read(from, size), decode, from, fail)
    const { buffer, at: field } =
      rootField(lib, bytes.subarray(4), 'EVTS', 0) ?? fail(from, 'a flatbuffer EVTS that holds together', 'another')
    if (field === 0) continue
    const data = bytes.subarray(4)
    const vector = field + buffer.readInt32(field)
    const count = vector >= 0 && vector + 4 <= data.length ? buffer.readInt32(vector) : -1
    if (count < 0 || vector + 4 + count * eventBytes > data.length)
      fail(from, 'events inside their packet', `${count} events in ${data.length} bytes`)
    const events = new DataView(data.buffer, data.byteOffset + vector + 4, count * eventBytes)
    const list = eventList(count)
    for (let i = 0; i < count * eventBytes; i += eventBytes) {
      const stamp = events.getUint32(i, true) + events.getInt32(i + 4, true) * 2 ** 32
      const [x, y] = [events.getInt16(i + 8, true), events.getInt16(i + 10, true)]
      if (x < 0 || y < 0 || x >= width || y >= height)
        fail(from, `x below ${width} and y below ${height}`, `x ${x}, y ${y} in the packet`)
      range.add(stamp, from)
      // the low 32 bits: what counts is the distance to the smallest stamp, which is below 2^32
      list.push(turn.x(x, y), turn.y(x, y), turn.polarity(events.getUint8(i + 12) === 0 ? 0 : 1), stamp)
    }
    yield list.recording(withLabel)
  }
}

/** @throws DatasetError where the payload cannot be decoded or is too short to be one */
const unpack = (payload: Uint8Array, decode: (bytes: Uint8Array) => Uint8Array, at: number, fail: Fail): Uint8Array => {
  try {
    const bytes = decode(payload)
    if (bytes.length < 12) throw new CodecError(0, `${bytes.length} bytes`)
    return bytes
  } catch (error) {
    const offset = at + (error instanceof CodecError ? error.offset : 0)
    return fail(offset, 'a packet that can be decoded', error instanceof Error ? error.message : String(error))
  }
}

/**
 * An AEDAT 4 recording in memory. Times count from the smallest stamp.
 * @throws DatasetError as aedat4Events, and when it holds no event
 */
export const parseAedat4 = async (
  bytes: Uint8Array,
  where: string,
  config: Aedat4Config = {},
): Promise<EventRecording> => {
  const pieces: EventRecording[] = []
  const range = stampRange(where)
  for await (const piece of aedat4Events(bytesSource(bytes, where), config, range)) pieces.push(piece)
  const recording = someEvents(joinRecordings(pieces), where)
  const start = range.smallest()
  // in place: differences of 32-bit numbers, modulo 2^32
  recording.time.forEach((time, i, times) => {
    times[i] = time - start
  })
  return recording
}

/** An AEDAT 4 file. @throws DatasetError as parseAedat4, and when it cannot be read */
export const readAedat4 = (file: string, config?: Aedat4Config): Promise<EventRecording> =>
  parseAedat4(readBytes(file), file, config)

/** A zstd frame that stores the bytes as they are, in blocks of at most 64 KiB. */
const storedZstdFrame = (bytes: Uint8Array): Uint8Array => {
  const block = 65_536
  const head = new Uint8Array(9)
  const view = new DataView(head.buffer)
  view.setUint32(0, 0xfd2fb528, true)
  view.setUint8(4, 0xa0) // one segment, four bytes of content size
  view.setUint32(5, bytes.length, true)
  const parts: Uint8Array[] = [head]
  for (let at = 0; at < bytes.length; at += block) {
    const part = bytes.subarray(at, at + block)
    const word = (part.length << 3) | (at + block >= bytes.length ? 1 : 0)
    parts.push(Uint8Array.of(word & 255, (word >> 8) & 255, word >> 16), part)
  }
  return concatBytes(...parts)
}

const stored: Readonly<Record<Aedat4Header['compression'], (bytes: Uint8Array) => Uint8Array>> = {
  none: (bytes) => bytes,
  LZ4: storedLz4Frame,
  zstd: storedZstdFrame,
}

/**
 * Writes a recording as AEDAT 4: stream 0, packets of at most `perPacket` events, plain or in LZ4 or zstd frames that store them as they are.
 * @param start added to every time, µs
 */
export const writeAedat4 = async (
  recording: EventRecording,
  {
    perPacket = 4096,
    start = 0,
    compression = 'LZ4',
  }: {
    readonly perPacket?: number
    readonly start?: number
    readonly compression?: Aedat4Header['compression']
  } = {},
): Promise<Uint8Array> => {
  checkRecording('writeAedat4', recording)
  const { width, height, x, y, polarity, time } = recording
  const lib = await flatBuffers()
  const packet = (from: number, to: number) => {
    const builder = new lib.Builder(64 + (to - from) * eventBytes)
    builder.startVector(eventBytes, to - from, 8)
    for (let i = to - 1; i >= from; i--) {
      builder.prep(8, eventBytes)
      builder.pad(3)
      builder.writeInt8(polarity[i]!)
      builder.writeInt16(y[i]!)
      builder.writeInt16(x[i]!)
      builder.writeInt64(BigInt(time[i]! + start))
    }
    const elements = builder.endVector()
    builder.startObject(1)
    builder.addFieldOffset(0, elements, 0)
    builder.finishSizePrefixed(builder.endObject(), 'EVTS')
    const bytes = builder.asUint8Array()
    const payload = stored[compression](bytes)
    const head = new Uint8Array(8)
    new DataView(head.buffer).setInt32(4, payload.length, true)
    return [head, payload]
  }
  const xml = `<dv version="2.0"><node name="outInfo" path="/"><node name="0" path="/0/"><attr key="typeIdentifier" type="string">EVTS</attr><node name="info" path="/0/info/"><attr key="sizeX" type="int">${width}</attr><attr key="sizeY" type="int">${height}</attr></node></node></node></dv>`
  const builder = new lib.Builder(1024)
  const text = builder.createString(xml)
  builder.startObject(3)
  builder.addFieldInt32(0, compressions.indexOf(compression), 0)
  builder.addFieldInt64(1, -1n, 0n)
  builder.addFieldOffset(2, text, 0)
  builder.finish(builder.endObject(), 'IOHE')
  const header = builder.asUint8Array()
  const length = new Uint8Array(4)
  new DataView(length.buffer).setInt32(0, header.length, true)
  const packets: Uint8Array[] = []
  for (let from = 0; from < time.length; from += perPacket)
    packets.push(...packet(from, Math.min(time.length, from + perPacket)))
  return concatBytes(latin1Bytes(magic), length, header, ...packets)
}
