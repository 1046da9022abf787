import type { Buffers, Precision, RealArray } from './api'
import { arithmetic } from './arithmetic'
import { allocate, bitWords } from './tensor'

const reals = (key: string, precision: Precision, n: number): RealArray =>
  allocate(key, n, precision === 'f64' ? 8 : 4, () => arithmetic(precision).zeros(n))
const bits = (key: string, n: number): Uint32Array => allocate(key, n, 1 / 8, () => new Uint32Array(bitWords(n)))
const bytes = (key: string, n: number): Uint8Array => allocate(key, n, 1, () => new Uint8Array(n))

/**
 * Allocates every array anew: results stay valid for ever.
 * @throws InputError (here and in `reusableBuffers`) with the bytes needed when there is no memory for an array
 */
export const freshBuffers: Buffers = { reals, bits, bytes }

/**
 * Buffers that hand out the same array again for the same name and size: a training loop allocates only in its first
 * step. Whatever a pass returned is overwritten by the next pass with the same buffers.
 */
export const reusableBuffers = (): Buffers => {
  const heldReals = new Map<string, RealArray>()
  const heldBits = new Map<string, Uint32Array>()
  const heldBytes = new Map<string, Uint8Array>()
  const reuse = <A extends { readonly length: number; fill(value: number): unknown }>(
    held: Map<string, A>,
    key: string,
    length: number,
    make: () => A,
  ): A => {
    const found = held.get(key)
    if (found?.length === length) {
      found.fill(0)
      return found
    }
    const made = make()
    held.set(key, made)
    return made
  }
  return {
    reals: (key, precision, n) =>
      reuse(heldReals, `${key} ${precision === 'f64' ? 'f64' : 'f32'}`, n, () => reals(key, precision, n)),
    bits: (key, n) => reuse(heldBits, key, bitWords(n), () => bits(key, n)),
    bytes: (key, n) => reuse(heldBytes, key, n, () => bytes(key, n)),
  }
}
