/** Σ of the 16 unsigned bytes of a vector. */
function sumBytes(x: v128): u32 {
  const pairs = i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(x))
  return (
    i32x4.extract_lane(pairs, 0) +
    i32x4.extract_lane(pairs, 1) +
    i32x4.extract_lane(pairs, 2) +
    i32x4.extract_lane(pairs, 3)
  )
}

/**
 * Pop-counts of the windows of 16 rows side by side, and what they cost a PE: at least `least` cycles, or `fixed` where
 * inputs are not skipped. Adds what the rows come to at every position.
 * @param valid 16 bytes, one per row, for each of (H + k − 1)×(W + k − 1) positions
 * @param rows real rows; the other lanes stay 0
 * @param wide true: costs in 16 bits, in two vectors `apart` bytes from each other
 * @param counts, costs, empties a word per position: Σ valid inputs, Σ cycles, windows without a valid input
 * @param scratch 16 bytes for each of (H + k − 1)×W positions
 */
export function sumRows(
  valid: usize,
  H: i32,
  W: i32,
  kernel: i32,
  least: i32,
  fixed: i32,
  rows: i32,
  wide: i32,
  packed: usize,
  apart: usize,
  counts: usize,
  costs: usize,
  empties: usize,
  scratch: usize,
): void {
  const pitch = W + kernel - 1
  for (let y: i32 = 0; y < H + kernel - 1; y++)
    for (let x: i32 = 0; x < W; x++) {
      let at = valid + ((<usize>(y * pitch + x)) << 4)
      let sum = v128.load(at)
      for (let i: i32 = 1; i < kernel; i++) {
        at += 16
        sum = i8x16.add(sum, v128.load(at))
      }
      v128.store(scratch + ((<usize>(y * W + x)) << 4), sum)
    }
  const real = rows === 16 ? 0xffff : (1 << rows) - 1
  const lane = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  const mask = i8x16.lt_s(lane, i8x16.splat(<i8>rows))
  const minimum = v128.and(i8x16.splat(<i8>least), mask)
  const constant = v128.and(i8x16.splat(<i8>fixed), mask)
  const zero = i8x16.splat(0)
  for (let p: i32 = 0; p < H * W; p++) {
    let at = scratch + ((<usize>p) << 4)
    let sum = v128.load(at)
    for (let i: i32 = 1; i < kernel; i++) {
      at += (<usize>W) << 4
      sum = i8x16.add(sum, v128.load(at))
    }
    const cost = fixed > 0 ? constant : i8x16.max_u(sum, minimum)
    const word = (<usize>p) << 2
    store<u32>(counts + word, load<u32>(counts + word) + sumBytes(sum))
    store<u32>(costs + word, load<u32>(costs + word) + sumBytes(cost))
    const empty = popcnt<i32>(i8x16.bitmask(i8x16.eq(sum, zero)) & real)
    store<u32>(empties + word, load<u32>(empties + word) + empty)
    if (wide) {
      v128.store(packed + ((<usize>p) << 4), i16x8.extend_low_i8x16_u(cost))
      v128.store(packed + apart + ((<usize>p) << 4), i16x8.extend_high_i8x16_u(cost))
    } else v128.store(packed + ((<usize>p) << 4), cost)
  }
}

/**
 * Valid outputs of a tile for columns from ≤ c < to in raster order, as offsets of their positions in the cost vectors.
 * @param open bytes C × H·W
 * @param starts to − from + 1 words: where the list of each column begins
 * @param opened a word per position of the map: columns with an open mask (those of the tile are set)
 * @returns outputs of the fullest column
 */
export function packLists(
  open: usize,
  positions: i32,
  W: i32,
  y: i32,
  x: i32,
  h: i32,
  w: i32,
  from: i32,
  to: i32,
  ids: usize,
  starts: usize,
  opened: usize,
): i32 {
  for (let row: i32 = y; row < y + h; row++)
    for (let at: i32 = row * W + x; at < row * W + x + w; at++) store<u32>(opened + ((<usize>at) << 2), 0)
  let n: i32 = 0
  let fullest: i32 = 0
  store<u32>(starts, 0)
  for (let c: i32 = from; c < to; c++) {
    const before = n
    const map = open + <usize>c * <usize>positions
    for (let row: i32 = y; row < y + h; row++)
      for (let at: i32 = row * W + x; at < row * W + x + w; at++) {
        const bit = <i32>load<u8>(map + at)
        const place = opened + ((<usize>at) << 2)
        store<u32>(place, load<u32>(place) + bit)
        store<u32>(ids + ((<usize>n) << 2), at << 4)
        n += bit
      }
    fullest = max(fullest, n - before)
    store<u32>(starts + ((<usize>(c - from + 1)) << 2), n)
  }
  return fullest
}

/**
 * Cycles of the PEs of a tile: for every column, the k-th of its outputs goes to PE k mod g; the costs of 16 rows (8 where
 * they have 16 bits) are added side by side.
 * @param vectors vectors of rows, `apart` bytes from each other
 * @param result two words: cycles of the busiest PE, Σ over groups of their busiest PE
 */
export function countCycles(
  packed: usize,
  apart: usize,
  vectors: i32,
  wide: i32,
  ids: usize,
  starts: usize,
  cols: i32,
  groupSize: i32,
  result: usize,
): void {
  let busiest = i8x16.splat(0)
  let groups: u32 = 0
  for (let c: i32 = 0; c < cols; c++) {
    const from = ids + ((<usize>load<u32>(starts + ((<usize>c) << 2))) << 2)
    const to = ids + ((<usize>load<u32>(starts + ((<usize>c) << 2), 4)) << 2)
    if (from === to) continue
    let table = packed
    for (let v: i32 = 0; v < vectors; v++, table += apart) {
      let most = i8x16.splat(0)
      if (groupSize === 4 && !wide) {
        let s0 = i8x16.splat(0)
        let s1 = s0
        let s2 = s0
        let s3 = s0
        let at = from
        for (; at + 16 <= to; at += 16) {
          s0 = i8x16.add(s0, v128.load(table + load<u32>(at)))
          s1 = i8x16.add(s1, v128.load(table + load<u32>(at, 4)))
          s2 = i8x16.add(s2, v128.load(table + load<u32>(at, 8)))
          s3 = i8x16.add(s3, v128.load(table + load<u32>(at, 12)))
        }
        if (at < to) s0 = i8x16.add(s0, v128.load(table + load<u32>(at)))
        if (at + 4 < to) s1 = i8x16.add(s1, v128.load(table + load<u32>(at, 4)))
        if (at + 8 < to) s2 = i8x16.add(s2, v128.load(table + load<u32>(at, 8)))
        most = i8x16.max_u(i8x16.max_u(s0, s1), i8x16.max_u(s2, s3))
      } else
        for (let pe: i32 = 0; pe < groupSize; pe++) {
          let sum = i8x16.splat(0)
          for (let at = from + ((<usize>pe) << 2); at < to; at += (<usize>groupSize) << 2) {
            const cost = v128.load(table + load<u32>(at))
            sum = wide ? i16x8.add(sum, cost) : i8x16.add(sum, cost)
          }
          most = wide ? i16x8.max_u(most, sum) : i8x16.max_u(most, sum)
        }
      if (wide) {
        busiest = i16x8.max_u(busiest, most)
        const pairs = i32x4.extadd_pairwise_i16x8_u(most)
        groups +=
          i32x4.extract_lane(pairs, 0) +
          i32x4.extract_lane(pairs, 1) +
          i32x4.extract_lane(pairs, 2) +
          i32x4.extract_lane(pairs, 3)
      } else {
        busiest = i8x16.max_u(busiest, most)
        groups += sumBytes(most)
      }
    }
  }
  let top: u32 = 0
  store<u32>(result, groups, 4)
  v128.store(result, busiest, 16)
  if (wide) for (let i: usize = 0; i < 16; i += 2) top = max(top, <u32>load<u16>(result + i, 16))
  else for (let i: usize = 0; i < 16; i++) top = max(top, <u32>load<u8>(result + i, 16))
  store<u32>(result, top)
}
