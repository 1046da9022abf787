import type { LayerInput } from './api'
import type { Arithmetic } from './arithmetic'

/** Lists the set bits of n packed bits from bit `from` on, relative to it and ascending. */
export const listSetBits = (words: Uint32Array, from: number, n: number, out: Int32Array): number => {
  const end = from + n
  let count = 0
  for (let i = from; i < end; ) {
    const base = i & ~31
    let bits = words[i >>> 5] & (-1 << (i & 31))
    if (end - base < 32) bits &= (1 << (end - base)) - 1
    while (bits !== 0) {
      const low = bits & -bits
      out[count++] = base + 31 - Math.clz32(low) - from
      bits ^= low
    }
    i = base + 32
  }
  return count
}

/** The non-zero inputs of one map in c, y, x order; `values` is undefined when all of them are 1 (spikes). */
export interface ActiveInputs {
  readonly places: Int32Array
  readonly values: Float64Array | undefined
  /** Lists map `map` (t·B + b, or b for inputs that do not change in time) and returns how many are not zero. */
  readonly list: (map: number) => number
}

/** Visits what a layer reads, skipping zeros; values are rounded once to the precision. */
export const activeInputs = (input: LayerInput, ops: Arithmetic): ActiveInputs => {
  const { C, H, W } = input.data.shape
  const n = C * H * W
  const places = new Int32Array(n)
  if (input.kind === 'spikes') {
    const words = input.data.data
    return { places, values: undefined, list: (map) => listSetBits(words, map * n, n, places) }
  }
  const values = new Float64Array(n)
  const { data } = input.data
  const unit = input.kind === 'levels' ? input.levels : input.kind === 'pixels' ? 256 : 1
  // bytes have few values: each is divided and rounded once
  const rounded =
    input.kind === 'analog' ? undefined : Float64Array.from({ length: 256 }, (_, q) => ops.round(q / unit))
  const list = (map: number) => {
    let count = 0
    for (let i = 0, at = map * n; i < n; i++, at++) {
      const value = data[at]
      if (value === 0) continue
      places[count] = i
      values[count++] = rounded ? rounded[value] : ops.round(value)
    }
    return count
  }
  return { places, values, list }
}
