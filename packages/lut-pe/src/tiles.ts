import { ceilDiv } from '@h2learn/hw'
import type { Layer } from '@h2learn/snn-core'

/** One tile of a map: rows y..y+h−1 and columns x..x+w−1; edge tiles keep their true size. */
export interface MapTile {
  readonly y: number
  readonly x: number
  readonly h: number
  readonly w: number
}

/**
 * Cuts an H×W map into tiles of edge × edge neurons from (0, 0), in raster order (rule 1; modelling choice).
 * @example mapTiles(10, 8, 8) // [{ y: 0, x: 0, h: 8, w: 8 }, { y: 8, x: 0, h: 2, w: 8 }]
 */
export const mapTiles = (H: number, W: number, edge: number): readonly MapTile[] => {
  const tiles: MapTile[] = []
  for (let y = 0; y < H; y += edge)
    for (let x = 0; x < W; x += edge) tiles.push({ y, x, h: Math.min(edge, H - y), w: Math.min(edge, W - x) })
  return tiles
}

/** Pixels of the input map that a tile of convolution outputs loads: no halo is loaded again (throughput.py). */
export const inputPixels = ({ y, x, h, w }: MapTile, { H, W, stride }: Layer): number => {
  const span = (from: number, size: number, extent: number) =>
    Math.max(0, Math.min(size * stride, extent - from * stride))
  return span(y, h, H) * span(x, w, W)
}

const finished = (from: number, size: number, pool: number, extent: number): readonly [number, number] => [
  Math.min(extent, Math.floor(from / pool)),
  Math.min(extent, Math.floor((from + size) / pool)),
]

/**
 * Pooled neurons that a tile of convolution outputs finishes: those whose last pooled position lies in it. Every neuron
 * is finished by one tile; dropped rows and columns of odd maps (rule 5) by none.
 */
export const finishedNeurons = (tile: MapTile, pool: number, outH: number, outW: number): MapTile => {
  const [y, bottom] = finished(tile.y, tile.h, pool, outH)
  const [x, right] = finished(tile.x, tile.w, pool, outW)
  return { y, x, h: bottom - y, w: right - x }
}

/** Pooled neurons that touch a tile of convolution outputs: whose ∇u is spread over some of its positions. */
export const touchingNeurons = (tile: MapTile, pool: number, outH: number, outW: number): number => {
  const span = (from: number, size: number, extent: number) =>
    Math.max(0, Math.min(extent, ceilDiv(from + size, pool)) - Math.floor(from / pool))
  return span(tile.y, tile.h, outH) * span(tile.x, tile.w, outW)
}
