import type { EventRecording } from './api'
import { bytesSource } from './byte-source'
import { DatasetError } from './dataset-error'
import { conventionFor, type EventConvention, rawConvention } from './event-convention'
import { eventList } from './event-list'
import { stampRange } from './event-time'
import { allOutside, sensorSize } from './sensor-size'
import { textHeader } from './text-header'

/** How a Prophesee RAW file is read. */
export interface PropheseeRawConfig {
  /** Pixels of the sensor where the header says none; default 640×480 for EVT 2.0, 1280×720 for EVT 3.0. */
  readonly width?: number
  readonly height?: number
  /** Default: the file's own, 1 is ON, origin top left. */
  readonly convention?: EventConvention
  readonly label?: number
}

/** What the header of a Prophesee RAW file says: the encoding of its events ('2.0', '3.0', …) and the sensor. */
export interface PropheseeRawHeader {
  readonly encoding?: string
  readonly width?: number
  readonly height?: number
}

/** What the header lines (`% evt 3.0`, `% format EVT3;height=720;width=1280`, `% geometry 1280x720`) say. */
export const propheseeRawHeader = (lines: readonly string[]): PropheseeRawHeader => {
  const text = lines.join('\n')
  const version = /^%\s*evt\s+([\d.]{1,8})\s*$/im.exec(text)?.[1] ?? /^%\s*format\s+EVT([\d.]{1,8})/im.exec(text)?.[1]
  const side = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[1]
    return found === undefined ? undefined : Number(found)
  }
  const width = side(/^%\s*geometry\s+(\d{1,6})x\d/im) ?? side(/^%\s*format\s.*;\s*width=(\d{1,6})/im)
  const height = side(/^%\s*geometry\s+\d{1,6}x(\d{1,6})/im) ?? side(/^%\s*format\s.*;\s*height=(\d{1,6})/im)
  return {
    // "2.1" is an encoding of its own; "3" and "3.0" are the same
    ...(version !== undefined && { encoding: /^\d+$/.test(version) ? `${version}.0` : version }),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  }
}

/** Takes one event: x, y, polarity, µs, byte. */
type Take = (x: number, y: number, polarity: number, time: number, offset: number) => void

const type2 = { off: 0, on: 1, timeHigh: 8 } as const

/**
 * EVT 2.0: little-endian words of 32 bits, type in bits 28-31. Type 0 (OFF) or 1 (ON): the low 6 bits of the time in bits
 * 22-27, x in 11-21, y in 0-10. Type 8: the other 28 bits of the time. Other types (triggers) are passed over, and so are
 * events before the first time.
 */
const visitEvt2 = (view: DataView, begin: number, take: Take): void => {
  let high: number | undefined
  for (let at = begin; at + 4 <= view.byteLength; at += 4) {
    const word = view.getUint32(at, true)
    const type = word >>> 28
    if (type === type2.timeHigh) high = (word & 0xfffffff) * 64
    else if ((type === type2.off || type === type2.on) && high !== undefined)
      take((word >>> 11) & 0x7ff, word & 0x7ff, type, high + ((word >>> 22) & 63), at)
  }
}

const type3 = { y: 0, x: 2, baseX: 3, vector12: 4, vector8: 5, timeLow: 6, timeHigh: 8 } as const
/** The time of EVT 3.0 has 24 bits. */
const turn3 = 2 ** 24

/**
 * EVT 3.0: little-endian words of 16 bits, type in bits 12-15, that change a state. Type 0: y (bits 0-10). 2: an event at x
 * (bits 0-10), polarity in bit 11. 3: x and polarity of the vectors to come. 4 and 5: an event for each set bit of 12 or 8,
 * from there to the right. 6 and 8: low and high 12 bits of the time, which goes on when they wrap. Other types (triggers)
 * are passed over, and so are events before the first time and row.
 */
const visitEvt3 = (view: DataView, begin: number, take: Take): void => {
  let [x, polarity, low, turns] = [0, 0, 0, 0]
  let y: number | undefined
  let high: number | undefined
  const event = (column: number, bit: number, at: number) => {
    if (y !== undefined && high !== undefined) take(column, y, bit, turns * turn3 + high * 4096 + low, at)
  }
  for (let at = begin; at + 2 <= view.byteLength; at += 2) {
    const word = view.getUint16(at, true)
    const value = word & 0xfff
    switch (word >>> 12) {
      case type3.y:
        y = value & 0x7ff
        break
      case type3.x:
        event(value & 0x7ff, value >>> 11, at)
        break
      case type3.baseX:
        x = value & 0x7ff
        polarity = value >>> 11
        break
      case type3.vector12:
      case type3.vector8: {
        const width = word >>> 12 === type3.vector12 ? 12 : 8
        for (let i = 0; i < width; i++) if ((value >>> i) & 1) event(x + i, polarity, at)
        x += width
        break
      }
      case type3.timeLow:
        low = value
        break
      case type3.timeHigh:
        if (high !== undefined && high - value > 2048) turns++
        else if (high !== undefined && value - high > 2048 && turns > 0) turns--
        high = value
        break
    }
  }
}

const encodings: Readonly<
  Record<
    string,
    { readonly visit: typeof visitEvt2; readonly word: number; readonly usual: Required<PropheseeRawSize> }
  >
> = {
  '2.0': { visit: visitEvt2, word: 4, usual: { width: 640, height: 480 } },
  '3.0': { visit: visitEvt3, word: 2, usual: { width: 1280, height: 720 } },
}
type PropheseeRawSize = Pick<PropheseeRawConfig, 'width' | 'height'>

/**
 * A Prophesee RAW recording in memory: header lines `% …`, then events in the encoding EVT 2.0 or EVT 3.0 (source:
 * Prophesee's published descriptions of both). Times stay as they are, unless they pass 2^32 µs: then they count from the
 * smallest. Events outside the sensor are left out and counted in `outsideSensor`.
 * @throws DatasetError for another encoding, half a word at the end, a recording of more than 2^32 µs, or one without events
 */
export const parsePropheseeRaw = (
  bytes: Uint8Array,
  where: string,
  config: PropheseeRawConfig = {},
): EventRecording => {
  const { lines, end } = textHeader(bytesSource(bytes, where), '%', /^%\s*end\s*$/i)
  const header = propheseeRawHeader(lines)
  const encoding = Object.hasOwn(encodings, header.encoding ?? '') ? encodings[header.encoding!]! : undefined
  if (encoding === undefined)
    throw new DatasetError({
      file: where,
      offset: 0,
      expected: 'a Prophesee RAW file whose header states EVT 2.0 or EVT 3.0',
      got: header.encoding === undefined ? 'a header without an encoding' : `EVT ${header.encoding}`,
      hint: "convert it to .dat with Prophesee's metavision_file_to_dat and read that",
    })
  const extra = (bytes.length - end) % encoding.word
  if (extra !== 0)
    throw new DatasetError({
      file: where,
      offset: bytes.length - extra,
      expected: `words of ${encoding.word} bytes`,
      got: `${extra} bytes at the end`,
      hint: 'the file is truncated',
    })
  const size = sensorSize(where, header, config, encoding.usual)
  const { sensor, ...turned } = conventionFor(size.width, size.height, { ...rawConvention, ...config.convention })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const range = stampRange(where)
  let outsideSensor = 0
  encoding.visit(view, end, (x, y, _polarity, time, offset) => {
    if (x < size.width && y < size.height) range.add(time, offset)
    else outsideSensor++
  })
  if (range.smallest() > range.largest() && outsideSensor > 0) allOutside(where, size, outsideSensor)
  const start = range.largest() < 2 ** 32 ? 0 : range.smallest()
  const list = eventList()
  encoding.visit(view, end, (x, y, polarity, time) => {
    if (x < size.width && y < size.height)
      list.push(turned.x(x, y), turned.y(x, y), turned.polarity(polarity), time - start)
  })
  if (list.count() === 0)
    throw new DatasetError({ file: where, expected: 'at least one event', got: 'none', hint: 'the file is truncated' })
  const { label } = config
  return list.recording({ ...size, ...sensor, outsideSensor, ...(label !== undefined && { label }) })
}
