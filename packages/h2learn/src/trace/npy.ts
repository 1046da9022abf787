import { f16Decode, InputError } from '@h2learn/snn-core'

/** An array as NumPy saves it, in C order (the last axis runs fastest). */
export interface NpyArray {
  /** NumPy's name of the number type: `|b1`, `|u1`, `<f2`, `<f4`, `<i8`, ... */
  readonly descr: string
  readonly shape: readonly number[]
  /** Little-endian bytes, row by row. */
  readonly data: Uint8Array
}

/** Bytes a number, by NumPy's name; what is not here cannot be read. */
const itemSizes: Readonly<Record<string, number>> = {
  '|b1': 1,
  '|u1': 1,
  '|i1': 1,
  '<u2': 2,
  '<i2': 2,
  '<u4': 4,
  '<i4': 4,
  '<u8': 8,
  '<i8': 8,
  '<f2': 2,
  '<f4': 4,
  '<f8': 8,
}

const fail = (where: string, expected: string, got: string, hint?: string): never => {
  throw new InputError({ where, expected, got, ...(hint === undefined ? {} : { hint }) })
}

/** Number of elements of a shape; 1 for a scalar. */
export const elementsOf = (shape: readonly number[]): number => shape.reduce((n, extent) => n * extent, 1)

/** Names of number types that carry no byte order: NumPy takes them as well as its own codes. */
const longNames: Readonly<Record<string, string>> = {
  '?': 'b1',
  bool: 'b1',
  ...Object.fromEntries(
    [8, 16, 32, 64].flatMap((bits) => [`int${bits}`, `uint${bits}`].map((name) => [name, `${name[0]}${bits / 8}`])),
  ),
  ...Object.fromEntries([16, 32, 64].map((bits) => [`float${bits}`, `f${bits / 8}`])),
}

/**
 * The usual name of a number type: of one byte without an order (`|u1`), of several with the order of little-endian machines,
 * which `=` (native), `|` (none) and no sign at all mean here, as they do for NumPy on such a machine. Big-endian stays.
 */
const usualDescr = (descr: string): string => {
  const order = /^[<>=|]/.exec(descr)?.[0] ?? '='
  const rest = descr.replace(/^[<>=|]/, '')
  const code = Object.hasOwn(longNames, rest) ? longNames[rest]! : rest
  if (`|${code}` in itemSizes) return `|${code}`
  return order !== '>' && `<${code}` in itemSizes ? `<${code}` : descr
}

/**
 * The fields of the dictionary in the header, a Python literal: either kind of quotes, spaces and order as they like, and the `L`
 * of long integers that Python 2 wrote, as in `(2L,)`.
 */
const parseHeader = (where: string, text: string) => {
  const matchOf = (key: string, value: string) => new RegExp(`(["'])${key}\\1\\s*:\\s*${value}`).exec(text)?.slice(2)
  const descr = matchOf('descr', `(["'])(.*?)\\2`)?.[1]
  const fortran = matchOf('fortran_order', '(True|False)')?.[0]
  const shape = matchOf('shape', '\\(([\\dL,\\s]*)\\)')?.[0]
  if (descr === undefined && matchOf('descr', '\\[') !== undefined)
    return fail(where, 'an array of plain numbers', 'a structured array', 'save each field as an array of its own')
  if (descr === undefined || fortran === undefined || shape === undefined)
    return fail(where, "a header with 'descr', 'fortran_order' and 'shape'", JSON.stringify(text.trim().slice(0, 120)))
  const extents = shape
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => Number(part.replace(/^(\d+)L$/, '$1')))
  if (!extents.every((n) => Number.isSafeInteger(n)) || !Number.isSafeInteger(elementsOf(extents)))
    return fail(where, 'a shape of whole numbers', `(${shape})`)
  return { descr: usualDescr(descr), fortran: fortran === 'True', shape: extents }
}

/** Fortran order (first axis fastest) to C order. */
const toRowMajor = (data: Uint8Array, shape: readonly number[], size: number): Uint8Array => {
  const n = elementsOf(shape)
  const out = new Uint8Array(data.length)
  const strides = shape.map((_, axis) => elementsOf(shape.slice(0, axis)))
  const at = shape.map(() => 0)
  for (let i = 0, from = 0; i < n; i++) {
    for (let byte = 0; byte < size; byte++) out[i * size + byte] = data[from * size + byte]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      if (++at[axis]! < shape[axis]!) break
      from -= strides[axis]! * shape[axis]!
      at[axis] = 0
    }
  }
  return out
}

/**
 * Reads a `.npy` file (format 1.0 to 3.0): little-endian booleans, integers and floats of any shape, in C or Fortran order.
 * @param where names the array in errors
 * @returns a view of the file's bytes where the order allows it
 * @throws InputError for another format, number type or byte order, and for a length that does not fit the shape
 * Source: the .npy format of NumPy (NEP 1).
 */
export const readNpy = (where: string, file: Uint8Array): NpyArray => {
  const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]
  if (file.length < 10 || magic.some((byte, i) => file[i] !== byte))
    return fail(where, 'a .npy array (\\x93NUMPY at its start)', `${file.length} bytes that start otherwise`)
  const major = file[6]!
  if (major < 1 || major > 3) return fail(where, 'a .npy array of format 1, 2 or 3', `format ${major}.${file[7]}`)
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const start = major === 1 ? 10 : 12
  if (file.length < start) return fail(where, 'a whole header', `${file.length} bytes`)
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (start + length > file.length)
    return fail(
      where,
      `a header of ${length} bytes`,
      `${file.length - start} bytes up to the end`,
      'the array is cut off',
    )
  const { descr, fortran, shape } = parseHeader(
    where,
    new TextDecoder('latin1').decode(file.subarray(start, start + length)),
  )
  const size = itemSizes[descr]
  if (size === undefined) {
    const swapped = descr.startsWith('>') && `<${descr.slice(1)}` in itemSizes
    return fail(
      where,
      `numbers of type ${Object.keys(itemSizes).join(', ')}`,
      descr,
      swapped
        ? `it is big-endian: save it with .astype('<${descr.slice(1)}')`
        : 'convert it with .astype(np.uint8) or .astype(np.float32) before saving',
    )
  }
  const bytes = elementsOf(shape) * size
  const there = file.length - start - length
  if (there !== bytes)
    return fail(
      where,
      `${bytes} bytes for shape (${shape.join(', ')}) of ${descr}`,
      `${there} bytes`,
      there < bytes ? 'the array is cut off' : 'there is more than the shape tells',
    )
  const data = file.subarray(start + length)
  return { descr, shape, data: fortran && shape.length > 1 ? toRowMajor(data, shape, size) : data }
}

/** Writes a `.npy` file (format 1.0, C order), as `numpy.save` does. @throws InputError when data and shape do not agree */
export const writeNpy = ({ descr, shape, data }: NpyArray): Uint8Array => {
  const size = itemSizes[descr]
  if (size === undefined || elementsOf(shape) * size !== data.length)
    return fail('writeNpy', `${descr} numbers for shape (${shape.join(', ')})`, `${data.length} bytes`)
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`
  const padded = `${text.padEnd(Math.ceil((text.length + 11) / 64) * 64 - 11)}\n`
  const file = new Uint8Array(10 + padded.length + data.length)
  file.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, padded.length & 255, padded.length >> 8])
  file.set(new TextEncoder().encode(padded), 10)
  file.set(data, 10 + padded.length)
  return file
}

const viewOf = ({ data }: NpyArray) => new DataView(data.buffer, data.byteOffset, data.byteLength)

/** The whole numbers of an integer array. @throws InputError for another type or a number beyond 2^53 */
export const integersOf = (where: string, array: NpyArray): readonly number[] => {
  const kind = array.descr.slice(1)
  const size = itemSizes[array.descr]!
  if (!/^[iu]/.test(kind)) return fail(where, 'whole numbers', array.descr, 'save it with np.array(x.shape)')
  const view = viewOf(array)
  return Array.from({ length: elementsOf(array.shape) }, (_, i) => {
    const at = i * size
    const value =
      size === 8
        ? Number(kind === 'i8' ? view.getBigInt64(at, true) : view.getBigUint64(at, true))
        : size === 4
          ? kind === 'i4'
            ? view.getInt32(at, true)
            : view.getUint32(at, true)
          : size === 2
            ? kind === 'i2'
              ? view.getInt16(at, true)
              : view.getUint16(at, true)
            : kind === 'i1'
              ? view.getInt8(at)
              : view.getUint8(at)
    if (!Number.isSafeInteger(value)) return fail(where, 'whole numbers below 2^53', String(value))
    return value
  })
}

/**
 * Some numbers of a float array.
 * @param from first element
 * @param count how many
 * @throws InputError for another type than float16, float32
 */
export const realsOf = (where: string, array: NpyArray, from = 0, count = elementsOf(array.shape)): Float32Array => {
  const { descr, data } = array
  if (descr === '<f2') {
    const bits = new Uint16Array(count)
    const view = viewOf(array)
    for (let i = 0; i < count; i++) bits[i] = view.getUint16(2 * (from + i), true)
    return f16Decode(bits)
  }
  if (descr === '<f4')
    // a copy, since the bytes need not lie at a multiple of four
    return new Float32Array(data.slice(4 * from, 4 * (from + count)).buffer)
  return fail(where, 'float16 or float32 (<f2, <f4)', descr, 'save it with .astype(np.float32)')
}
