import { type BackwardMode, skipsInputs, skipsOutputs } from './config'
import type { RowCosts } from './tile-cycles'
import type { GradientTile } from './tiles'

/** What one tile did on the array: sums over its rows, columns and PEs. */
export interface TileTally {
  /** C_tile, and Σ over groups of their busiest PE (`countTileCycles`). */
  busiest: number
  groupBusiest: number
  /** PE-cycles of computed windows; multiplications among them; those with a non-zero gradient for a valid output. */
  busy: number
  performed: number
  effectual: number
  emptyWindows: number
  /** Over the columns: outputs with an open mask, outputs computed; the most computed outputs of one column. */
  validOutputs: number
  computedOutputs: number
  fullestColumn: number
}

/** An all-zero tile tally. */
export const tileTally = (): TileTally => ({
  busiest: 0,
  groupBusiest: 0,
  busy: 0,
  performed: 0,
  effectual: 0,
  emptyWindows: 0,
  validOutputs: 0,
  computedOutputs: 0,
  fullestColumn: 0,
})

/** Outputs of a tile and a block of columns, as the totals need them (see `BlockOutputs`). */
interface TalliedOutputs {
  readonly lists: { readonly copies: number }
  readonly open: Uint32Array
  readonly validOutputs: number
  readonly computedOutputs: number
  readonly fullestColumn: number
}

/** Fills in the totals of a tile for one block of rows and one of columns; its cycles are counted before. */
export const tallyTile = (
  costs: Pick<RowCosts, 'rows' | 'valid' | 'cost' | 'empty'>,
  outputs: TalliedOutputs,
  { y, x, h, w }: GradientTile,
  W: number,
  mode: BackwardMode,
  kernel: number,
  tally: TileTally,
): void => {
  const { lists, open } = outputs
  const computesAll = !skipsOutputs(mode)
  let busy = 0
  let valid = 0
  let effectual = 0
  let empty = 0
  for (let row = y; row < y + h; row++)
    for (let at = row * W + x; at < row * W + x + w; at++) {
      const computed = computesAll ? lists.copies : open[at]
      if (computed === 0) continue
      busy += computed * costs.cost[at]
      valid += computed * costs.valid[at]
      empty += computed * costs.empty[at]
      effectual += open[at] * costs.valid[at]
    }
  tally.busy = busy
  tally.performed = skipsInputs(mode) ? valid : outputs.computedOutputs * costs.rows * kernel * kernel
  tally.effectual = effectual
  tally.emptyWindows = empty
  tally.validOutputs = outputs.validOutputs
  tally.computedOutputs = outputs.computedOutputs
  tally.fullestColumn = outputs.fullestColumn
}
