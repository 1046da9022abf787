import { zipMethodName } from '@h2learn/datasets'
import { crc32, InputError } from '@h2learn/snn-core'
import { deflateSync, inflateSync } from 'fflate'
import { type NpyArray, readNpy, writeNpy } from './npy'

/** Bytes that can be read in parts: a file, or an array in memory. */
export interface ByteSource {
  /** Names it in errors. */
  readonly name: string
  readonly size: number
  /** Exactly the bytes from..from+length−1, which lie inside. */
  readonly read: (from: number, length: number) => Uint8Array
}

/** An opened `.npz` archive: nothing but its list has been read. */
export interface NpzArchive {
  /** Names without `.npy`, in the order of the archive. */
  readonly names: readonly string[]
  /** Reads one array. @throws InputError when there is none of that name, or it is damaged */
  readonly read: (name: string) => NpyArray
}

/** Bytes in memory as a source. */
export const bytesSource = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.length,
  read: (from, length) => bytes.subarray(from, from + length),
})

interface Entry {
  readonly name: string
  readonly method: number
  readonly flags: number
  readonly crc: number
  readonly packed: number
  readonly size: number
  readonly offset: number
}

const endMark = 0x06054b50
const end64Mark = 0x06064b50
const end64PlaceMark = 0x07064b50
const listMark = 0x02014b50
const localMark = 0x04034b50
/** Largest list that is read: a thousand times what a trace of a large network needs. */
const mostList = 1 << 26
/** Deflate makes at most 1032 bytes of one. */
const mostRatio = 1032

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const damaged = (where: string, expected: string, got: string): never => {
  throw new InputError({ where, expected, got, hint: 'the file is damaged or cut off; save it again with np.savez' })
}

const wide = (where: string, view: DataView, at: number): number => {
  const value = Number(view.getBigUint64(at, true))
  return Number.isSafeInteger(value) ? value : damaged(where, 'sizes below 2^53', String(value))
}

/** Where the list of entries lies. */
const findList = ({ name, size, read }: ByteSource) => {
  const tail = Math.min(size, 22 + 0xffff)
  const view = viewOf(read(size - tail, tail))
  for (let at = tail - 22; at >= 0; at--) {
    if (view.getUint32(at, true) !== endMark) continue
    const count = view.getUint16(at + 10, true)
    const length = view.getUint32(at + 12, true)
    const offset = view.getUint32(at + 16, true)
    if (count !== 0xffff && length !== 0xffffffff && offset !== 0xffffffff) return { count, length, offset }
    const place = size - tail + at - 20
    if (place < 0) break
    const pointer = viewOf(read(place, 20))
    if (pointer.getUint32(0, true) !== end64PlaceMark) break
    const end64 = wide(name, pointer, 8)
    if (end64 + 56 > size) break
    const end = viewOf(read(end64, 56))
    if (end.getUint32(0, true) !== end64Mark) break
    return { count: wide(name, end, 32), length: wide(name, end, 40), offset: wide(name, end, 48) }
  }
  throw new InputError({
    where: name,
    expected: 'a .npz archive (a ZIP file with its list at the end)',
    got: size === 0 ? 'an empty file' : `${size} bytes without such a list`,
    hint: 'write it with np.savez or np.savez_compressed; a file cut off in the middle has lost its list',
  })
}

/** Sizes and offset of an entry whose 32-bit fields are full. */
const widen = (where: string, view: DataView, at: number, length: number, entry: Entry): Entry => {
  if (entry.size !== 0xffffffff && entry.packed !== 0xffffffff && entry.offset !== 0xffffffff) return entry
  for (let i = at; i + 4 <= at + length; ) {
    const id = view.getUint16(i, true)
    const bytes = view.getUint16(i + 2, true)
    if (id === 1) {
      let from = i + 4
      const next = (value: number) => {
        if (value !== 0xffffffff) return value
        if (from + 8 > i + 4 + bytes) return damaged(where, 'a 64-bit size', 'none')
        from += 8
        return wide(where, view, from - 8)
      }
      return { ...entry, size: next(entry.size), packed: next(entry.packed), offset: next(entry.offset) }
    }
    i += 4 + bytes
  }
  return damaged(where, 'a 64-bit size', 'none')
}

const listEntries = (source: ByteSource): readonly Entry[] => {
  const { name: where, size } = source
  const { count, length, offset } = findList(source)
  if (length > mostList || offset + length > size)
    return damaged(where, `a list of entries inside the ${size} bytes`, `${length} bytes at ${offset}`)
  const list = source.read(offset, length)
  const view = viewOf(list)
  const entries: Entry[] = []
  for (let at = 0; entries.length < count; ) {
    if (at + 46 > length || view.getUint32(at, true) !== listMark)
      return damaged(where, `${count} entries`, `${entries.length}, then something else`)
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const next = at + 46 + nameLength + extraLength + view.getUint16(at + 32, true)
    if (next > length) return damaged(where, `${count} entries`, `${entries.length}, then a cut one`)
    const name = new TextDecoder().decode(list.subarray(at + 46, at + 46 + nameLength))
    const entry: Entry = {
      name,
      flags: view.getUint16(at + 8, true),
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    }
    entries.push(widen(`${where}: ${name}`, view, at + 46 + nameLength, extraLength, entry))
    at = next
  }
  return entries
}

/** The bytes of an entry, unpacked and checked. */
const unpack = (source: ByteSource, where: string, { method, flags, crc, packed, size, offset }: Entry): Uint8Array => {
  const hint = 'save the arrays again with np.savez or np.savez_compressed'
  if (flags & 1) throw new InputError({ where, expected: 'an entry without a password', got: 'an encrypted one', hint })
  if (method !== 0 && method !== 8)
    throw new InputError({ where, expected: 'an entry stored or deflated', got: zipMethodName(method), hint })
  if (offset + 30 > source.size) return damaged(where, `an entry inside the ${source.size} bytes`, `offset ${offset}`)
  const local = viewOf(source.read(offset, 30))
  if (local.getUint32(0, true) !== localMark) return damaged(where, `an entry at offset ${offset}`, 'something else')
  const start = offset + 30 + local.getUint16(26, true) + local.getUint16(28, true)
  if (start + packed > source.size)
    return damaged(where, `${packed} bytes from offset ${start}`, `${Math.max(0, source.size - start)} up to the end`)
  if (method === 0 ? size !== packed : size > mostRatio * packed + 64)
    return damaged(where, 'sizes that agree', `${packed} bytes packed, ${size} unpacked`)
  const stored = source.read(start, packed)
  const bytes = method === 0 ? stored : inflate(where, stored, size)
  if (bytes.length !== size) return damaged(where, `${size} bytes`, `${bytes.length}`)
  const sum = crc32(bytes)
  if (sum !== crc) return damaged(where, `checksum ${crc.toString(16)}`, sum.toString(16))
  return bytes
}

const inflate = (where: string, stored: Uint8Array, size: number): Uint8Array => {
  try {
    return inflateSync(stored, { out: new Uint8Array(size) })
  } catch (error) {
    return damaged(where, 'deflated bytes', (error as Error).message)
  }
}

/**
 * Opens a `.npz` archive as `numpy.savez` and `numpy.savez_compressed` write it, 64-bit sizes included. Arrays are read one
 * at a time; nothing is allocated by a size that the file's own length does not bear out, and checksums are checked.
 * @throws InputError when it is no such archive, or its list is damaged
 */
export const openNpz = (source: ByteSource): NpzArchive => {
  const entries = new Map(
    listEntries(source)
      .filter(({ name }) => name.endsWith('.npy'))
      .map((entry) => [entry.name.slice(0, -'.npy'.length), entry]),
  )
  return {
    names: [...entries.keys()],
    read: (name) => {
      const entry = entries.get(name)
      if (!entry)
        throw new InputError({
          where: source.name,
          expected: `an array "${name}"`,
          got: [...entries.keys()].join(', ') || 'no arrays',
        })
      const where = `${source.name}: ${name}`
      return readNpy(where, unpack(source, where, entry))
    },
  }
}

const latin = (text: string) => new TextEncoder().encode(text)

/**
 * Writes arrays as a `.npz` archive that NumPy opens with `np.load`.
 * @param compress deflate, as `np.savez_compressed`
 * @throws InputError when data and shape of an array do not agree, or the archive would be 4 GB or more
 */
export const writeNpz = (arrays: Readonly<Record<string, NpyArray>>, { compress = false } = {}): Uint8Array => {
  const parts: Uint8Array[] = []
  const list: Uint8Array[] = []
  let offset = 0
  const put = (to: Uint8Array[], bytes: Uint8Array) => {
    to.push(bytes)
    return bytes.length
  }
  for (const [key, array] of Object.entries(arrays)) {
    const name = latin(`${key}.npy`)
    const plain = writeNpy(array)
    const packed = compress ? deflateSync(plain) : plain
    const common = new Uint8Array(26)
    const view = viewOf(common)
    view.setUint16(0, 20, true)
    view.setUint16(2, 0x800, true) // names are UTF-8
    view.setUint16(4, compress ? 8 : 0, true)
    view.setUint16(8, 0x21, true) // 1 January 1980
    view.setUint32(10, crc32(plain), true)
    view.setUint32(14, packed.length, true)
    view.setUint32(18, plain.length, true)
    view.setUint16(22, name.length, true)
    const at = offset
    offset += put(parts, Uint8Array.of(0x50, 0x4b, 3, 4)) + put(parts, common) + put(parts, name) + put(parts, packed)
    const rest = new Uint8Array(14)
    viewOf(rest).setUint32(10, at, true)
    for (const bytes of [Uint8Array.of(0x50, 0x4b, 1, 2, 20, 0), common, rest, name]) put(list, bytes)
  }
  const length = list.reduce((sum, bytes) => sum + bytes.length, 0)
  if (offset + length >= 0xffffffff)
    throw new InputError({ where: 'writeNpz', expected: 'less than 4 GB', got: `${offset + length} bytes` })
  const end = new Uint8Array(22)
  const view = viewOf(end)
  const count = Object.keys(arrays).length
  view.setUint32(0, endMark, true)
  view.setUint16(8, count, true)
  view.setUint16(10, count, true)
  view.setUint32(12, length, true)
  view.setUint32(16, offset, true)
  const all = [...parts, ...list, end]
  const file = new Uint8Array(all.reduce((sum, bytes) => sum + bytes.length, 0))
  let at = 0
  for (const bytes of all) {
    file.set(bytes, at)
    at += bytes.length
  }
  return file
}
