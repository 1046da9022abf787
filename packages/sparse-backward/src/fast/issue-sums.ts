import { type BackwardKernels, type BackwardMemory, regions } from './backward-kernels'

/** Sizes of one pass: rows are channels of ∇u, columns channels of ∇s (for FC layers: inputs). */
export interface IssueSumsJob {
  readonly rows: number
  readonly columns: number
  /** Conv IDs of a window: k², or 1. */
  readonly taps: number
  /** Rows of one block of the array. */
  readonly blockRows: number
  /** Running sums of every column. */
  readonly outputs: number
  /** Gradients that windows read, as float32. */
  readonly gradients: number
}

/** The PEs and Acc units of the array on the kernels: `spatialGradient`'s order of products and additions. */
export interface IssueSums {
  readonly memory: BackwardMemory
  /** Index into `memory.f32` of the gradients. */
  readonly gradients: number
  /** Index into `memory.f32` of a weight: conv ID `id` of a row for a column. */
  readonly weightAt: (row: number, id: number, column: number) => number
  /**
   * Runs all blocks of rows over all outputs.
   * @param beside per output, what its window adds to the places: a number of gradients
   * @param place gradient of a row's conv ID, without what an output adds
   * @param open index into `memory.u8` per block of columns is `openAt`: write 1 where an output is needed, before
   */
  readonly run: (beside: Uint32Array, place: (row: number, id: number) => number) => void
  /** Index into `memory.u8`: is output o needed by any column of a block? */
  readonly openAt: (block: number, output: number) => number
  /** Index into `memory.f32` of a running sum. */
  readonly sumAt: (output: number, column: number) => number
  /** Sets all running sums to +0. */
  readonly clear: () => void
  readonly width: number
  readonly blocks: number
}

const recordBytes = 1 << 19

/** Lays out the memory of a pass; undefined where there is not enough. */
export const issueSums = (kernels: BackwardKernels, job: IssueSumsJob): IssueSums | undefined => {
  const { rows, columns, taps, blockRows, outputs, gradients } = job
  const width = columns > 16 ? 32 : 16
  const blocks = Math.ceil(columns / width)
  const bytes = 4 * width
  const { place: region, size } = regions()
  const weights = region(blocks * rows * taps * bytes)
  const values = region(4 * gradients)
  const sums = region(blocks * outputs * bytes)
  const open = region(blocks * outputs)
  const list = region(8 * outputs)
  const places = region(4 * blockRows * taps)
  const stack = region(256 + 40 * bytes)
  const done = region(4)
  const records = region(Math.max(recordBytes, 16 + blockRows * (8 + 8 * taps)))
  const memory = kernels.memory(size())
  if (!memory) return undefined
  const { f32, u32, i32 } = memory
  f32.fill(0, weights / 4, open / 4)
  return {
    memory,
    width,
    blocks,
    gradients: values / 4,
    weightAt: (row, id, column) => {
      const block = Math.floor(column / width)
      return weights / 4 + ((block * rows + row) * taps + id) * width + column - block * width
    },
    openAt: (block, output) => open + block * outputs + output,
    sumAt: (output, column) => {
      const block = Math.floor(column / width)
      return sums / 4 + (block * outputs + output) * width + column - block * width
    },
    clear: () => {
      f32.fill(0, sums / 4, open / 4)
    },
    run: (beside, place) => {
      const n = beside.length
      for (let o = 0; o < n; o++) {
        u32[list / 4 + 2 * o] = 4 * beside[o]
        u32[list / 4 + 2 * o + 1] = o * bytes
      }
      for (let first = 0; first < rows; first += blockRows) {
        const high = Math.min(blockRows, rows - first)
        for (let row = 0; row < high; row++)
          for (let id = 0; id < taps; id++) u32[places / 4 + row * taps + id] = values + 4 * place(first + row, id)
        for (let from = 0; from < n; from += i32[done / 4]) {
          const end = kernels.run.buildIssues(
            list + 8 * from,
            n - from,
            high,
            taps,
            places,
            bytes,
            records,
            size(),
            done,
          )
          for (let block = 0; block < blocks; block++)
            kernels.run.runIssues(
              records,
              end,
              weights + (block * rows + first) * taps * bytes,
              sums + block * outputs * bytes,
              open + block * outputs + from,
              stack,
              bytes,
            )
        }
      }
    },
  }
}
