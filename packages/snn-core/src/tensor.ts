import type { DataOf, DType, Mask, Spikes, Tensor } from './api'
import { InputError, ShapeError } from './errors'
import { f16Decode, f16Encode } from './f16'

const arrays = { f64: Float64Array, f32: Float32Array, f16: Uint16Array, u8: Uint8Array, bit: Uint32Array } as const

type Shape<L extends string> = Tensor<L>['shape']

/** Elements of a tensor of this shape (product over the layout's axes). */
export const sizeOf = <L extends string>(layout: L, shape: Shape<L>): number => {
  let n = 1
  for (const axis of layout) n *= (shape as Record<string, number>)[axis]!
  return n
}

/** Most values of one array: bits are found by 32-bit numbers, and engines allow no longer arrays. */
const MOST_VALUES = 2 ** 32 - 32

/**
 * Makes an array, or says what it would take.
 * @param where what it is for
 * @throws InputError with the bytes needed, before anything is allocated, when no array can be so long; or when there is
 *   no memory for it
 */
export const allocate = <A>(where: string, values: number, bytesEach: number, make: () => A): A => {
  if (values <= MOST_VALUES)
    try {
      return make()
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  throw new InputError({
    where,
    expected: 'an array that fits into memory',
    got: `${values} values, ${Math.ceil(values * bytesEach)} bytes`,
    hint: 'compute fewer samples at once, or take fewer timesteps, smaller maps or smaller layers',
  })
}

/** Words that hold n packed bits. */
export const bitWords = (n: number): number => (n + 31) >>> 5

/**
 * Makes a tensor; without `data` it is filled with zeros.
 * @throws ShapeError when an axis is missing or not an integer >= 1, data has another length, or bits are set past the
 *   end; InputError with the bytes needed when there is no memory for it
 */
export const tensor = <L extends string, D extends DType>(
  layout: L,
  dtype: D,
  shape: Shape<L>,
  data?: DataOf[D],
): Tensor<L, D> => {
  for (const axis of layout) {
    const extent = (shape as Record<string, number>)[axis]
    if (!Number.isSafeInteger(extent) || extent! < 1)
      throw new ShapeError({
        where: `tensor ${layout}`,
        expected: `${axis} as an integer >= 1`,
        got: `${axis} = ${extent}`,
      })
  }
  const n = sizeOf(layout, shape)
  const length = dtype === 'bit' ? bitWords(n) : n
  const made =
    data ??
    allocate(
      `tensor ${layout} ${JSON.stringify(shape)}`,
      n,
      dtype === 'bit' ? 1 / 8 : arrays[dtype].BYTES_PER_ELEMENT,
      () => new arrays[dtype](length) as DataOf[D],
    )
  if (made.length !== length)
    throw new ShapeError({
      where: `tensor ${layout} ${JSON.stringify(shape)}`,
      expected: `${length} ${dtype === 'bit' ? 'words of bits' : `values of ${dtype}`}`,
      got: String(made.length),
    })
  if (dtype === 'bit') requireNoBitsBeyond(layout, shape, made as Uint32Array, n)
  return { layout, dtype, shape: { ...shape }, data: made }
}

/** Counts and comparisons go by whole words, so that a bit past the end would be counted. */
const requireNoBitsBeyond = (layout: string, shape: object, words: Uint32Array, n: number) => {
  if ((n & 31) === 0 || words.at(-1)! >>> (n & 31) === 0) return
  throw new ShapeError({
    where: `tensor ${layout} ${JSON.stringify(shape)}`,
    expected: `${n} bits, and zeros in the rest of the last word`,
    got: `bits beyond them: 0x${words.at(-1)!.toString(16)}`,
    hint: 'element i is bit i & 31 of word i >> 5, counted from the lowest',
  })
}

/** Bit i of packed bits. */
export const getBit = (words: Uint32Array, i: number): 0 | 1 => ((words[i >>> 5]! >>> (i & 31)) & 1) as 0 | 1

/** Sets bit i of packed bits. */
export const setBit = (words: Uint32Array, i: number): void => {
  words[i >>> 5]! |= 1 << (i & 31)
}

/** Packs values into bits: 1 where the value is not zero. */
export const packBits = (values: ArrayLike<number>): Uint32Array => {
  const words = new Uint32Array(bitWords(values.length))
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) words[i >>> 5]! |= 1 << (i & 31)
  return words
}

/** Unpacks n bits into bytes of 0 or 1. */
export const unpackBits = (words: Uint32Array, n: number, out = new Uint8Array(n)): Uint8Array => {
  for (let i = 0; i < n; i++) out[i] = (words[i >>> 5]! >>> (i & 31)) & 1
  return out
}

/** Number of set bits of a 32-bit word. */
export const popcount = (w: number): number => {
  w -= (w >>> 1) & 0x55555555
  w = (w & 0x33333333) + ((w >>> 2) & 0x33333333)
  return Math.imul((w + (w >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Number of set bits in packed bits (bits past the end must be 0, as every function here leaves them). */
export const countBits = (words: Uint32Array): number => {
  let n = 0
  for (let i = 0; i < words.length; i++) n += popcount(words[i]!)
  return n
}

/** Share of set bits, 0..1. */
export const density = (bits: Mask | Spikes): number => countBits(bits.data) / sizeOf(bits.layout, bits.shape)

/** Rounds a real tensor to binary16 bit patterns (nearest, ties to even). */
export const toF16 = <L extends string>(t: Tensor<L, 'f32'> | Tensor<L, 'f64'>): Tensor<L, 'f16'> =>
  tensor(t.layout, 'f16', t.shape, f16Encode(t.data))

/** The values of a binary16 tensor, exact in float32. */
export const fromF16 = <L extends string>(t: Tensor<L, 'f16'>): Tensor<L, 'f32'> =>
  tensor(t.layout, 'f32', t.shape, f16Decode(t.data))
