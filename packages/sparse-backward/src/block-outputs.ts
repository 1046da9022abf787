import type { GradientTile, IndexBlock } from './tiles'

/** Outputs of one block of columns in one tile, as the counting needs them. */
export interface BlockOutputs {
  readonly lists: { ids: Uint32Array; start: Uint32Array; cols: number; copies: number }
  /** Per position of the map (those of the tile are set): columns with an open mask. */
  readonly open: Uint32Array
  validOutputs: number
  computedOutputs: number
  fullestColumn: number
}

/** Buffers for blocks of up to `cols` columns and tiles of up to `tileSize` positions in maps of `positions`. */
export const blockOutputs = (cols: number, tileSize: number, positions: number): BlockOutputs => ({
  lists: { ids: new Uint32Array(cols * tileSize), start: new Uint32Array(cols + 1), cols: 0, copies: 1 },
  open: new Uint32Array(positions),
  validOutputs: 0,
  computedOutputs: 0,
  fullestColumn: 0,
})

/** Lists the outputs of a tile for a block of columns: the open ones, or every one where outputs are not skipped. */
export const listOutputs = (
  open: Uint8Array,
  { H, W }: { readonly H: number; readonly W: number },
  { y, x, h, w }: GradientTile,
  { from, to }: IndexBlock,
  skip: boolean,
  result: BlockOutputs,
): void => {
  const { ids, start } = result.lists
  for (let row = y; row < y + h; row++) result.open.fill(0, row * W + x, row * W + x + w)
  let n = 0
  let valid = 0
  let fullest = 0
  for (let c = from; c < to; c++) {
    const before = n
    for (let row = y; row < y + h; row++)
      for (let at = row * W + x; at < row * W + x + w; at++)
        if (open[c * H * W + at]) {
          valid++
          result.open[at]++
          if (skip) ids[n++] = at
        }
    if (n - before > fullest) fullest = n - before
    start[c - from + 1] = n
  }
  result.validOutputs = valid
  result.lists.cols = skip ? to - from : 1
  result.lists.copies = skip ? 1 : to - from
  if (!skip) {
    for (let row = y; row < y + h; row++) for (let at = row * W + x; at < row * W + x + w; at++) ids[n++] = at
    start[1] = n
    fullest = n
  }
  result.fullestColumn = fullest
  result.computedOutputs = n * result.lists.copies
}
