import type { Mask } from '@h2learn/snn-core'
import { blockOutputs, listOutputs } from './block-outputs'
import { type BackwardConfig, type BackwardMode, skipsOutputs } from './config'
import type { BackwardGeometry } from './geometry'
import { outputMap, smallestValidGradient, windowMap } from './masks'
import { addRowCosts, clearRowCosts, countTileCycles, laneBitsFor, rowCosts, windowCycleTable } from './tile-cycles'
import { type TileTally, tallyTile, tileTally } from './tile-tally'
import { type GradientTile, type IndexBlock, indexBlocks } from './tiles'
import { windowCounts } from './window-counts'

/** What the counting of a pass starts from. */
export interface TileCounterJob {
  readonly config: BackwardConfig
  readonly mode: BackwardMode
  readonly geometry: BackwardGeometry
  /** Binary16 patterns of ∇u, all timesteps and samples. */
  readonly gradU: Uint16Array
  readonly spikeGradMask: Mask
}

/** Counts the tiles of a pass: a timestep and sample, then a tile and a block of columns, then blocks of rows. */
export interface TileCounter {
  /** Windows of a timestep and sample, priced for every block of rows; output masks. */
  readonly map: (map: number) => void
  /** Outputs of a tile for a block of columns. */
  readonly outputs: (tile: GradientTile, cols: IndexBlock) => void
  /** What that tile does on a block of rows; the same object every time. */
  readonly tally: (rowBlock: number) => TileTally
}

/** The counting in plain code; the kernels' one (`fastTileCounter`) gives the same numbers. */
export const plainTileCounter = ({ config, mode, geometry, gradU, spikeGradMask }: TileCounterJob): TileCounter => {
  const { K, C, H, W, kernel, outH, outW } = geometry
  const rowBlocks = indexBlocks(K, config.rows)
  const smallest = smallestValidGradient(geometry.pool)
  const windowSize = (H + kernel - 1) * (W + kernel - 1)
  const valid = new Uint8Array(K * windowSize)
  const counts = new Uint16Array(H * W)
  const rowSums = new Uint16Array((H + kernel - 1) * W)
  const open = new Uint8Array(C * H * W)
  const cyclesOf = windowCycleTable(mode, config, kernel)
  const costs = rowBlocks.map(({ from, to }) => rowCosts(to - from, H * W, laneBitsFor(config, kernel)))
  const outputs = blockOutputs(Math.min(C, config.cols), Math.min(H, config.tile) * Math.min(W, config.tile), H * W)
  const sums = new Int32Array(config.groupSize)
  const tally = tileTally()
  let current: GradientTile
  return {
    map: (map) => {
      windowMap(geometry, smallest, gradU, map * K * outH * outW, valid)
      rowBlocks.forEach(({ from, to }, block) => {
        clearRowCosts(costs[block])
        for (let k = from; k < to; k++) {
          windowCounts(valid, k * windowSize, geometry, counts, rowSums)
          addRowCosts(costs[block], k - from, counts, cyclesOf)
        }
      })
      outputMap(geometry, spikeGradMask, map, open)
    },
    outputs: (tile, cols) => {
      current = tile
      listOutputs(open, geometry, tile, cols, skipsOutputs(mode), outputs)
    },
    tally: (block) => {
      countTileCycles(costs[block], outputs.lists, config.groupSize, sums, tally)
      tallyTile(costs[block], outputs, current, W, mode, kernel, tally)
      return tally
    },
  }
}
