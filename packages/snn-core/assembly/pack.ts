/*
 * Weights between the layout of the tensors and the blocks of channels that the sums read: all by transposing 4 × 4
 * values in registers.
 */

function transposeFour(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize, rows: i32): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5))
  if (rows > 1) v128.store(to + stride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7))
  if (rows > 2) v128.store(to + 2 * stride, v128.shuffle<f32>(AB, CD, 0, 1, 4, 5))
  if (rows > 3) v128.store(to + 3 * stride, v128.shuffle<f32>(AB, CD, 2, 3, 6, 7))
}

/**
 * `planes` matrices of m rows (whose length is padded to whole vectors) into their transposes of n rows: row j of plane
 * t from `from + j·fromRow + t·fromPlane`, row i of its transpose to `to + i·toRow + t·toPlane`. Rows past m count as
 * zeros; rows are written in whole vectors.
 */
export function transposePlanes(
  from: usize,
  fromRow: usize,
  fromPlane: usize,
  m: i32,
  to: usize,
  toRow: usize,
  toPlane: usize,
  n: i32,
  planes: i32,
): void {
  const none = f32x4.splat(0)
  for (let t = 0; t < planes; t++, from += fromPlane, to += toPlane) {
    for (let j = 0; j < m; j += 4) {
      const row = from + <usize>j * fromRow
      for (let i = 0; i < n; i += 4) {
        const at = row + ((<usize>i) << 2)
        const a = v128.load(at)
        const b = j + 1 < m ? v128.load(at + fromRow) : none
        const c = j + 2 < m ? v128.load(at + 2 * fromRow) : none
        const d = j + 3 < m ? v128.load(at + 3 * fromRow) : none
        transposeFour(a, b, c, d, to + <usize>i * toRow + ((<usize>j) << 2), toRow, n - i)
      }
    }
  }
}

/**
 * Transpose of a block of rows into rows of places: lane's values at `to + lane·toStride`, one float32 per row.
 * @param add adds them to what is there instead
 */
export function unpackRows(
  from: usize,
  width: i32,
  rows: i32,
  lanes: i32,
  to: usize,
  toStride: usize,
  add: bool,
): void {
  const place = (<usize>width) << 2
  let row = 0
  for (; row + 4 <= rows; row += 4) {
    const at = from + <usize>row * place
    for (let lane = 0; lane < lanes; lane += 4) {
      const source = at + ((<usize>lane) << 2)
      const target = to + <usize>lane * toStride + ((<usize>row) << 2)
      const a = v128.load(source)
      const b = v128.load(source + place)
      const c = v128.load(source + 2 * place)
      const d = v128.load(source + 3 * place)
      if (add) addTransposed(a, b, c, d, target, toStride, lanes - lane)
      else transposeFour(a, b, c, d, target, toStride, lanes - lane)
    }
  }
  for (; row < rows; row++)
    for (let lane = 0; lane < lanes; lane++) {
      const value = load<f32>(from + <usize>row * place + ((<usize>lane) << 2))
      const target = to + <usize>lane * toStride + ((<usize>row) << 2)
      store<f32>(target, add ? load<f32>(target) + value : value)
    }
}

function addTransposed(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize, rows: i32): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5)
  const AB = v128.shuffle<f32>(a, b, 2, 6, 3, 7)
  const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5)
  const CD = v128.shuffle<f32>(c, d, 2, 6, 3, 7)
  v128.store(to, f32x4.add(v128.load(to), v128.shuffle<f32>(ab, cd, 0, 1, 4, 5)))
  if (rows > 1) v128.store(to + stride, f32x4.add(v128.load(to + stride), v128.shuffle<f32>(ab, cd, 2, 3, 6, 7)))
  if (rows > 2)
    v128.store(to + 2 * stride, f32x4.add(v128.load(to + 2 * stride), v128.shuffle<f32>(AB, CD, 0, 1, 4, 5)))
  if (rows > 3)
    v128.store(to + 3 * stride, f32x4.add(v128.load(to + 3 * stride), v128.shuffle<f32>(AB, CD, 2, 3, 6, 7)))
}

/**
 * Weights of kernels with the pooling folded in: `pairs` kernels of `taps` into kernels of `wide` places, each the sum
 * of the weights that the listed shifts (u16 tap, u16 place) bring there, ÷ divisor.
 */
export function foldTaps(
  from: usize,
  to: usize,
  pairs: i32,
  taps: i32,
  wide: i32,
  shifts: usize,
  count: i32,
  divisor: f32,
): void {
  const size = (<usize>wide) << 2
  for (let pair = 0; pair < pairs; pair++, from += (<usize>taps) << 2, to += size) {
    memory.fill(to, 0, size)
    for (let i: usize = 0; i < <usize>count; i++) {
      const shift = shifts + (i << 2)
      const target = to + ((<usize>load<u16>(shift, 2)) << 2)
      store<f32>(target, load<f32>(target) + load<f32>(from + ((<usize>load<u16>(shift)) << 2)))
    }
    for (let i: usize = 0; i < size; i += 4) store<f32>(to + i, load<f32>(to + i) / divisor)
  }
}

/** The transpose of `foldTaps`: `places` lists for each tap the `each` (u16) places that its weight went to. */
export function unfoldTaps(
  from: usize,
  to: usize,
  pairs: i32,
  taps: i32,
  wide: i32,
  places: usize,
  each: i32,
  divisor: f32,
  add: bool,
): void {
  for (let pair = 0; pair < pairs; pair++, from += (<usize>wide) << 2) {
    let at = places
    for (let tap = 0; tap < taps; tap++, to += 4) {
      let sum: f32 = 0
      for (let i = 0; i < each; i++, at += 2) sum += load<f32>(from + ((<usize>load<u16>(at)) << 2))
      sum /= divisor
      store<f32>(to, add ? load<f32>(to) + sum : sum)
    }
  }
}

/**
 * Real values of a block of channels [map][padded place][channel] from bits per channel: 1 where the bit is set, else 0.
 * @param inside u16 per place: where it is in the padded map of `padded` places, 0xffff if no window reaches it
 */
export function expandBits(
  bits: usize,
  mapStride: usize,
  channelStride: usize,
  maps: i32,
  channels: i32,
  words: i32,
  inside: usize,
  padded: i32,
  width: i32,
  out: usize,
): void {
  const size = (<usize>(padded * width)) << 2
  memory.fill(out, 0, <usize>maps * size)
  for (let m = 0; m < maps; m++, bits += mapStride, out += size) {
    for (let c = 0; c < channels; c++) {
      const from = bits + <usize>c * channelStride
      const to = out + ((<usize>c) << 2)
      for (let w = 0; w < words; w++) {
        let word = load<u32>(from + ((<usize>w) << 2))
        while (word !== 0) {
          const place = <usize>load<u16>(inside + ((<usize>((w << 5) + ctz(word))) << 1))
          word &= word - 1
          if (place !== 0xffff) store<f32>(to + ((place * <usize>width) << 2), 1)
        }
      }
    }
  }
}

/** The same from bytes per place: `levels[q]`. */
export function expandLevels(
  bytes: usize,
  mapStride: usize,
  channelStride: usize,
  maps: i32,
  channels: i32,
  levels: usize,
  places: i32,
  inside: usize,
  padded: i32,
  width: i32,
  out: usize,
): void {
  const size = (<usize>(padded * width)) << 2
  memory.fill(out, 0, <usize>maps * size)
  for (let m = 0; m < maps; m++, bytes += mapStride, out += size) {
    for (let c = 0; c < channels; c++) {
      const from = bytes + <usize>c * channelStride
      const to = out + ((<usize>c) << 2)
      for (let p: usize = 0; p < <usize>places; p++) {
        const place = <usize>load<u16>(inside + (p << 1))
        if (place === 0xffff) continue
        store<f32>(to + ((place * <usize>width) << 2), load<f32>(levels + ((<usize>load<u8>(from + p)) << 2)))
      }
    }
  }
}
