import { addRounded, roundProduct, roundSum } from './f16'

export { countCycles, packLists, sumRows } from './cycles'

/** Bytes of a record's head: live rows, running sum, number of the output, unused. */
const HEAD: usize = 16

/**
 * What the PEs of a block of rows issue for each output: for every row the conv IDs whose gradient is not zero, ascending,
 * with that gradient. Rows without any are left out: they give +0.
 * Record: rows that issue, running sum, output, 0; per row: its number, conv IDs; per conv ID: weight, gradient (f32).
 * @param outputs two words per output: what it adds to the places, where its running sum lies in a block of columns
 * @param places address of every row's and conv ID's gradient
 * @param step bytes from the weights of one conv ID to those of the next
 * @param done where the number of outputs dealt with is written: all, unless the space runs out
 * @returns address behind the last record
 */
export function buildIssues(
  outputs: usize,
  n: i32,
  rows: i32,
  taps: i32,
  places: usize,
  step: u32,
  record: usize,
  end: usize,
  done: usize,
): usize {
  const most = HEAD + <usize>rows * (8 + ((<usize>taps) << 3))
  let at = record
  let o: i32 = 0
  for (; o < n; o++) {
    if (at + most > end) break
    const beside = <usize>load<u32>(outputs + ((<usize>o) << 3))
    let entry = at + HEAD
    let live: u32 = 0
    let place = places
    for (let row: i32 = 0; row < rows; row++) {
      let next = entry + 8
      for (let id: i32 = 0; id < taps; id++, place += 4) {
        const from = <usize>load<u32>(place) + beside
        const gradient = load<f32>(from)
        if (gradient === 0) continue
        store<u32>(next, <u32>(row * taps + id) * step)
        store<f32>(next, gradient, 4)
        next += 8
      }
      const issued = <u32>((next - entry - 8) >> 3)
      if (issued === 0) continue
      store<i32>(entry, row)
      store<u32>(entry, issued, 4)
      live++
      entry = next
    }
    if (live === 0) continue
    store<u32>(at, live)
    store<u32>(at, load<u32>(outputs + ((<usize>o) << 3), 4), 4)
    store<i32>(at, o, 8)
    at = entry
  }
  store<i32>(done, o)
  return at
}

/** Σ gradient·weight of one row for 16 columns at a time: every product rounded, then added and rounded, from +0. */
function accumulate(out: usize, entries: usize, n: u32, weights: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 64) {
    let a = f32x4.splat(0)
    let b = a
    let c = a
    let d = a
    let entry = entries
    for (let e: u32 = 0; e < n; e++, entry += 8) {
      const w = weights + <usize>load<u32>(entry) + i
      const g = v128.load32_splat(entry, 4)
      a = roundSum(f32x4.add(a, roundProduct(f32x4.mul(g, v128.load(w)))))
      b = roundSum(f32x4.add(b, roundProduct(f32x4.mul(g, v128.load(w, 16)))))
      c = roundSum(f32x4.add(c, roundProduct(f32x4.mul(g, v128.load(w, 32)))))
      d = roundSum(f32x4.add(d, roundProduct(f32x4.mul(g, v128.load(w, 48)))))
    }
    v128.store(out + i, a)
    v128.store(out + i, b, 16)
    v128.store(out + i, c, 32)
    v128.store(out + i, d, 48)
  }
}

/**
 * Runs records for one block of columns: partial sums of the rows, their adder tree (pairs meet at the highest bit in
 * which two row numbers differ), the tree onto the running sum.
 * @param open one byte per output: 0 where no column of this block needs it
 * @param stack scratch: a word and a row of the block per level of the tree
 */
export function runIssues(
  record: usize,
  end: usize,
  weights: usize,
  sums: usize,
  open: usize,
  stack: usize,
  bytes: usize,
): void {
  const slots = stack + 256
  while (record < end) {
    const live = load<u32>(record)
    const sum = sums + <usize>load<u32>(record, 4)
    const skip = load<u8>(open + <usize>load<u32>(record, 8)) === 0
    record += HEAD
    if (skip) {
      for (let l: u32 = 0; l < live; l++) record += 8 + ((<usize>load<u32>(record, 4)) << 3)
      continue
    }
    let depth: i32 = 0
    let last: i32 = 0
    for (let l: u32 = 0; l < live; l++) {
      const row = load<i32>(record)
      const n = load<u32>(record, 4)
      if (depth > 0) {
        const level = 32 - clz<i32>(last ^ row)
        while (depth > 1 && load<i32>(stack + ((<usize>(depth - 1)) << 2)) < level) {
          depth--
          const left = slots + <usize>(depth - 1) * bytes
          addRounded(left, left, left + bytes, bytes)
        }
        store<i32>(stack + ((<usize>depth) << 2), level)
      }
      accumulate(slots + <usize>depth * bytes, record + 8, n, weights, bytes)
      depth++
      last = row
      record += 8 + ((<usize>n) << 3)
    }
    while (depth > 1) {
      depth--
      const left = slots + <usize>(depth - 1) * bytes
      addRounded(left, left, left + bytes, bytes)
    }
    addRounded(sum, sum, slots, bytes)
  }
}
