import type { BackwardConfig } from './config'
import { type BackwardGeometry, windowOffset } from './geometry'
import { backwardTimeBlocks, type GradientTile, gradientTiles, type IndexBlock, indexBlocks } from './tiles'

/** One sweep: the input-channel blocks that add up to the same outputs, one grid iteration each. */
export interface BackwardSweep {
  readonly time: IndexBlock
  readonly tile: GradientTile
  readonly cols: IndexBlock
  /** Blocks of ∇u channels, in the order they are added. */
  readonly rows: readonly IndexBlock[]
  /** (timestep, sample) tiles each grid iteration runs through. */
  readonly steps: number
  /** Neurons behind the tile in one channel, timestep and sample (more than the tile has when spikes are pooled). */
  readonly neurons: number
  /** True when ∇u_{t+1} of the block's last timestep was computed by an earlier grid iteration. */
  readonly carried: boolean
}

/** Neurons along one axis behind rows y..y+h−1 of the map: the last tile also has those that pooling dropped. */
const neuronsAlong = (from: number, size: number, extent: number, pool: number, neurons: number) =>
  (from + size === extent ? neurons : (from + size) * pool) - from * pool

/** Neurons of one channel, timestep and sample whose gradient a tile decides. */
export const neuronsOf = (geometry: BackwardGeometry, { y, x, h, w }: GradientTile): number =>
  neuronsAlong(y, h, geometry.H, geometry.spikePool, geometry.neuronH) *
  neuronsAlong(x, w, geometry.W, geometry.spikePool, geometry.neuronW)

/**
 * The sweeps of one convolution in order: time blocks (the last first), tiles in raster order, column blocks; inside
 * a sweep the row blocks ascend, outputs stay in place (output-stationary, h2learn.md section 3).
 */
export const backwardSweeps = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  T: number,
  B: number,
): BackwardSweep[] => {
  const rows = indexBlocks(geometry.K, config.rows)
  const colBlocks = indexBlocks(geometry.C, config.cols)
  const tiles = gradientTiles(geometry.H, geometry.W, config.tile)
  return backwardTimeBlocks(T, config.tMax).flatMap((time, block) =>
    tiles.flatMap((tile) =>
      colBlocks.map((cols) => ({
        time,
        tile,
        cols,
        rows,
        steps: (time.to - time.from) * B,
        neurons: neuronsOf(geometry, tile),
        carried: block > 0,
      })),
    ),
  )
}

const upTo = (limit: number, position: number, step: number) => Math.min(limit, Math.max(0, Math.ceil(position / step)))

/** How ∇u lies in memory: positions along an axis and how far apart they come to lie in the zero-inserted map. */
const storage = (geometry: BackwardGeometry, { fullSizeStorage }: BackwardConfig) => {
  const pool = fullSizeStorage ? 1 : geometry.pool
  const [h, w] = fullSizeStorage ? [geometry.convH, geometry.convW] : [geometry.outH, geometry.outW]
  return { pool, h, w }
}

/** Stored ∇u positions of one channel that a tile loads from memory: each belongs to one tile, no halo is reloaded. */
export const loadedGradients = (geometry: BackwardGeometry, config: BackwardConfig, tile: GradientTile): number => {
  const { pool, h, w } = storage(geometry, config)
  const along = (from: number, size: number, extent: number, stored: number) => {
    const step = geometry.stride * pool
    const end = from + size === extent ? stored : upTo(stored, from + size, step)
    return end - upTo(stored, from, step)
  }
  return along(tile.y, tile.h, geometry.H, h) * along(tile.x, tile.w, geometry.W, w)
}

/**
 * Stored ∇u positions of one channel that the windows of a tile reach: what the gradient tile reads from the global
 * buffer. `clip`: leave out positions beyond the map (a what-if treats every tile as lying inside a larger map).
 */
export const reachedGradients = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  tile: GradientTile,
  clip: boolean,
): number => {
  const { pool, h, w } = storage(geometry, config)
  const offset = windowOffset(geometry)
  const along = (from: number, size: number, stored: number) => {
    const [first, end] = [from - offset, from + size + geometry.padding]
    const [low, high] = clip ? [0, stored * pool] : [-Infinity, Infinity]
    const conv = (position: number) => Math.min(high, Math.max(low, Math.ceil(position / geometry.stride)))
    return conv(end) > conv(first) ? Math.ceil(conv(end) / pool) - Math.floor(conv(first) / pool) : 0
  }
  return along(tile.y, tile.h, h) * along(tile.x, tile.w, w)
}

/** Bits a sweep moves over the memory port, by what they are. */
export interface SweepTraffic {
  /** FP16 gradients of one row (channel of ∇u) and their mask. */
  readonly gradientBitsPerRow: number
  readonly gradientMaskBitsPerRow: number
  /** FP16 kernel of one row and column. */
  readonly weightBits: number
  /** Compressed potentials, spikes, ∇s̃, and ∇u carried from a later time block. */
  readonly loadBits: number
  /** ∇u and ∇ũ. */
  readonly storeBits: number
}

/**
 * What a sweep moves: weights and gradients once per grid iteration, outputs once per sweep; ∇u dense FP16, potentials
 * compressed, masks 1 bit (`cost-model.md` section 6).
 * @param potentials stored potentials behind the sweep's outputs (all timesteps, samples, columns)
 */
export const sweepTraffic = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  { tile, cols, steps, time, neurons, carried }: BackwardSweep,
  potentials: number,
): SweepTraffic => {
  const width = cols.to - cols.from
  const positions = steps * loadedGradients(geometry, config, tile)
  const outputs = width * steps * neurons
  const samples = steps / (time.to - time.from)
  return {
    gradientBitsPerRow: 16 * positions,
    gradientMaskBitsPerRow: positions,
    weightBits: 16 * geometry.kernel * geometry.kernel,
    loadBits: 16 * potentials + 2 * outputs + (carried ? 16 * width * samples * neurons : 0),
    storeBits: 17 * outputs,
  }
}
