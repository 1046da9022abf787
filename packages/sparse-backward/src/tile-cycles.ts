import { type BackwardConfig, type BackwardMode, skipsInputs } from './config'

/** What the rows of one block cost at every position of a map, packed so that one addition serves several rows. */
export interface RowCosts {
  readonly rows: number
  /** Bits a row's sum has in a word: 8, 16 or 32. */
  readonly laneBits: number
  /** words × positions; row r sits in word floor(r / lanes), lane r mod lanes. */
  readonly packed: Int32Array
  readonly positions: number
  /** Per position over the rows of the block: valid inputs, cycles, windows without a valid input. */
  readonly valid: Uint32Array
  readonly cost: Uint32Array
  readonly empty: Uint32Array
}

/** Valid outputs of the columns of one block in one tile, in raster order: what the Output ID Buffers will hold. */
export interface ColumnOutputs {
  /** Positions in the map; those of column c are ids[start[c]] .. ids[start[c + 1] − 1]. */
  readonly ids: Uint32Array
  readonly start: Uint32Array
  readonly cols: number
  /** Columns each listed one stands for (all of them when every output is computed). */
  readonly copies: number
}

/** Cycles of one tile on one block of rows and columns. */
export interface TileCycles {
  /** C_tile: cycles of the busiest PE of the array. */
  busiest: number
  /** Σ over PE groups of the cycles of their busiest PE. */
  groupBusiest: number
}

/** Cycles a window of `valid` inputs takes a PE: one per valid conv ID, at least the minimum; dense engines k². */
export const windowCycles = (mode: BackwardMode, { minCycles }: BackwardConfig, kernel: number, valid: number) =>
  skipsInputs(mode) ? Math.max(minCycles, valid) : kernel * kernel

/** Cycles of a window by its number of valid inputs, as a table over 0..k². */
export const windowCycleTable = (mode: BackwardMode, config: BackwardConfig, kernel: number): Uint16Array =>
  Uint16Array.from({ length: kernel * kernel + 1 }, (_, valid) => windowCycles(mode, config, kernel, valid))

/** Bits that hold the largest sum of one PE over a tile, so that sums in packed lanes cannot run into each other. */
export const laneBitsFor = ({ tile, groupSize, minCycles }: BackwardConfig, kernel: number): number => {
  const most = Math.ceil((tile * tile) / groupSize) * Math.max(minCycles, kernel * kernel)
  return most < 256 ? 8 : most < 65536 ? 16 : 32
}

/** An empty cost table for blocks of up to `rows` rows over a map. */
export const rowCosts = (rows: number, positions: number, laneBits: number): RowCosts => ({
  rows,
  laneBits,
  packed: new Int32Array(Math.ceil((rows * laneBits) / 32) * positions),
  positions,
  valid: new Uint32Array(positions),
  cost: new Uint32Array(positions),
  empty: new Uint32Array(positions),
})

/** Adds row `row` of a block: `counts` valid inputs per position (windowCounts), priced by `cyclesOf`. */
export const addRowCosts = (
  { laneBits, packed, positions, valid, cost, empty }: RowCosts,
  row: number,
  counts: Uint16Array,
  cyclesOf: Uint16Array,
): void => {
  const lanes = 32 / laneBits
  const word = Math.floor(row / lanes) * positions
  const shift = (row % lanes) * laneBits
  for (let i = 0; i < positions; i++) {
    const n = counts[i]
    const c = cyclesOf[n]
    valid[i] += n
    cost[i] += c
    if (n === 0) empty[i]++
    packed[word + i] = packed[word + i] | (c << shift)
  }
}

/** Clears a cost table for the next block. */
export const clearRowCosts = ({ packed, valid, cost, empty }: RowCosts): void => {
  for (const values of [packed, valid, cost, empty]) values.fill(0)
}

/**
 * Exact cycles of a tile: the k-th valid output of a column goes to PE k mod g of its groups, a PE needs
 * Σ max(minCycles, valid inputs of the window) over its outputs, and the array waits for its slowest PE:
 * C_tile = max over rows, columns, PEs of that sum (h2learn.md section 3, edge rule 12).
 * Rows share the input mask, so their sums for one column are added side by side in the lanes of a word.
 * @param sums scratch, at least groupSize values
 */
export const countTileCycles = (
  costs: RowCosts,
  outputs: ColumnOutputs,
  groupSize: number,
  sums: Int32Array,
  result: TileCycles,
): void => {
  const { rows, laneBits, packed, positions } = costs
  const { ids, start, cols, copies } = outputs
  const lanes = 32 / laneBits
  const words = Math.ceil(rows / lanes)
  const lane = laneBits === 32 ? -1 : (1 << laneBits) - 1
  let busiest = 0
  let groupBusiest = 0
  for (let c = 0; c < cols; c++) {
    const [from, to] = [start[c], start[c + 1]]
    if (from === to) continue
    for (let word = 0; word < words; word++) {
      const base = word * positions
      for (let pe = 0; pe < groupSize; pe++) {
        let sum = 0
        for (let i = from + pe; i < to; i += groupSize) sum = (sum + packed[base + ids[i]]) | 0
        sums[pe] = sum
      }
      const inWord = Math.min(lanes, rows - word * lanes)
      for (let l = 0; l < inWord; l++) {
        const shift = l * laneBits
        let most = 0
        for (let pe = 0; pe < groupSize; pe++) {
          const own = (sums[pe] >>> shift) & lane
          if (own > most) most = own
        }
        groupBusiest += most
        if (most > busiest) busiest = most
      }
    }
  }
  result.busiest = busiest
  result.groupBusiest = groupBusiest * copies
}
