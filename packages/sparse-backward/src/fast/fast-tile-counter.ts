import { skipsInputs, skipsOutputs } from '../config'
import { outputMap, smallestValidGradient, windowLanes } from '../masks'
import type { TileCounter, TileCounterJob } from '../tile-counter'
import { laneBitsFor } from '../tile-cycles'
import { tallyTile, tileTally } from '../tile-tally'
import { type GradientTile, indexBlocks } from '../tiles'
import { type BackwardKernels, regions } from './backward-kernels'

/**
 * The counting on the kernels: window pop-counts of 16 rows side by side, dotted with the output masks. Undefined where
 * a window or a PE's sum could leave its lane (kernels above 15, huge tiles), or there is not enough memory.
 */
export const fastTileCounter = (kernels: BackwardKernels, job: TileCounterJob): TileCounter | undefined => {
  const { config, mode, geometry, gradU, spikeGradMask } = job
  const { K, C, H, W, kernel, pool, outH, outW } = geometry
  const laneBits = laneBitsFor(config, kernel)
  if (kernel * kernel > 255 || laneBits > 16) return undefined
  const wide = laneBits === 16 ? 1 : 0
  const rowBlocks = indexBlocks(K, config.rows)
  const groups = Math.ceil(config.rows / 16)
  const positions = H * W
  const windowSize = (H + kernel - 1) * (W + kernel - 1)
  const columns = Math.min(C, config.cols)
  const { place, size } = regions()
  const valid = place(16 * rowBlocks.length * groups * windowSize)
  const apart = 16 * positions
  const vectors = groups << wide
  const packed = place(rowBlocks.length * vectors * apart)
  const totals = place(12 * rowBlocks.length * positions)
  const scratch = place(16 * (H + kernel - 1) * W)
  const open = place(C * positions)
  const ids = place(4 * (columns * positions + 1))
  const starts = place(4 * (columns + 1))
  const opened = place(4 * positions)
  const result = place(32)
  const memory = kernels.memory(size())
  if (!memory) return undefined
  const { u8, u32 } = memory
  const { run } = kernels
  const smallest = smallestValidGradient(pool)
  const words = (at: number, n: number) => u32.subarray(at / 4, at / 4 + n)
  const lanes = u8.subarray(valid, valid + 16 * rowBlocks.length * groups * windowSize)
  const openBytes = u8.subarray(open, open + C * positions)
  const costs = rowBlocks.map(({ from, to }, block) => {
    const at = totals + 12 * block * positions
    return {
      rows: to - from,
      valid: words(at, positions),
      cost: words(at + 4 * positions, positions),
      empty: words(at + 8 * positions, positions),
    }
  })
  const least = config.minCycles
  const fixed = skipsInputs(mode) ? 0 : kernel * kernel
  const outputs = {
    lists: { copies: 1 },
    open: words(opened, positions),
    validOutputs: 0,
    computedOutputs: 0,
    fullestColumn: 0,
  }
  const tally = tileTally()
  let current: GradientTile
  let listed = 0
  return {
    map: (map) => {
      windowLanes(geometry, smallest, gradU, map * K * outH * outW, config.rows, lanes)
      u32.fill(0, totals / 4, totals / 4 + 3 * rowBlocks.length * positions)
      rowBlocks.forEach(({ from, to }, block) => {
        const at = totals + 12 * block * positions
        for (let group = 0; 16 * group < to - from; group++)
          run.sumRows(
            valid + 16 * (block * groups + group) * windowSize,
            H,
            W,
            kernel,
            least,
            fixed,
            Math.min(16, to - from - 16 * group),
            wide,
            packed + (block * vectors + (group << wide)) * apart,
            apart,
            at,
            at + 4 * positions,
            at + 8 * positions,
            scratch,
          )
      })
      outputMap(geometry, spikeGradMask, map, openBytes)
    },
    outputs: (tile, { from, to }) => {
      current = tile
      const { y, x, h, w } = tile
      const fullest = run.packLists(open, positions, W, y, x, h, w, from, to, ids, starts, opened)
      outputs.validOutputs = u32[starts / 4 + to - from]
      listed = to - from
      outputs.lists.copies = 1
      outputs.fullestColumn = fullest
      outputs.computedOutputs = outputs.validOutputs
      if (skipsOutputs(mode)) return
      // every output of every column: one list stands for all of them
      let n = 0
      for (let row = y; row < y + h; row++)
        for (let at = row * W + x; at < row * W + x + w; at++) u32[ids / 4 + n++] = 16 * at
      u32[starts / 4] = 0
      u32[starts / 4 + 1] = n
      listed = 1
      outputs.lists.copies = to - from
      outputs.fullestColumn = n
      outputs.computedOutputs = n * (to - from)
    },
    tally: (block) => {
      const { rows } = costs[block]
      run.countCycles(
        packed + block * vectors * apart,
        apart,
        Math.ceil(rows / 16) << wide,
        wide,
        ids,
        starts,
        listed,
        config.groupSize,
        result,
      )
      tally.busiest = u32[result / 4]
      tally.groupBusiest = u32[result / 4 + 1] * outputs.lists.copies
      tallyTile(costs[block], outputs, current, W, mode, kernel, tally)
      return tally
    },
  }
}
