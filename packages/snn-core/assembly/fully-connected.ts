import { lift, lower, plusProduct } from './arithmetic'

/*
 * Fully connected layers whose sums run along the weights as they lie in their tensor [output][input]: no weight and no
 * gradient is transposed. Bits of their neurons lie side by side, one per output.
 */

/**
 * Words of one block with one place per map as bits of neurons, `bytes` of each word at `to + map · toStride`: bytes that
 * other threads may write are left alone.
 */
export function gatherBits(words: usize, maps: i32, bytes: i32, to: usize, toStride: usize): void {
  for (let m = 0; m < maps; m++, words += 4, to += toStride) {
    let word = load<u32>(words)
    if (bytes === 4) store<u32>(to, word)
    else for (let i: usize = 0; i < <usize>bytes; i++, word >>>= 8) store<u8>(to + i, <u8>word)
  }
}

/**
 * Set bits of every map, numbered through its channels (place p of channel c: c · places + p), as a list per map.
 * @param positions 16 bytes per value of a byte: where its bits are set, ascending, in u16; lists are written in pieces
 *   of 16 bytes, beyond their ends but not their room where another follows
 * @returns entries written
 */
export function listBits(
  bits: usize,
  mapStride: usize,
  channelStride: usize,
  maps: i32,
  channels: i32,
  places: i32,
  positions: usize,
  lists: usize,
  counts: usize,
  cap: usize,
): i32 {
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bits += mapStride, lists += cap << 1) {
    let to = lists
    let from = bits
    let base: i32 = 0
    for (let c = 0; c < channels; c++, from += channelStride, base += places) {
      for (let p = 0; p < places; p += 32) {
        let word = load<u32>(from + (<usize>p >> 3))
        let first = i16x8.splat(<i16>(base + p))
        while (word !== 0) {
          const byte: u32 = word & 255
          v128.store(to, i16x8.add(v128.load(positions + ((<usize>byte) << 4)), first))
          to += (<usize>popcnt(byte)) << 1
          first = i16x8.add(first, i16x8.splat(8))
          word >>>= 8
        }
      }
    }
    const n = <u32>((to - lists) >> 1)
    store<u32>(counts + ((<usize>m) << 2), n)
    total += <i32>n
  }
  return total
}

/** 8 × 8 bits: bit j of byte i becomes bit i of byte j. */
function transposeByte(x: u64): u64 {
  let t = (x ^ (x >> 7)) & (((<u64>0x00aa00aa) << 32) | 0x00aa00aa)
  x ^= t ^ (t << 7)
  t = (x ^ (x >> 14)) & 0x0000cccc0000cccc
  x ^= t ^ (t << 14)
  t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0
  return x ^ t ^ (t << 28)
}

/**
 * Bits [map][channel][place] as bits [channel][place][map], `pitch` bytes (whole words) each; maps whose word of
 * `active` is 0 count as zeros.
 */
export function transposeMaps(
  bits: usize,
  mapStride: usize,
  channelStride: usize,
  maps: i32,
  channels: i32,
  places: i32,
  active: usize,
  out: usize,
  pitch: usize,
): void {
  for (let c = 0; c < channels; c++, bits += channelStride) {
    for (let p = 0; p < places; p += 8) {
      const rows = min(8, places - p)
      for (let m = 0; m < maps; m += 8) {
        let x: u64 = 0
        let from = bits + <usize>m * mapStride + (<usize>p >> 3)
        for (let i = 0, n = min(8, maps - m); i < n; i++, from += mapStride)
          if (load<u32>(active + ((<usize>(m + i)) << 2)) !== 0) x |= (<u64>load<u8>(from)) << (<u64>(i << 3))
        x = transposeByte(x)
        let to = out + (<usize>m >> 3)
        for (let row = 0; row < rows; row++, x >>= 8, to += pitch) store<u8>(to, <u8>x)
      }
      // the rest of the last word
      for (let m = (maps + 7) & ~7; m < <i32>(pitch << 3); m += 8)
        for (let row = 0; row < rows; row++) store<u8>(out + <usize>row * pitch + (<usize>m >> 3), 0)
      out += <usize>rows * pitch
    }
  }
}

/**
 * Non-zero ∇u of outputs k0 to k0 + many (k0 a multiple of 32), map by map: list m gets k − k0 and the value.
 * @param gradU value of output k in map m: block(k) + m · width(k) + lane(k)
 * @param channelTable per output 8 bytes: u32 byte offset of its first value, u32 bytes between maps
 * @returns entries written
 */
export function listByMap(
  bits: usize,
  mapStride: usize,
  maps: i32,
  k0: i32,
  many: i32,
  gradU: usize,
  channelTable: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
): i32 {
  let total: i32 = 0
  bits += <usize>k0 >> 3
  channelTable += (<usize>k0) << 3
  for (let m = 0; m < maps; m++, bits += mapStride, lists += cap << 1, values += cap << 2) {
    let n: usize = 0
    for (let k = 0; k < many; k += 32) {
      let word = load<u32>(bits + (<usize>k >> 3))
      while (word !== 0) {
        const own = k + <i32>ctz(word)
        word &= word - 1
        if (own >= many) break
        const entry = channelTable + ((<usize>own) << 3)
        const value = load<f32>(gradU + <usize>load<u32>(entry) + <usize>m * <usize>load<u32>(entry, 4))
        store<u16>(lists + (n << 1), <u16>own)
        store<f32>(values + (n << 2), value)
        n++
      }
    }
    store<u32>(counts + ((<usize>m) << 2), <u32>n)
    total += <i32>n
  }
  return total
}

/** The same by outputs, 0 to K: list k gets the map and the value, maps ascending. */
export function listByOutput(
  bits: usize,
  mapStride: usize,
  maps: i32,
  K: i32,
  gradU: usize,
  channelTable: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
): i32 {
  memory.fill(counts, 0, (<usize>K) << 2)
  let total: i32 = 0
  for (let m = 0; m < maps; m++, bits += mapStride) {
    for (let k = 0; k < K; k += 32) {
      let word = load<u32>(bits + (<usize>k >> 3))
      while (word !== 0) {
        const own = k + <i32>ctz(word)
        word &= word - 1
        const entry = channelTable + ((<usize>own) << 3)
        const value = load<f32>(gradU + <usize>load<u32>(entry) + <usize>m * <usize>load<u32>(entry, 4))
        const count = counts + ((<usize>own) << 2)
        const n = <usize>load<u32>(count)
        const at = <usize>own * cap + n
        store<u16>(lists + (at << 1), <u16>m)
        store<f32>(values + (at << 2), value)
        store<u32>(count, <u32>n + 1)
        total++
      }
    }
  }
  return total
}

/**
 * Pieces of `rows` rows as panels of 32 values a row: values 32·b to 32·b + 31 of row r to `to + b·toBlock + r·128`.
 * Whole pieces are read, also past the end of a row.
 */
export function copyPanels(from: usize, fromRow: usize, rows: i32, panels: i32, to: usize, toBlock: usize): void {
  for (let r = 0; r < rows; r++, from += fromRow, to += 128) {
    let source = from
    let target = to
    for (let b = 0; b < panels; b++, source += 128, target += toBlock) {
      v128.store(target, v128.load(source))
      v128.store(target, v128.load(source, 16), 16)
      v128.store(target, v128.load(source, 32), 32)
      v128.store(target, v128.load(source, 48), 48)
      v128.store(target, v128.load(source, 64), 64)
      v128.store(target, v128.load(source, 80), 80)
      v128.store(target, v128.load(source, 96), 96)
      v128.store(target, v128.load(source, 112), 112)
    }
  }
}

/**
 * Bits of some channels of every map as float32, 1 or 0, in their order: map m from `out + m · pitch` on.
 * @param lanes 16 bytes per four bits: those lanes full of ones
 */
export function valuesOfBits(
  bits: usize,
  mapStride: usize,
  channelStride: usize,
  maps: i32,
  channels: i32,
  places: i32,
  lanes: usize,
  out: usize,
  pitch: usize,
): void {
  const one = f32x4.splat(1)
  for (let m = 0; m < maps; m++, bits += mapStride, out += pitch) {
    let to = out
    for (let c = 0; c < channels; c++, to += (<usize>places) << 2) {
      const from = bits + <usize>c * channelStride
      let at = to
      for (let p = 0; p < places; p += 32) {
        let word = load<u32>(from + (<usize>p >> 3))
        for (let left = min(32, places - p); left > 0; left -= 4, at += 16, word >>>= 4)
          v128.store(at, v128.and(v128.load(lanes + ((<usize>(word & 15)) << 4)), one))
      }
    }
  }
}

/** The same from bytes: `levels[q]`. */
export function valuesOfBytes(
  bytes: usize,
  mapStride: usize,
  maps: i32,
  n: i32,
  levels: usize,
  out: usize,
  pitch: usize,
): void {
  for (let m = 0; m < maps; m++, bytes += mapStride, out += pitch)
    for (let i: usize = 0; i < <usize>n; i++)
      store<f32>(out + (i << 2), load<f32>(levels + ((<usize>load<u8>(bytes + i)) << 2)))
}

/** Stores the first lanes of a vector, or adds them to what is there. */
function put(to: usize, x: v128, lanes: usize, add: bool): void {
  if (lanes >= 4) {
    v128.store(to, add ? f32x4.add(v128.load(to), x) : x)
    return
  }
  const f = add ? load<f32>(to) + f32x4.extract_lane(x, 0) : f32x4.extract_lane(x, 0)
  store<f32>(to, f)
  if (lanes > 1) store<f32>(to, add ? load<f32>(to, 4) + f32x4.extract_lane(x, 1) : f32x4.extract_lane(x, 1), 4)
  if (lanes > 2) store<f32>(to, add ? load<f32>(to, 8) + f32x4.extract_lane(x, 2) : f32x4.extract_lane(x, 2), 8)
}

/**
 * out[k][i] = Σ of the listed values · rows[listed][i], i from 0 to n, in the order of the list.
 * @param rows, pitch rows of at least n values, in whole vectors of 16
 * @param add adds the sums to what is there
 */
export function sumProducts(
  rows: usize,
  pitch: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  out: usize,
  outPitch: usize,
  K: i32,
  n: usize,
  add: bool,
): void {
  for (let k = 0; k < K; k++, out += outPitch, lists += cap << 1, values += cap << 2) {
    const count: usize = load<u32>(counts + ((<usize>k) << 2))
    if (count === 0) {
      if (!add) memory.fill(out, 0, n << 2)
      continue
    }
    const last = lists + (count << 1)
    for (let i: usize = 0; i < n; i += 16) {
      const column = rows + (i << 2)
      let a0 = lift(f32x4.splat(0))
      let a1 = a0
      let a2 = a0
      let a3 = a0
      let value = values
      for (let at = lists; at < last; at += 2, value += 4) {
        const row = column + <usize>load<u16>(at) * pitch
        const v = v128.load32_splat(value)
        a0 = plusProduct(a0, v, v128.load(row))
        a1 = plusProduct(a1, v, v128.load(row, 16))
        a2 = plusProduct(a2, v, v128.load(row, 32))
        a3 = plusProduct(a3, v, v128.load(row, 48))
      }
      const to = out + (i << 2)
      const left = n - i
      put(to, lower(a0), left, add)
      if (left > 4) put(to + 16, lower(a1), left - 4, add)
      if (left > 8) put(to + 32, lower(a2), left - 8, add)
      if (left > 12) put(to + 48, lower(a3), left - 12, add)
    }
  }
}
