import type { RealArray } from './api'
import { crc32 } from './crc32'
import { InputError } from './errors'
import type { CheckpointMeta, TrainingState } from './training-state'

/*
 * Layout, little-endian:
 *   0  8 bytes  "H2LCKPT" and a line feed
 *   8  u32      version
 *  12  u32      bytes of the whole file
 *  16  u32      bytes of the header
 *  20  header   JSON: meta, step, the name, number type and length of every array in order
 *      zeros    up to the next multiple of 8
 *      arrays   float32 or float64, each padded to a multiple of 8
 *      u32      CRC-32 of everything before it
 */
const MAGIC = Uint8Array.from('H2LCKPT\n', (c) => c.charCodeAt(0))
const VERSION = 1
const FIXED = 20

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

const pad8 = (n: number) => (n + 7) & ~7
const histories = ['loss', 'accuracy', 'tieShare', 'zeroLossShare'] as const
const littleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Copies between numbers and little-endian bytes; turns each number's bytes round on a big-endian machine. */
const swapped = (bytes: Uint8Array, width: number): Uint8Array => {
  if (!littleEndian) for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse()
  return bytes
}

/**
 * A training state with its description as one block of bytes: versioned, checksummed, every array exact to the bit.
 * @param meta network, neuron, configuration and dataset; JSON values only
 */
export const encodeCheckpoint = (state: TrainingState, meta: CheckpointMeta): Uint8Array => {
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
  const bytes = new Uint8Array(total)
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(8, VERSION, true)
  view.setUint32(12, total, true)
  view.setUint32(16, text.length, true)
  bytes.set(text, FIXED)
  let at = start
  for (const [, a] of named) {
    // a copy: the array may lie in shared memory and must not be turned round in place
    const raw = new Uint8Array(a.byteLength)
    raw.set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength))
    bytes.set(swapped(raw, a.BYTES_PER_ELEMENT), at)
    at += pad8(a.byteLength)
  }
  view.setUint32(total - 4, crc32(bytes.subarray(0, total - 4)), true)
  return bytes
}

const refuse = (where: string, expected: string, got: string, hint?: string): never => {
  throw new InputError({ where, expected, got, hint: hint ?? 'the file is damaged; use an older checkpoint' })
}

const isArrayEntry = (entry: unknown): entry is ArrayEntry => {
  const { name, type, length } = (entry ?? {}) as Partial<ArrayEntry>
  return typeof name === 'string' && (type === 'f32' || type === 'f64') && Number.isSafeInteger(length) && length! >= 0
}

const parseHeader = (bytes: Uint8Array, where: string): Header => {
  let header: Header
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    return refuse(where, `a JSON header at byte ${FIXED}`, (error as Error).message)
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

/**
 * Reads a checkpoint back, exact to the bit.
 * @param where what the bytes are, for messages: the path of the file
 * @throws InputError with offset and reason when the bytes are no checkpoint, of another version, cut short, too long
 * or changed anywhere
 */
export const decodeCheckpoint = (
  bytes: Uint8Array,
  where = 'checkpoint',
): { readonly state: TrainingState; readonly meta: CheckpointMeta } => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wrong = MAGIC.findIndex((byte, i) => bytes[i] !== byte)
  if (wrong >= 0 && wrong < bytes.length)
    refuse(where, 'a checkpoint that starts with "H2LCKPT"', `byte ${bytes[wrong]} at offset ${wrong}`, 'no checkpoint')
  if (bytes.length < FIXED) refuse(where, `at least ${FIXED} bytes`, `the end at offset ${bytes.length}`)
  const version = view.getUint32(8, true)
  if (version !== VERSION)
    refuse(where, `format version ${VERSION}`, `${version} at offset 8`, 'use the version of h2learn that wrote it')
  const total = view.getUint32(12, true)
  if (bytes.length !== total) refuse(where, `${total} bytes, as offset 12 says`, `the end at offset ${bytes.length}`)
  const crc = crc32(bytes.subarray(0, total - 4))
  if (total < FIXED + 4 || crc !== view.getUint32(total - 4, true))
    refuse(where, `the checksum ${view.getUint32(total - 4, true)} at offset ${total - 4}`, String(crc))
  const length = view.getUint32(16, true)
  if (FIXED + length > total - 4) refuse(where, `a header up to offset ${total - 4}`, `${length} bytes of header`)
  const header = parseHeader(bytes.subarray(FIXED, FIXED + length), where)

  let at = pad8(FIXED + length)
  const arrays = new Map<string, RealArray>()
  for (const entry of header.arrays) {
    const width = entry.type === 'f64' ? 8 : 4
    const size = entry.length * width
    if (at + size > total - 4)
      refuse(where, `${entry.length} values of ${entry.name} at offset ${at}`, `the checksum at offset ${total - 4}`)
    // copied so that it starts at a multiple of 8 and does not hold the file in memory (`slice` of a Buffer does not)
    const copy = new Uint8Array(size)
    copy.set(bytes.subarray(at, at + size))
    const raw = swapped(copy, width)
    arrays.set(entry.name, entry.type === 'f64' ? new Float64Array(raw.buffer) : new Float32Array(raw.buffer))
    at += pad8(size)
  }
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
