import type { RealArray } from './api'
import { crc32 } from './crc32'
import { InputError } from './errors'
import type { CheckpointMeta, TrainingState } from './training-state'

/*
 * Layout of version 2, little-endian:
 *   0  8 bytes  "H2LCKPT" and a line feed
 *   8  u32      version
 *  12  u32      bytes of the header
 *  16  u64      bytes of the whole file
 *  24  header   JSON: meta, step, the name, number type and length of every array in order
 *      zeros    up to the next multiple of 8
 *      arrays   float32 or float64, each padded to a multiple of 8
 *      u32      CRC-32 of everything before it
 * Version 1 is read as well: it has the bytes of the whole file as u32 at 12, those of the header at 16, the header at 20.
 */
const MAGIC = Uint8Array.from('H2LCKPT\n', (c) => c.charCodeAt(0))
const VERSION = 2
const FIXED = 24
/** What is read first: enough for the fixed part of either version. */
const SHORTEST = 20
/** Arrays are written and read in pieces of at most so many bytes. */
const PIECE = 1 << 24

interface ArrayEntry {
  readonly name: string
  readonly type: 'f32' | 'f64'
  readonly length: number
}
interface Header {
  readonly meta: CheckpointMeta
  readonly step: number
  readonly optimizerSteps: number
  readonly arrays: readonly ArrayEntry[]
}

const pad8 = (n: number) => 8 * Math.ceil(n / 8)
const histories = ['loss', 'accuracy', 'tieShare', 'zeroLossShare'] as const
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Copies between numbers and little-endian bytes; turns each number's bytes round on a big-endian machine. */
const swapped = (bytes: Uint8Array, width: number): Uint8Array => {
  if (!littleEndian) for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse()
  return bytes
}

/** The bytes of numbers, without a copy. */
const bytesOf = ({ buffer, byteOffset, byteLength }: RealArray): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)

/** Parts of at most `PIECE` bytes. */
function* piecesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += PIECE) yield bytes.subarray(at, at + PIECE)
}

/**
 * A training state with its description as bytes, piece by piece, so that a checkpoint may be larger than any one block of
 * memory: versioned, checksummed, every array exact to the bit. A piece is valid until the next one is taken.
 * @param meta network, neuron, configuration and dataset; JSON values only
 */
export function* checkpointPieces(state: TrainingState, meta: CheckpointMeta): Generator<Uint8Array> {
  const named: [string, RealArray][] = [
    ['weights', state.weights],
    ...state.optimizer.moments.map((m, i): [string, RealArray] => [`moment${i}`, m]),
    ...histories.map((name): [string, RealArray] => [`history.${name}`, Float64Array.from(state.history[name])]),
  ]
  const arrays = named.map(
    ([name, a]): ArrayEntry => ({ name, type: a instanceof Float64Array ? 'f64' : 'f32', length: a.length }),
  )
  const header: Header = { meta, step: state.step, optimizerSteps: state.optimizer.steps, arrays }
  const text = new TextEncoder().encode(JSON.stringify(header))
  const start = pad8(FIXED + text.length)
  const total = named.reduce((n, [, a]) => n + pad8(a.byteLength), start) + 4
  const head = new Uint8Array(start)
  const view = new DataView(head.buffer)
  head.set(MAGIC)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, text.length, true)
  view.setBigUint64(16, BigInt(total), true)
  head.set(text, FIXED)
  let crc = crc32(head)
  yield head
  for (const [, a] of named) {
    for (const piece of piecesOf(bytesOf(a))) {
      // on a big-endian machine a copy: the array itself must not be turned round
      const raw = littleEndian ? piece : swapped(piece.slice(), a.BYTES_PER_ELEMENT)
      crc = crc32(raw, crc)
      yield raw
    }
    const padding = new Uint8Array(pad8(a.byteLength) - a.byteLength)
    crc = crc32(padding, crc)
    if (padding.length > 0) yield padding
  }
  const end = new Uint8Array(4)
  new DataView(end.buffer).setUint32(0, crc, true)
  yield end
}

/** `checkpointPieces` in one block of memory. */
export const encodeCheckpoint = (state: TrainingState, meta: CheckpointMeta): Uint8Array => {
  const pieces = Array.from(checkpointPieces(state, meta), (piece) => piece.slice())
  const bytes = new Uint8Array(pieces.reduce((n, { length }) => n + length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

const refuse = (where: string, expected: string, got: string, hint?: string): never => {
  throw new InputError({ where, expected, got, hint: hint ?? 'the file is damaged; use an older checkpoint' })
}

const isArrayEntry = (entry: unknown): entry is ArrayEntry => {
  const { name, type, length } = (entry ?? {}) as Partial<ArrayEntry>
  return typeof name === 'string' && (type === 'f32' || type === 'f64') && Number.isSafeInteger(length) && length! >= 0
}

/** Where things lie in a file, from its fixed part. */
interface Frame {
  readonly version: 1 | 2
  readonly headerAt: number
  readonly headerLength: number
}

const parseFrame = (fixed: Uint8Array, size: number, where: string): Frame => {
  const wrong = MAGIC.findIndex((byte, i) => fixed[i] !== byte)
  if (wrong >= 0 && wrong < fixed.length)
    refuse(where, 'a checkpoint that starts with "H2LCKPT"', `byte ${fixed[wrong]} at offset ${wrong}`, 'no checkpoint')
  if (fixed.length < SHORTEST) refuse(where, `at least ${SHORTEST} bytes`, `the end at offset ${fixed.length}`)
  const view = new DataView(fixed.buffer, fixed.byteOffset, fixed.byteLength)
  const version = view.getUint32(8, true)
  if (version !== 1 && version !== VERSION)
    return refuse(
      where,
      `format version 1 or ${VERSION}`,
      `${version} at offset 8`,
      'use the version of h2learn that wrote it',
    )
  if (fixed.length < (version === 1 ? SHORTEST : FIXED))
    refuse(where, `at least ${FIXED} bytes`, `the end at offset ${fixed.length}`)
  const totalAt = version === 1 ? 12 : 16
  const total = version === 1 ? view.getUint32(totalAt, true) : Number(view.getBigUint64(totalAt, true))
  if (size !== total) refuse(where, `${total} bytes, as offset ${totalAt} says`, `the end at offset ${size}`)
  const headerAt = version === 1 ? SHORTEST : FIXED
  const headerLength = view.getUint32(version === 1 ? 16 : 12, true)
  if (headerAt + headerLength > total - 4)
    refuse(where, `a header up to offset ${total - 4}`, `${headerLength} bytes of header`)
  return { version, headerAt, headerLength }
}

const parseHeader = (bytes: Uint8Array, headerAt: number, where: string): Header => {
  let header: Header
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return refuse(where, `a JSON header at byte ${headerAt}`, (error as Error).message)
  }
  const { meta, step, optimizerSteps, arrays } = header ?? {}
  if (!(typeof meta?.network?.text === 'string' && meta.config && meta.neuron && meta.dataset))
    return refuse(where, 'network, neuron, config and dataset in the header', 'a header without them')
  if (!(Number.isSafeInteger(step) && step >= 0 && Number.isSafeInteger(optimizerSteps) && optimizerSteps >= 0))
    return refuse(where, 'step numbers >= 0 in the header', `step ${step}, optimizerSteps ${optimizerSteps}`)
  if (!(Array.isArray(arrays) && arrays.every(isArrayEntry)))
    return refuse(where, 'a list of named arrays in the header', JSON.stringify(arrays) ?? 'none')
  return header
}

/** What a checkpoint holds. */
export interface Checkpoint {
  readonly state: TrainingState
  readonly meta: CheckpointMeta
}

const emptyArray = ({ name, type, length }: ArrayEntry, where: string): RealArray => {
  try {
    return type === 'f64' ? new Float64Array(length) : new Float32Array(length)
  } catch {
    return refuse(where, `memory for ${length} values of ${name}`, 'too little', 'use a machine with more memory')
  }
}

const checkpointOf = (header: Header, arrays: ReadonlyMap<string, RealArray>, where: string): Checkpoint => {
  const take = (name: string): RealArray =>
    arrays.get(name) ?? refuse(where, `the array ${name}`, [...arrays.keys()].join(', ') || 'no arrays')
  const [loss, accuracy, tieShare, zeroLossShare] = histories.map((name) => Array.from(take(`history.${name}`)))
  const moments = [...arrays.keys()].filter((name) => name.startsWith('moment')).map(take)
  return {
    state: {
      step: header.step,
      weights: take('weights'),
      optimizer: { steps: header.optimizerSteps, moments },
      history: { loss, accuracy, tieShare, zeroLossShare },
    },
    meta: header.meta,
  }
}

/**
 * Reads a checkpoint from its first byte to its last, wherever the bytes come from: yields one piece of memory after the
 * other, to be filled with the bytes that follow, and returns what they say. Bytes go straight into the arrays.
 * @param size bytes of the whole
 * @param where what the bytes are, for messages: the path of the file
 * @throws InputError as `decodeCheckpoint`
 */
export function* readingCheckpoint(size: number, where: string): Generator<Uint8Array, Checkpoint, void> {
  const fixed = new Uint8Array(Math.min(size, FIXED))
  yield fixed
  const { headerAt, headerLength } = parseFrame(fixed, size, where)
  const end = size - 4
  const text = new Uint8Array(headerLength)
  const early = fixed.subarray(headerAt, headerAt + headerLength)
  text.set(early)
  let crc = crc32(fixed)
  let at = fixed.length
  const fill = function* (target: Uint8Array): Generator<Uint8Array, void, void> {
    for (const piece of piecesOf(target)) {
      yield piece
      crc = crc32(piece, crc)
      at += piece.length
    }
  }
  yield* fill(text.subarray(early.length))
  const header = parseHeader(text, headerAt, where)
  yield* fill(new Uint8Array(Math.max(0, Math.min(pad8(headerAt + headerLength), end) - at)))
  const arrays = new Map<string, RealArray>()
  for (const entry of header.arrays) {
    const bytes = entry.length * (entry.type === 'f64' ? 8 : 4)
    if (at + bytes > end)
      refuse(where, `${entry.length} values of ${entry.name} at offset ${at}`, `the checksum at offset ${end}`)
    const array = emptyArray(entry, where)
    yield* fill(bytesOf(array))
    yield* fill(new Uint8Array(Math.min(pad8(bytes) - bytes, end - at)))
    if (!littleEndian) for (const piece of piecesOf(bytesOf(array))) swapped(piece, array.BYTES_PER_ELEMENT)
    arrays.set(entry.name, array)
  }
  if (at < end) refuse(where, `the checksum at offset ${at}, behind the arrays`, `${end - at} more bytes`)
  const stored = new Uint8Array(4)
  yield stored
  const expected = new DataView(stored.buffer).getUint32(0, true)
  if (crc !== expected) refuse(where, `the checksum ${expected} at offset ${end}`, String(crc))
  return checkpointOf(header, arrays, where)
}

/**
 * Reads a checkpoint back, exact to the bit.
 * @param where what the bytes are, for messages: the path of the file
 * @throws InputError with offset and reason when the bytes are no checkpoint, of another version, cut short, too long
 * or changed anywhere
 */
export const decodeCheckpoint = (bytes: Uint8Array, where = 'checkpoint'): Checkpoint => {
  const reading = readingCheckpoint(bytes.length, where)
  let at = 0
  for (let step = reading.next(); ; step = reading.next()) {
    if (step.done) return step.value
    step.value.set(bytes.subarray(at, at + step.value.length))
    at += step.value.length
  }
}
