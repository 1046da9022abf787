import { addRows } from './add-rows'

/**
 * The PEs of every row and column of an engine, as the Acc sees them: leaves that answer an address of spike bits with
 * one value per column. Column values lie side by side, so that a row of PEs is read at once.
 */
export interface PartialSums {
  readonly columns: number
  /** Leaves of one column's adder tree: rows × sub-LUTs. */
  readonly leaves: number
  /** Binary16 values; `row` says where those of a leaf lie. */
  readonly values: Float32Array
  /**
   * Loads one leaf.
   * @param operands n × columns binary16 values, those of operand 0 first
   * @param count n, at most the inputs the leaf was made for; the others count as absent (+0)
   */
  readonly load: (leaf: number, operands: Float32Array, count: number) => void
  /** Start in `values` of the columns' answers to an address; valid until the same leaf is asked again. */
  readonly row: (leaf: number, address: number) => number
}

/** Makes the PEs of all rows and columns: with tables (`lutPartialSums`) or without (`gatedPartialSums`). */
export type PeArray = (inputs: readonly number[], columns: number) => PartialSums

/**
 * Leaves that look their answer up: the sub-LUTs of `subLut` for all columns (Fig. 5a, 6c).
 * @param inputs inputs folded by each leaf
 */
export const lutPartialSums = (inputs: readonly number[], columns: number): PartialSums => {
  const start = new Int32Array(inputs.length)
  let rows = 0
  inputs.forEach((n, leaf) => {
    start[leaf] = rows
    rows += 1 << n
  })
  const values = new Float32Array(rows * columns)
  return {
    columns,
    leaves: inputs.length,
    values,
    load: (leaf, operands, count) => {
      const base = start[leaf]! * columns
      for (let top = 0; top < inputs[leaf]!; top++)
        for (let rest = 0; rest < 1 << top; rest++) {
          const from = base + rest * columns
          const to = base + ((1 << top) + rest) * columns
          if (top < count) addRows(values, to, values, from, operands, top * columns, columns)
          else values.copyWithin(to, from, from + columns)
        }
    },
    row: (leaf, address) => (start[leaf]! + address) * columns,
  }
}

/**
 * Leaves without tables: each word is gated by its spike bit and the gated words are added in the order in which a
 * sub-LUT would have been filled, so that both kinds of PE give the same bits.
 * @param inputs words of each leaf
 */
export const gatedPartialSums = (inputs: readonly number[], columns: number): PartialSums => {
  const start = new Int32Array(inputs.length)
  let words = 0
  inputs.forEach((n, leaf) => {
    start[leaf] = words
    words += n
  })
  // the words of all leaves, then one sum per leaf
  const values = new Float32Array((words + inputs.length) * columns)
  return {
    columns,
    leaves: inputs.length,
    values,
    load: (leaf, operands, count) => {
      const base = start[leaf]! * columns
      for (let i = 0; i < inputs[leaf]! * columns; i++) values[base + i] = i < count * columns ? operands[i]! : 0
    },
    row: (leaf, address) => {
      const to = (words + leaf) * columns
      values.fill(0, to, to + columns)
      for (let i = 0; i < inputs[leaf]!; i++)
        if ((address >>> i) & 1) {
          const from = (start[leaf]! + i) * columns
          addRows(values, to, values, to, values, from, columns)
        }
      return to
    },
  }
}

/**
 * Leaves of the FC mode: one plain word each, exported if its spike bit is 1, replaced by 0 otherwise (Section IV-B).
 */
export const selectedWords = (leaves: number, columns: number): PartialSums => {
  const values = new Float32Array(leaves * columns)
  return {
    columns,
    leaves,
    values,
    load: (leaf, operands) => values.set(operands.subarray(0, columns), leaf * columns),
    // an address of 0 is never asked for: the Acc leaves out what a spike bit did not select
    row: (leaf) => leaf * columns,
  }
}
