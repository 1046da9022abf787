import { f16Encode } from '@h2learn/snn-core'
import { concatBytes, latin1Bytes } from './text-header'

/** Spike trains to write: one row a sample, times in seconds ascending, the unit of each spike, a label a sample. */
export interface H5SpikeRows {
  readonly times: readonly (readonly number[])[]
  readonly units: readonly (readonly number[])[]
  readonly labels: readonly number[]
  /** Times as float16, as SHD keeps them; default float32. */
  readonly half?: boolean
}

const undefinedAddress = Uint8Array.from({ length: 8 }, () => 255)
const little = (width: number, ...values: readonly number[]): Uint8Array => {
  const bytes = new Uint8Array(width * values.length)
  values.forEach((value, i) => {
    let rest = value
    for (let b = 0; b < width; b++) {
      bytes[i * width + b] = rest & 255
      rest = Math.floor(rest / 256)
    }
  })
  return bytes
}
const padded = (bytes: Uint8Array): Uint8Array => concatBytes(bytes, new Uint8Array(-bytes.length & 7))

/** An object header, version 1, with its messages. */
const objectHeader = (messages: readonly (readonly [type: number, data: Uint8Array])[]): Uint8Array => {
  const body = concatBytes(
    ...messages.map(([type, data]) => {
      const whole = padded(data)
      return concatBytes(little(2, type, whole.length), new Uint8Array(4), whole)
    }),
  )
  return concatBytes(Uint8Array.of(1, 0), little(2, messages.length), little(4, 1, body.length, 0), body)
}

const unsigned16 = concatBytes(Uint8Array.of(0x10, 0, 0, 0), little(4, 2), little(2, 0, 16))
const float32 = concatBytes(
  Uint8Array.of(0x11, 0x20, 31, 0),
  little(4, 4),
  little(2, 0, 32),
  Uint8Array.of(23, 8, 0, 23),
  little(4, 127),
)
const float16 = concatBytes(
  Uint8Array.of(0x11, 0x20, 15, 0),
  little(4, 2),
  little(2, 0, 16),
  Uint8Array.of(10, 5, 0, 10),
  little(4, 15),
)
const rowsOf = (element: Uint8Array) => concatBytes(Uint8Array.of(0x19, 0, 0, 0), little(4, 16), element)

/**
 * Writes spike trains as a small HDF5 file in the layout of the Spiking Heidelberg Digits: `spikes/times` (rows of
 * seconds), `spikes/units` (rows of uint16), `labels` (uint16). For tests and for files of one's own.
 */
export const writeH5Spikes = ({ times, units, labels, half = false }: H5SpikeRows): Uint8Array => {
  const parts: Uint8Array[] = [new Uint8Array(96)]
  let end = 96
  const put = (bytes: Uint8Array): number => {
    const at = end
    const whole = padded(bytes)
    parts.push(whole)
    end += whole.length
    return at
  }
  const dataset = (type: Uint8Array, count: number, data: Uint8Array): number => {
    const at = put(data)
    return put(
      objectHeader([
        [1, concatBytes(Uint8Array.of(1, 1, 0, 0, 0, 0, 0, 0), little(8, count))],
        [3, type],
        [5, Uint8Array.of(2, 1, 2, 0)],
        [8, concatBytes(Uint8Array.of(3, 1), little(8, at, data.length))],
      ]),
    )
  }
  /** Rows of different lengths: their elements in a global heap, and for each its length and place. */
  const ragged = (type: Uint8Array, rows: readonly Uint8Array[], width: number): number => {
    const objects = rows.map((row, i) =>
      concatBytes(little(2, i + 1, 1), new Uint8Array(4), little(8, row.length), padded(row)),
    )
    const used = 16 + objects.reduce((n, object) => n + object.length, 0)
    const size = Math.max(4096, used + 16)
    const heap = put(
      concatBytes(
        latin1Bytes('GCOL'),
        Uint8Array.of(1, 0, 0, 0),
        little(8, size),
        ...objects,
        concatBytes(new Uint8Array(8), little(8, size - used)),
        new Uint8Array(size - used - 16),
      ),
    )
    const places = rows.map((row, i) => concatBytes(little(4, row.length / width), little(8, heap), little(4, i + 1)))
    return dataset(rowsOf(type), rows.length, concatBytes(...places))
  }
  const group = (links: Readonly<Record<string, number>>): number =>
    put(
      objectHeader([
        [2, concatBytes(Uint8Array.of(0, 0), undefinedAddress, undefinedAddress)],
        [10, Uint8Array.of(0, 0)],
        ...Object.entries(links).map(
          ([name, at]) => [6, concatBytes(Uint8Array.of(1, 0, name.length), latin1Bytes(name), little(8, at))] as const,
        ),
      ]),
    )
  const floatRows = times.map((row) => {
    const values = Float32Array.from(row)
    return half ? new Uint8Array(f16Encode(values).buffer) : new Uint8Array(values.buffer)
  })
  const unitRows = units.map((row) => new Uint8Array(Uint16Array.from(row).buffer))
  const root = group({
    spikes: group({
      times: half ? ragged(float16, floatRows, 2) : ragged(float32, floatRows, 4),
      units: ragged(unsigned16, unitRows, 2),
    }),
    labels: dataset(unsigned16, labels.length, little(2, ...labels)),
  })
  const superblock = concatBytes(
    Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, 0, 0, 0, 0, 0, 8, 8, 0),
    little(2, 4, 16),
    little(4, 0),
    little(8, 0),
    undefinedAddress,
    little(8, end),
    undefinedAddress,
    little(8, 0, root),
    new Uint8Array(24),
  )
  parts[0]!.set(superblock)
  return concatBytes(...parts)
}
