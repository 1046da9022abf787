import { ConfigError } from '@h2learn/hw'
import type { BackwardInput } from './api'
import { type BackwardConfig, backwardConfig } from './config'
import { convGeometry } from './geometry'
import { outputMap, smallestValidGradient, windowMap } from './masks'
import type { ArrayTile } from './step-tile'
import { type GradientTile, gradientTiles, type IndexBlock, indexBlocks } from './tiles'

/** One tile of one timestep and sample on one block of rows and columns: one synchronisation of the whole array. */
export interface TilePlace {
  readonly t: number
  readonly b: number
  readonly tile: GradientTile
  /** Channels of ∇u. */
  readonly rows: IndexBlock
  /** Channels of ∇s. */
  readonly cols: IndexBlock
}

/** A backward pass through a convolution: what the array works through tile by tile. */
export type ConvBackwardInput = Extract<BackwardInput, { kind: 'layer' }>

/**
 * The tiles of a convolution's backward pass: how many there are, and the i-th of them. Numbered timestep first, then
 * sample, tile, columns, rows; t ascends here although the engine runs from the last timestep down.
 * @param changes differences from Table VII
 * @throws ConfigError for an even kernel or a place that is not there
 */
export const backwardTilePlaces = (
  { layer, target, T, B }: Pick<ConvBackwardInput, 'layer' | 'target' | 'T' | 'B'>,
  changes: Partial<BackwardConfig> = {},
): { readonly count: number; readonly at: (i: number) => TilePlace } => {
  const config = backwardConfig(changes)
  const { K, C, H, W } = convGeometry(layer, target.layer)
  const rows = indexBlocks(K, config.rows)
  const cols = indexBlocks(C, config.cols)
  const tiles = gradientTiles(H, W, config.tile)
  const count = T * B * tiles.length * cols.length * rows.length
  return {
    count,
    at: (i) => {
      if (!Number.isInteger(i) || i < 0 || i >= count)
        throw new ConfigError({ where: 'backwardTilePlaces', expected: `a place in 0..${count - 1}`, got: String(i) })
      const row = i % rows.length
      const col = Math.floor(i / rows.length) % cols.length
      const tile = Math.floor(i / (rows.length * cols.length)) % tiles.length
      const map = Math.floor(i / (rows.length * cols.length * tiles.length))
      return { t: Math.floor(map / B), b: map % B, tile: tiles[tile], rows: rows[row], cols: cols[col] }
    },
  }
}

/**
 * The bits that one tile of a pass brings to the array: ∇ũ with its halo for every row (zero-inserted, spread over
 * pooled positions, 0 beyond the map), ∇s̃ for every column. What `stepTile` and `traceTile` take.
 * @throws ConfigError for an even kernel
 */
export const arrayTileOf = ({ layer, target, gradU, B }: ConvBackwardInput, place: TilePlace): ArrayTile => {
  const geometry = convGeometry(layer, target.layer)
  const { K, C, H, W, kernel, pool, outH, outW } = geometry
  const { t, b, tile, rows, cols } = place
  const map = t * B + b
  const [high, wide] = [H + kernel - 1, W + kernel - 1]
  const valid = new Uint8Array(K * high * wide)
  windowMap(geometry, smallestValidGradient(pool), gradU.data, map * K * outH * outW, valid)
  const open = new Uint8Array(C * H * W)
  outputMap(geometry, target.spikeGradMask, map, open)
  const cut = (from: Uint8Array, start: number, pitch: number, h: number, w: number) =>
    Uint8Array.from({ length: h * w }, (_, i) => from[start + (tile.y + Math.floor(i / w)) * pitch + tile.x + (i % w)])
  const over = ({ from, to }: IndexBlock, cutOne: (i: number) => Uint8Array) =>
    Array.from({ length: to - from }, (_, i) => cutOne(from + i))
  return {
    h: tile.h,
    w: tile.w,
    kernel,
    inputs: over(rows, (k) => cut(valid, k * high * wide, wide, tile.h + kernel - 1, tile.w + kernel - 1)),
    outputs: over(cols, (c) => cut(open, c * H * W, W, tile.h, tile.w)),
  }
}
