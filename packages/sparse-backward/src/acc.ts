import { ceilDiv, cycles, type Unit } from '@h2learn/hw'
import { f16Round } from '@h2learn/snn-core'

/** Partial sums of one column's outputs: `rows` values per output, row-minor, and the running sums they join. */
export interface ColumnSums {
  readonly rows: number
  /** outputs × rows. */
  readonly partial: Float64Array
  /** One per output; +0 before the first block of rows. */
  readonly running: Float64Array
}

/**
 * Adder tree over `n` leaves from `from` on: adjacent pairs level by level, an odd leaf passes on, every sum rounded
 * to FP16 (edge rule 16). The leaves are overwritten.
 */
export const adderTree = (leaves: Float64Array, from: number, n: number): number => {
  for (let left = n; left > 1; left = (left + 1) >>> 1) {
    const pairs = left >>> 1
    for (let p = 0; p < pairs; p++) leaves[from + p] = f16Round(leaves[from + 2 * p] + leaves[from + 2 * p + 1])
    if (left & 1) leaves[from + pairs] = leaves[from + left - 1]
  }
  return n > 0 ? leaves[from] : 0
}

/**
 * Acc of one column (Fig. 8d): adds the partial sums of its rows in a tree, then the tree to the running sum over the
 * blocks of input channels; `lanes` outputs per cycle (edge rule 11).
 * @param config rows ≥ 1 of the array; lanes ≥ 1 outputs per cycle
 */
export const columnAcc = ({ rows, lanes }: { readonly rows: number; readonly lanes: number }) => {
  type Work = { readonly outputs: number; readonly rows: number }
  return {
    name: 'acc',
    run: ({ rows: leaves, partial, running }: ColumnSums): Float64Array => {
      const scratch = partial.slice()
      return running.map((sum, i) => f16Round(sum + adderTree(scratch, i * leaves, leaves)))
    },
    measure: ({ rows: leaves, running }: ColumnSums): Work => ({ outputs: running.length, rows: leaves }),
    time: ({ outputs }: Work) => {
      const interval = cycles(ceilDiv(outputs, lanes))
      return { latency: interval, interval }
    },
    // rows − 1 in the tree and one into the running sum
    count: ({ outputs, rows: leaves }: Work) => ({ 'acc.add': outputs * leaves }),
    parts: { 'acc.adder': rows * lanes },
  } satisfies Unit<ColumnSums, Float64Array, Work, string>
}
