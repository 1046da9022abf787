import type { LutKernels, LutMemory } from './lut-kernels'

/** Sizes of one job on the kernels: what the leaves hold, what is summed, what the bits lie in. */
export interface TableSumsJob {
  /** Output channels (columns of the array), cut into blocks that the kernels work on at a time. */
  readonly columns: number
  /** Inputs of every leaf of a column's adder tree; `words`: plain words instead of tables. */
  readonly inputs: readonly number[]
  readonly words: boolean
  /** Rows of `columns` operands held (weights, or gradients spread over positions); 0 when given with each load. */
  readonly operandRows: number
  /** Running sums of every column. */
  readonly sums: number
  /** Bytes of the padded input, one per value. */
  readonly dataBytes: number
  /** Factor of each plane's tree sum, lowest plane first: powers of two. */
  readonly scales: readonly number[]
}

/**
 * The array of LUT PEs with its Acc on the kernels: the same tables, lookups and order of addition as `lutPartialSums`
 * and `accumulator`, for 32 columns at a time. Made for one layer; the memory is shared with the next.
 */
export interface TableSums {
  /** Columns of a block, blocks. */
  readonly width: number
  readonly blocks: number
  readonly memory: LutMemory
  /** Where the input bytes lie. */
  readonly data: number
  /** Writes value `column` of operand row `row`. */
  readonly operandAt: (row: number, column: number) => number
  /** Loads a leaf of every block with tables of operand rows; those beyond `rows.length` are absent. */
  readonly load: (leaf: number, rows: readonly number[]) => void
  /** Index into `memory.f32` of the word of a leaf for a column (`words`). */
  readonly wordAt: (leaf: number, column: number) => number
  /** Bits of every leaf: places of its bits in the input, without what an output adds to them. */
  readonly address: (places: readonly (readonly number[])[]) => void
  /**
   * Output o of n looks up the leaves with its bits and adds the tree to running sum `first + o`.
   * @param beside what output o adds to the leaves' places
   */
  readonly add: (beside: Uint32Array | Int32Array, first: number) => void
  /** Index into `memory.f32` of a running sum. */
  readonly sumAt: (sum: number, column: number) => number
}

const levels = 16
const recordBytes = 1 << 18

/** @param n an integer from 1 to 2^31 − 1 */
const isPowerOfTwo = (n: number): boolean => (n & (n - 1)) === 0

/** True where every factor is a power of two: only then a lane's product has but one rounding. */
export const exactScales = (scales: readonly number[]): boolean =>
  scales.every((scale) => scale > 2 ** -20 && scale <= 1 && Number.isInteger(1 / scale) && isPowerOfTwo(1 / scale))

/**
 * Lays out the memory of a job. @returns undefined where the kernels cannot do it: no memory, or factors that are not
 * powers of two
 */
export const tableSums = (kernels: LutKernels, job: TableSumsJob): TableSums | undefined => {
  const { columns, inputs, words, operandRows, sums, dataBytes, scales } = job
  if (!exactScales(scales)) return undefined
  const blocks = Math.ceil(columns / 32)
  const width = 4 * Math.ceil(columns / blocks / 4)
  const bytes = 4 * width
  const start = new Uint32Array(inputs.length)
  let entries = levels
  inputs.forEach((n, leaf) => {
    // a word is what address 1 finds
    start[leaf] = words ? entries - 1 : entries
    entries += words ? 1 : 1 << n
  })
  let size = 1024
  const place = (n: number) => {
    const at = size
    size += 64 * Math.ceil(n / 64)
    return at
  }
  const most = Math.max(...inputs)
  const region = entries * bytes
  const data = place(dataBytes)
  const operands = place(operandRows * blocks * bytes)
  const regions = place(blocks * region)
  const running = place(blocks * sums * bytes)
  const leaves = place(12 * inputs.length)
  const places = place(4 * most * inputs.length)
  const list = place(4 * most)
  const factors = place(4 * scales.length)
  const stack = place(8 * 2 * levels)
  const done = place(4)
  const outputs = place(8 * sums)
  const records = place(Math.max(recordBytes, (16 + 12 * inputs.length) * scales.length))
  const end = size
  const memory = kernels.memory(size)
  if (!memory) return undefined
  const { f32, u32, i32 } = memory
  const { run } = kernels
  f32.fill(0, operands / 4, leaves / 4)
  memory.u8.fill(0, data, data + dataBytes)
  f32.set(scales, factors / 4)
  return {
    width,
    blocks,
    memory,
    data,
    operandAt: (row, column) => operands / 4 + row * blocks * width + column,
    load: (leaf, rows) => {
      rows.forEach((row, i) => {
        u32[list / 4 + i] = operands + row * blocks * bytes
      })
      for (let block = 0; block < blocks; block++)
        run.fillTable(
          regions + block * region + start[leaf]! * bytes,
          inputs[leaf]!,
          rows.length,
          list,
          block * bytes,
          bytes,
        )
    },
    wordAt: (leaf, column) => {
      const block = Math.floor(column / width)
      return (regions + block * region) / 4 + (start[leaf]! + 1) * width + column - block * width
    },
    address: (bits) => {
      bits.forEach((own, leaf) => {
        const at = leaves / 4 + 3 * leaf
        u32[at] = own.length
        u32[at + 1] = leaf * most
        u32[at + 2] = start[leaf]! * bytes
        own.forEach((bit, i) => {
          u32[places / 4 + leaf * most + i] = data + bit
        })
      })
      for (let leaf = bits.length; leaf < inputs.length; leaf++) u32[leaves / 4 + 3 * leaf] = 0
    },
    add: (beside, first) => {
      const n = beside.length
      for (let o = 0; o < n; o++) {
        u32[outputs / 4 + 2 * o] = beside[o]!
        u32[outputs / 4 + 2 * o + 1] = (first + o) * bytes
      }
      for (let from = 0; from < n; from += i32[done / 4]!) {
        const last = run.buildPrograms(
          outputs + 8 * from,
          n - from,
          leaves,
          inputs.length,
          places,
          scales.length,
          factors,
          bytes,
          stack,
          records,
          end,
          done,
        )
        for (let block = 0; block < blocks; block++)
          run.runPrograms(records, last, regions + block * region, running + block * sums * bytes, bytes)
      }
    },
    sumAt: (sum, column) => {
      const block = Math.floor(column / width)
      return running / 4 + (block * sums + sum) * width + column - block * width
    },
  }
}
