import { firstNonFinite, InputError, indicesOf, packBits, setBit } from '@h2learn/snn-core'
import { elementsOf, type NpyArray, realsOf } from './npy'

/** A layer's neurons, or the input: where a tensor of a trace belongs. */
export type TracePlace = { readonly layer: string; readonly K: number; readonly H: number; readonly W: number }

const fail = (where: string, expected: string, got: string, hint?: string): never => {
  throw new InputError({ where, expected, got, ...(hint === undefined ? {} : { hint }) })
}

/** Checks the shape of a tensor of a layer, [T, B, C, H, W] or, flattened, [T, B, N]. @returns B @throws InputError */
export const checkTraceShape = (
  where: string,
  shape: readonly number[],
  T: number,
  { K, H, W }: TracePlace,
): number => {
  const [t, B, ...map] = shape
  const whole = map.length === 3 && map[0] === K && map[1] === H && map[2] === W
  const flat = map.length === 1 && map[0] === K * H * W
  if (t !== T || !(B! >= 1) || !(whole || flat)) {
    const spatial = H * W > 1 ? `[${T}, B, ${K}, ${H}, ${W}] (T, B, C, H, W)` : `[${T}, B, ${K}] (T, B, N)`
    const swapped =
      B === T && t !== T ? 'the first axis is time, the second the samples: swap them with .transpose' : undefined
    return fail(
      where,
      spatial,
      `[${shape.join(', ')}]`,
      swapped ?? 'potentials, spikes and gradients are those of the neurons: after APk at pooled size',
    )
  }
  return B!
}

/** Bits of one array, kept packed 32 a word. */
export interface BitArray {
  readonly kind: 'bits'
  readonly B: number
  readonly words: Uint32Array
}

/** Reals of one array as they lie in the file. */
export interface RealsArray {
  readonly kind: 'reals'
  readonly B: number
  readonly array: NpyArray
}

/** Names element i of an array as NumPy does: [2, 0, 5, 3, 7]. */
export const elementName = (shape: readonly number[], i: number): string =>
  `element [${indicesOf(shape, i).join(', ')}]`

const requireBits = (where: string, shape: readonly number[], values: ArrayLike<number>) => {
  for (let i = 0; i < values.length; i++)
    if (values[i] !== 0 && values[i] !== 1)
      return fail(where, 'values 0 and 1', `${values[i]} at ${elementName(shape, i)}`, 'spikes and masks are bits')
}

/** The reals of an array some at a time, so that no array is decoded as a whole; `from` is the place of the first. */
export function* pieces(
  where: string,
  array: NpyArray,
): Generator<{ readonly from: number; readonly values: Float32Array }> {
  const atATime = 1 << 16
  const n = elementsOf(array.shape)
  for (let from = 0; from < n; from += atATime)
    yield { from, values: realsOf(where, array, from, Math.min(atATime, n - from)) }
}

/** @throws InputError for another type than float16 and float32, and for NaN or infinity, naming the first such element */
export const requireReals = (where: string, array: NpyArray): void => {
  for (const { from, values } of pieces(where, array)) {
    const at = firstNonFinite(values)
    if (at < 0) continue
    fail(
      where,
      'finite numbers',
      `${values[at]} at ${elementName(array.shape, from + at)}`,
      'training that diverged leaves such values, and so does a number beyond 65504 that is saved as float16',
    )
  }
}

/** Bits from an array with one byte or float an element. @throws InputError for other types and values */
export const plainBits = (where: string, array: NpyArray): Uint32Array => {
  if (array.descr === '|b1' || array.descr === '|u1' || array.descr === '|i1') {
    requireBits(where, array.shape, array.data)
    return packBits(array.data)
  }
  if (array.descr === '<f2' || array.descr === '<f4') {
    const values = realsOf(where, array)
    requireBits(where, array.shape, values)
    return packBits(values)
  }
  return fail(where, 'uint8, bool or float32 zeros and ones', array.descr, 'save it with .astype(np.uint8)')
}

/**
 * Refuses packed rows with a bit beyond their width: np.packbits fills the last byte of a row up with zeros, at its low end
 * in the default order, at its high end in the other.
 */
const requirePadding = (where: string, array: NpyArray, width: number, bytes: number): void => {
  const filling = 8 * bytes - width
  const rows = array.data.length / bytes
  const lastBytes = Array.from({ length: filling === 0 ? 0 : rows }, (_, row) => array.data[(row + 1) * bytes - 1]!)
  const low = (1 << filling) - 1
  const row = lastBytes.findIndex((byte) => (byte & low) !== 0)
  if (row < 0) return
  const little = lastBytes.every((byte) => byte >> (8 - filling) === 0)
  fail(
    where,
    `rows of ${width} bits whose last byte ends in ${filling} zeros, as np.packbits(x, axis=-1) makes them`,
    `a bit beyond them in the byte at ${elementName(array.shape, (row + 1) * bytes - 1)}`,
    little
      ? "this looks like bitorder='little': pack with the default, bitorder='big'"
      : 'the array, or the shape beside it, is another one',
  )
}

/**
 * Bits from np.packbits over the last axis: the first element in the highest bit, rows filled up to whole bytes.
 * @param shape before packing
 * @throws InputError when the array has not the packed shape, or a bit is set beyond the width of a row
 */
export const packedBits = (where: string, array: NpyArray, shape: readonly number[]): Uint32Array => {
  if (array.descr !== '|u1') return fail(where, 'uint8, as np.packbits makes it', array.descr)
  const width = shape.at(-1) ?? 0
  const bytes = Math.ceil(width / 8)
  const expected = [...shape.slice(0, -1), bytes]
  if (array.shape.length !== expected.length || array.shape.some((n, axis) => n !== expected[axis]))
    return fail(
      where,
      `[${expected.join(', ')}]: shape [${shape.join(', ')}] packed over its last axis`,
      `[${array.shape.join(', ')}]`,
      'use np.packbits(x, axis=-1)',
    )
  requirePadding(where, array, width, bytes)
  const rows = elementsOf(shape.slice(0, -1))
  const words = new Uint32Array((rows * width + 31) >>> 5)
  for (let row = 0; row < rows; row++)
    for (let x = 0; x < width; x++)
      if ((array.data[row * bytes + (x >> 3)]! >> (7 - (x & 7))) & 1) setBit(words, row * width + x)
  return words
}

/** Samples from..from+count−1 of packed bits [T, B, n]. */
export const sliceBits = ({ words, B }: BitArray, T: number, n: number, from: number, count: number): Uint32Array => {
  const out = new Uint32Array((T * count * n + 31) >>> 5)
  for (let t = 0, to = 0; t < T; t++)
    for (let i = (t * B + from) * n; i < (t * B + from + count) * n; i++, to++)
      if ((words[i >>> 5]! >>> (i & 31)) & 1) setBit(out, to)
  return out
}

/** Samples from..from+count−1 of reals [T, B, n]. */
export const sliceReals = (
  where: string,
  { array, B }: RealsArray,
  T: number,
  n: number,
  from: number,
  count: number,
) => {
  const out = new Float32Array(T * count * n)
  for (let t = 0; t < T; t++) out.set(realsOf(where, array, (t * B + from) * n, count * n), t * count * n)
  return out
}
