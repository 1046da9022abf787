import { type Counts, ceilDiv, cycles, type Unit } from '@h2learn/hw'
import { f16Round } from '@h2learn/snn-core'
import { accTree } from './acc'

/** What one column of PEs hands to its Acc: the leaves of every window, and the running sums that the tree sums join. */
export interface ColumnLeaves {
  readonly leaves: readonly ArrayLike<number>[]
  readonly running: ArrayLike<number>
  /** Additions one window takes: a leaf each with tables, a word each without. */
  readonly addsPerWindow: number
}

/** Windows that trees add up, and FP16 additions in all of them. */
export interface ColumnTreeWork {
  readonly windows: number
  readonly adds: number
}

/**
 * Acc of one column (Fig. 5b): an adder tree over its PEs' partial sums and a running sum behind it, `lanes` windows per
 * cycle. m leaves take m − 1 additions in the tree and one into the running sum.
 * @param config adders of one lane; lanes >= 1
 */
export const columnTree = ({ adders, lanes }: { readonly adders: number; readonly lanes: number }) =>
  ({
    name: 'acc',
    run: ({ leaves, running }: ColumnLeaves): Float32Array =>
      Float32Array.from(leaves, (own, i) => f16Round(running[i]! + accTree(own))),
    measure: ({ leaves, addsPerWindow }: ColumnLeaves): ColumnTreeWork => ({
      windows: leaves.length,
      adds: leaves.length * addsPerWindow,
    }),
    time: ({ windows }: ColumnTreeWork) => {
      const busy = cycles(ceilDiv(windows, lanes))
      return { latency: busy, interval: busy }
    },
    count: ({ adds }: ColumnTreeWork): Counts<'acc.add'> => ({ 'acc.add': adds }),
    parts: { 'acc.adder': adders * lanes },
  }) satisfies Unit<ColumnLeaves, Float32Array, ColumnTreeWork, 'acc.add', 'acc.adder'>
