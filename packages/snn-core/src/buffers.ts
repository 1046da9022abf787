import type { Buffers, Precision, RealArray } from './api'
import { arithmetic } from './arithmetic'
import { bitWords } from './tensor'

/** Allocates every array anew: results stay valid for ever. */
export const freshBuffers: Buffers = {
  reals: (_, precision, n) => arithmetic(precision).zeros(n),
  bits: (_, n) => new Uint32Array(bitWords(n)),
  bytes: (_, n) => new Uint8Array(n),
}

/**
 * Buffers that hand out the same array again for the same name and size: a training loop allocates only in its first
 * step. Whatever a pass returned is overwritten by the next pass with the same buffers.
 */
export const reusableBuffers = (): Buffers => {
  const reals = new Map<string, RealArray>()
  const bits = new Map<string, Uint32Array>()
  const bytes = new Map<string, Uint8Array>()
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
    reals: (key: string, precision: Precision, n: number) =>
      reuse(reals, `${key} ${precision === 'f64' ? 'f64' : 'f32'}`, n, () => arithmetic(precision).zeros(n)),
    bits: (key, n) => reuse(bits, key, bitWords(n), () => new Uint32Array(bitWords(n))),
    bytes: (key, n) => reuse(bytes, key, n, () => new Uint8Array(n)),
  }
}
