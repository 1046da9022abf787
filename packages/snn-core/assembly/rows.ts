import { lift, lower, plus, plusProduct } from './arithmetic'

/** x, or with a floating point `Value` its product with v, on top of a lifted sum. */
function plusRow<Value>(sum: v128, v: v128, x: v128): v128 {
  return isFloat<Value>() ? plusProduct(sum, v, x) : plus(sum, x)
}

/**
 * out[p] += Σ of the listed rows, for n outputs of one block of channels: the one loop that convolutions, their input
 * gradients and their weight gradients spend their time in. The sums of one output stay in registers while its list is
 * walked; every addition and product is rounded on its own and in the order of the list. Four rows at a time: compilers
 * that unroll a loop over single rows by themselves keep a sum in memory then.
 *
 * `Block` stands for the width of the block: its size in bytes is the number of vectors of four channels (u64: 32
 * channels). With a floating point `Value` every row is multiplied by its listed value first.
 *
 * @param rows first row of the table; a row is one block of channels
 * @param lists, values, counts list of output p: `counts[p]` entries from p·cap on, row numbers in 16 bits
 * @param stride bytes between outputs
 * @param skip 0, or a word per output: outputs whose word is 0 are not needed and left as they are
 * @param size binary16: bytes of a row of the table, of which this may be a part
 */
function addRows<Block, Value>(
  rows: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  out: usize,
  stride: usize,
  n: usize,
  skip: usize,
  size: usize,
): void {
  const shift: usize = HALF ? ctz<usize>(size) : 4 + ctz<usize>(sizeof<Block>())
  const none = f32x4.splat(0)
  for (let p: usize = 0; p < n; p++, out += stride) {
    const count: usize = load<u32>(counts + (p << 2))
    if (count === 0) continue
    if (skip !== 0 && load<u32>(skip + (p << 2)) === 0) continue
    let at = lists + ((p * cap) << 1)
    let value = values + ((p * cap) << 2)
    const end = at + (count << 1)
    let a0 = lift(v128.load(out))
    let a1: v128 = a0
    let a2: v128 = a0
    let a3: v128 = a0
    let a4: v128 = a0
    let a5: v128 = a0
    let a6: v128 = a0
    let a7: v128 = a0
    if (sizeof<Block>() >= 2) a1 = lift(v128.load(out, 16))
    if (sizeof<Block>() >= 4) {
      a2 = lift(v128.load(out, 32))
      a3 = lift(v128.load(out, 48))
    }
    if (sizeof<Block>() >= 8) {
      a4 = lift(v128.load(out, 64))
      a5 = lift(v128.load(out, 80))
      a6 = lift(v128.load(out, 96))
      a7 = lift(v128.load(out, 112))
    }
    // binary16 spends its time on rounding, narrow blocks on their lists: their rows come one by one
    const single = HALF || sizeof<Block>() < 8
    for (let odd = single ? count : count & 3; odd > 0; odd--, at += 2) {
      const row = rows + ((<usize>load<u16>(at)) << shift)
      let v = none
      if (isFloat<Value>()) {
        v = v128.load32_splat(value)
        value += 4
      }
      a0 = plusRow<Value>(a0, v, v128.load(row))
      if (sizeof<Block>() >= 2) a1 = plusRow<Value>(a1, v, v128.load(row, 16))
      if (sizeof<Block>() >= 4) {
        a2 = plusRow<Value>(a2, v, v128.load(row, 32))
        a3 = plusRow<Value>(a3, v, v128.load(row, 48))
      }
      if (sizeof<Block>() >= 8) {
        a4 = plusRow<Value>(a4, v, v128.load(row, 64))
        a5 = plusRow<Value>(a5, v, v128.load(row, 80))
        a6 = plusRow<Value>(a6, v, v128.load(row, 96))
        a7 = plusRow<Value>(a7, v, v128.load(row, 112))
      }
    }
    for (; !single && at < end; at += 8) {
      const row0 = rows + ((<usize>load<u16>(at)) << shift)
      const row1 = rows + ((<usize>load<u16>(at, 2)) << shift)
      const row2 = rows + ((<usize>load<u16>(at, 4)) << shift)
      const row3 = rows + ((<usize>load<u16>(at, 6)) << shift)
      let v0 = none
      let v1 = none
      let v2 = none
      let v3 = none
      if (isFloat<Value>()) {
        v0 = v128.load32_splat(value)
        v1 = v128.load32_splat(value, 4)
        v2 = v128.load32_splat(value, 8)
        v3 = v128.load32_splat(value, 12)
        value += 16
      }
      a0 = plusRow<Value>(a0, v0, v128.load(row0))
      if (sizeof<Block>() >= 2) a1 = plusRow<Value>(a1, v0, v128.load(row0, 16))
      if (sizeof<Block>() >= 4) {
        a2 = plusRow<Value>(a2, v0, v128.load(row0, 32))
        a3 = plusRow<Value>(a3, v0, v128.load(row0, 48))
      }
      if (sizeof<Block>() >= 8) {
        a4 = plusRow<Value>(a4, v0, v128.load(row0, 64))
        a5 = plusRow<Value>(a5, v0, v128.load(row0, 80))
        a6 = plusRow<Value>(a6, v0, v128.load(row0, 96))
        a7 = plusRow<Value>(a7, v0, v128.load(row0, 112))
      }
      a0 = plusRow<Value>(a0, v1, v128.load(row1))
      if (sizeof<Block>() >= 2) a1 = plusRow<Value>(a1, v1, v128.load(row1, 16))
      if (sizeof<Block>() >= 4) {
        a2 = plusRow<Value>(a2, v1, v128.load(row1, 32))
        a3 = plusRow<Value>(a3, v1, v128.load(row1, 48))
      }
      if (sizeof<Block>() >= 8) {
        a4 = plusRow<Value>(a4, v1, v128.load(row1, 64))
        a5 = plusRow<Value>(a5, v1, v128.load(row1, 80))
        a6 = plusRow<Value>(a6, v1, v128.load(row1, 96))
        a7 = plusRow<Value>(a7, v1, v128.load(row1, 112))
      }
      a0 = plusRow<Value>(a0, v2, v128.load(row2))
      if (sizeof<Block>() >= 2) a1 = plusRow<Value>(a1, v2, v128.load(row2, 16))
      if (sizeof<Block>() >= 4) {
        a2 = plusRow<Value>(a2, v2, v128.load(row2, 32))
        a3 = plusRow<Value>(a3, v2, v128.load(row2, 48))
      }
      if (sizeof<Block>() >= 8) {
        a4 = plusRow<Value>(a4, v2, v128.load(row2, 64))
        a5 = plusRow<Value>(a5, v2, v128.load(row2, 80))
        a6 = plusRow<Value>(a6, v2, v128.load(row2, 96))
        a7 = plusRow<Value>(a7, v2, v128.load(row2, 112))
      }
      a0 = plusRow<Value>(a0, v3, v128.load(row3))
      if (sizeof<Block>() >= 2) a1 = plusRow<Value>(a1, v3, v128.load(row3, 16))
      if (sizeof<Block>() >= 4) {
        a2 = plusRow<Value>(a2, v3, v128.load(row3, 32))
        a3 = plusRow<Value>(a3, v3, v128.load(row3, 48))
      }
      if (sizeof<Block>() >= 8) {
        a4 = plusRow<Value>(a4, v3, v128.load(row3, 64))
        a5 = plusRow<Value>(a5, v3, v128.load(row3, 80))
        a6 = plusRow<Value>(a6, v3, v128.load(row3, 96))
        a7 = plusRow<Value>(a7, v3, v128.load(row3, 112))
      }
    }
    v128.store(out, lower(a0))
    if (sizeof<Block>() >= 2) v128.store(out, lower(a1), 16)
    if (sizeof<Block>() >= 4) {
      v128.store(out, lower(a2), 32)
      v128.store(out, lower(a3), 48)
    }
    if (sizeof<Block>() >= 8) {
      v128.store(out, lower(a4), 64)
      v128.store(out, lower(a5), 80)
      v128.store(out, lower(a6), 96)
      v128.store(out, lower(a7), 112)
    }
  }
}

/** Zeros, where sums start from: typed arrays fill memory that threads share value by value. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
}

/** `addRows` for a block of 4, 8, 16 or 32 channels. */
function addBlock<Value>(
  width: i32,
  rows: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  out: usize,
  stride: usize,
  n: usize,
  skip: usize,
): void {
  const size = (<usize>width) << 2
  if (width === 32) addRows<u64, Value>(rows, lists, values, counts, cap, out, stride, n, skip, size)
  else if (width === 16) {
    if (HALF) {
      // half of the channels at a time, for less code
      addRows<u16, Value>(rows, lists, values, counts, cap, out, stride, n, skip, size)
      addRows<u16, Value>(rows + 32, lists, values, counts, cap, out + 32, stride, n, skip, size)
    } else addRows<u32, Value>(rows, lists, values, counts, cap, out, stride, n, skip, size)
  } else if (width === 8) addRows<u16, Value>(rows, lists, values, counts, cap, out, stride, n, skip, size)
  else addRows<u8, Value>(rows, lists, values, counts, cap, out, stride, n, skip, size)
}

/** The same; `values` 0: the rows as they are. */
export function sumRows(
  width: i32,
  rows: usize,
  lists: usize,
  values: usize,
  counts: usize,
  cap: usize,
  out: usize,
  stride: usize,
  n: usize,
  skip: usize,
): void {
  if (values === 0) addBlock<u32>(width, rows, lists, values, counts, cap, out, stride, n, skip)
  else addBlock<f32>(width, rows, lists, values, counts, cap, out, stride, n, skip)
}
