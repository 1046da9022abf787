import { f16Round } from '@h2learn/snn-core'
import { addRows, addScaledRow } from './add-rows'
import type { PartialSums } from './partial-sums'

/**
 * The adder tree of the Acc for one column (Fig. 5b): adjacent pairs level by level, an odd leaf passes on, every
 * addition rounded to FP16 (rule 16). No leaf at all gives +0.
 */
export const accTree = (leaves: ArrayLike<number>): number => {
  let level = Float32Array.from(leaves)
  while (level.length > 1)
    level = Float32Array.from({ length: Math.ceil(level.length / 2) }, (_, j) =>
      2 * j + 1 < level.length ? f16Round(level[2 * j]! + level[2 * j + 1]!) : level[2 * j]!,
    )
  return level[0] ?? 0
}

/** The Acc units of all columns: give it leaves with ascending `leaf`, then `add` their tree sums to running sums. */
export interface Accumulator {
  /** Forgets the leaves given so far. */
  readonly clear: () => void
  /** The next leaf whose spike bits are not all zero. */
  readonly leaf: (leaf: number, address: number) => void
  /** running[at + k] ← running[at + k] + tree_k · scale for every column k, every step rounded to FP16. */
  readonly add: (running: Float32Array, at: number, scale: number) => void
}

/**
 * The Acc of every column of an engine: an adder tree over the PEs' partial sums and a running sum behind it.
 *
 *     running ← running + tree(leaves)·scale            (Fig. 5b; scale < 1 for bit planes)
 *
 * Leaves with an all-zero address hold +0 and are left out: x + 0 = x bit for bit as no partial sum of a sub-LUT is −0,
 * so the sum is that of the full tree over every row, present or not. (In FC mode a selected word may be −0; the
 * running sum starts at +0 and x + (±0) = x, so its bits do not change either.)
 */
export const accumulator = (pes: PartialSums): Accumulator => {
  const { columns, leaves, values } = pes
  const sums = new Float32Array(Math.max(1, leaves >>> 1) * columns)
  // live nodes of the present level: their index in it, and where their columns lie (in `sums` if flagged)
  const index = new Int32Array(leaves)
  const place = new Int32Array(leaves)
  const inSums = new Uint8Array(leaves)
  let live = 0
  let slots = 0

  /** One level: nodes 2j and 2j + 1 make node j, in the slot of an operand that has one, else in a new slot. */
  const level = () => {
    let out = 0
    for (let j = 0; j < live; j++) {
      const parent = index[j]! >>> 1
      if (j + 1 < live && index[j + 1]! >>> 1 === parent) {
        const to = inSums[j] ? place[j]! : inSums[j + 1] ? place[j + 1]! : slots++ * columns
        const [a, b] = [inSums[j] ? sums : values, inSums[j + 1] ? sums : values]
        addRows(sums, to, a, place[j]!, b, place[j + 1]!, columns)
        place[out] = to
        inSums[out] = 1
        j++
      } else {
        place[out] = place[j]!
        inSums[out] = inSums[j]!
      }
      index[out++] = parent
    }
    live = out
  }

  return {
    clear: () => {
      live = 0
      slots = 0
    },
    leaf: (leaf, address) => {
      index[live] = leaf
      place[live] = pes.row(leaf, address)
      inSums[live++] = 0
    },
    add: (running, at, scale) => {
      if (live === 0) return
      while (live > 1) level()
      const from = inSums[0] ? sums : values
      const start = place[0]!
      if (scale === 1) addRows(running, at, running, at, from, start, columns)
      else addScaledRow(running, at, from, start, scale, columns)
    },
  }
}
