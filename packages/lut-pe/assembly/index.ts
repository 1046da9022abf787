import { addRounded, roundProduct, roundSum } from './f16'

/**
 * Contents of a sub-LUT for one block of columns: entry[b] = entry[b without its top bit] + operand[top bit], rounded.
 * Operands from `count` on are absent (+0). `at`: entry 0; entries lie `bytes` apart.
 * @param list addresses of the operands' values for column 0; `shift` bytes on is this block
 */
export function fillTable(at: usize, inputs: i32, count: i32, list: usize, shift: usize, bytes: usize): void {
  memory.fill(at, 0, bytes)
  for (let top: i32 = 0; top < inputs; top++) {
    const half = at + ((<usize>1) << top) * bytes
    if (top < count) {
      const operand = <usize>load<u32>(list + ((<usize>top) << 2)) + shift
      for (let rest: usize = 0; rest < (<usize>1) << top; rest++)
        addRounded(half + rest * bytes, at + rest * bytes, operand, bytes)
    } else memory.copy(half, at, half - at)
  }
}

/** One output of a batch: where its bits lie beside the leaves' own, and its running sums in a block of columns. */
const OUTPUT_BYTES: usize = 8
/** One leaf: how many bits address it, where the list of their places starts, where its entry 0 lies in a region. */
const LEAF_BYTES: usize = 12

/**
 * What a column's adder tree does for each output, as a list of additions of rows: leaves with an all-zero address are
 * left out, the others are joined where their subtrees meet (the level is the highest bit in which two leaf numbers
 * differ). The list is the same for every block of columns.
 * Record: additions, result, running sum, factor (f32); then to, left, right of each addition. Addresses in a region.
 * @param stack scratch of 2 words per level of the tree
 * @param end address behind the space for records
 * @param done where the number of outputs dealt with is written: all, unless the space runs out
 * @returns address behind the last record
 */
export function buildPrograms(
  outputs: usize,
  n: i32,
  leaves: usize,
  leafCount: i32,
  places: usize,
  planes: i32,
  scales: usize,
  bytes: usize,
  stack: usize,
  record: usize,
  end: usize,
  done: usize,
): usize {
  const most = 16 + <usize>leafCount * 12
  let at = record
  let o: i32 = 0
  for (; o < n; o++) {
    if (at + most * <usize>planes > end) break
    const output = outputs + <usize>o * OUTPUT_BYTES
    const beside = <usize>load<u32>(output)
    const sum = load<u32>(output, 4)
    for (let plane = planes - 1; plane >= 0; plane--) {
      let op = at + 16
      let depth: i32 = 0
      let last: i32 = 0
      for (let l: i32 = 0; l < leafCount; l++) {
        const leaf = leaves + <usize>l * LEAF_BYTES
        const bits = load<i32>(leaf)
        let place = places + ((<usize>load<u32>(leaf, 4)) << 2)
        let address: u32 = 0
        for (let i: i32 = 0; i < bits; i++, place += 4)
          address |= ((<u32>load<u8>(<usize>load<u32>(place) + beside) >>> plane) & 1) << i
        if (address === 0) continue
        if (depth > 0) {
          const level = 32 - clz<i32>(last ^ l)
          // subtrees that are complete before this leaf's one begins
          while (depth > 1 && load<i32>(stack + ((<usize>(depth - 1)) << 3), 4) < level) {
            depth--
            const left = stack + ((<usize>(depth - 1)) << 3)
            const to = <u32>(depth - 1) * <u32>bytes
            store<u32>(op, to)
            store<u32>(op, load<u32>(left), 4)
            store<u32>(op, load<u32>(stack + ((<usize>depth) << 3)), 8)
            op += 12
            store<u32>(left, to)
          }
          store<i32>(stack + ((<usize>depth) << 3), level, 4)
        }
        store<u32>(stack + ((<usize>depth) << 3), load<u32>(leaf, 8) + address * <u32>bytes)
        depth++
        last = l
      }
      if (depth === 0) continue
      while (depth > 1) {
        depth--
        const left = stack + ((<usize>(depth - 1)) << 3)
        const to = <u32>(depth - 1) * <u32>bytes
        store<u32>(op, to)
        store<u32>(op, load<u32>(left), 4)
        store<u32>(op, load<u32>(stack + ((<usize>depth) << 3)), 8)
        op += 12
        store<u32>(left, to)
      }
      store<u32>(at, <u32>((op - at - 16) / 12))
      store<u32>(at, load<u32>(stack), 4)
      store<u32>(at, sum, 8)
      store<f32>(at, load<f32>(scales + ((<usize>plane) << 2)), 12)
      at = op
    }
  }
  store<i32>(done, o)
  return at
}

/** Runs records for one block of columns: its region (stack and tables) and its running sums. */
export function runPrograms(record: usize, end: usize, region: usize, sums: usize, bytes: usize): void {
  while (record < end) {
    const additions = load<u32>(record)
    const result = region + <usize>load<u32>(record, 4)
    const sum = sums + <usize>load<u32>(record, 8)
    const scale = load<f32>(record, 12)
    record += 16
    for (let i: u32 = 0; i < additions; i++, record += 12)
      addRounded(
        region + <usize>load<u32>(record),
        region + <usize>load<u32>(record, 4),
        region + <usize>load<u32>(record, 8),
        bytes,
      )
    if (scale === 1) addRounded(sum, sum, result, bytes)
    else {
      const factor = f32x4.splat(scale)
      for (let i: usize = 0; i < bytes; i += 16) {
        const scaled = roundProduct(f32x4.mul(v128.load(result + i), factor))
        v128.store(sum + i, roundSum(f32x4.add(v128.load(sum + i), scaled)))
      }
    }
  }
}

/** Rounds products a[i]·b[i], i = 0..n−1 in steps of four: for tests of the rounding. */
export function multiplyRounded(out: usize, a: usize, b: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16)
    v128.store(out + i, roundProduct(f32x4.mul(v128.load(a + i), v128.load(b + i))))
}

/** Rounds sums a[i] + b[i]: for tests of the rounding. */
export function sumRounded(out: usize, a: usize, b: usize, bytes: usize): void {
  addRounded(out, a, b, bytes)
}
