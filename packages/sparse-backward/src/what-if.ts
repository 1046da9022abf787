import { elementary } from '@h2learn/elementary'
import { ConfigError, requireInteger } from '@h2learn/hw'
import { deriveSeed, type Layer, type Rng, rng } from '@h2learn/snn-core'
import { blockOutputs, listOutputs } from './block-outputs'
import { type BackwardConfig, type BackwardMode, backwardConfig, checkBuffer, skipsOutputs } from './config'
import { type BackwardGeometry, convGeometry, windowOffset } from './geometry'
import { backwardSweeps, reachedGradients } from './grid'
import { type DenseJob, fcJob, measureDense } from './measure-dense'
import { collectTiles } from './tally'
import { addRowCosts, countTileCycles, laneBitsFor, rowCosts, windowCycleTable } from './tile-cycles'
import { type TileTally, tallyTile, tileTally } from './tile-tally'
import type { GradientTile } from './tiles'
import { windowCounts } from './window-counts'
import type { BackwardWork } from './work'
import { workOfSweeps } from './work-of-sweeps'

/** One layer's backward pass with random masks of given sparsity instead of data. */
export interface BackwardLayerWhatIf {
  readonly layer: Layer
  /** The layer that receives the gradient; absent: neurons of the size the layer reads, spikes not pooled. */
  readonly target?: Layer
  readonly T: number
  readonly B: number
  /** Shares of zeros in ∇s̃ and ∇ũ, 0..1; default 0. FC layers are dense whatever is given. */
  readonly outputSparsity?: number
  readonly inputSparsity?: number
  /** Default 1. */
  readonly seed?: number
  /** Random tiles per tile shape, averaged; default 24. */
  readonly trials?: number
  /**
   * What lies around a tile: `interior` random gradients as if every tile lay inside a larger map (as the throughput
   * study draws them), `padded` the zeros that really lie beyond the map's edge. Default interior.
   */
  readonly halo?: 'interior' | 'padded'
}

/** The output layer: only Grad works. */
export interface BackwardOutputWhatIf {
  readonly outputLayer: Layer
  readonly T: number
  readonly B: number
}

export type BackwardWhatIf = BackwardLayerWhatIf | BackwardOutputWhatIf

const requireShare = (name: string, value: number) => {
  if (!(value >= 0 && value <= 1))
    throw new ConfigError({ where: `backwardWhatIf ${name}`, expected: 'a share from 0 to 1', got: String(value) })
  return value
}

/** Window positions from..from+size−1 → stored ∇u cells (from 0), −1 for inserted zeros and positions off the map. */
const cellsAlong = (from: number, size: number, offset: number, step: number, pool: number, limit: number) => {
  const raw = Array.from({ length: size }, (_, p) => {
    const conv = (from + p - offset) / step
    return Number.isInteger(conv) && (limit < 0 || (conv >= 0 && conv < limit)) ? Math.floor(conv / pool) : Number.NaN
  })
  const first = Math.min(...raw.filter((cell) => !Number.isNaN(cell)))
  return raw.map((cell) => (Number.isNaN(cell) ? -1 : cell - first))
}

interface Draw {
  readonly geometry: BackwardGeometry
  readonly config: BackwardConfig
  readonly mode: BackwardMode
  readonly tile: GradientTile
  readonly rows: number
  readonly cols: number
  readonly closed: number
  readonly inputSparsity: number
  readonly padded: boolean
}

/** Draws one tile of the array after another: `rows` maps of ∇ũ with their halo, `cols` output masks. */
const randomTiles = (draw: Draw, trials: number, random: Rng): TileTally[] => {
  const { geometry, config, mode, tile, rows, cols, closed, inputSparsity, padded } = draw
  const { kernel, stride, outH, outW } = geometry
  const { h, w } = tile
  const pool = config.fullSizeStorage ? 1 : geometry.pool
  const [limitH, limitW] = padded ? [outH * geometry.pool, outW * geometry.pool] : [-1, -1]
  const offset = windowOffset(geometry)
  const cellY = cellsAlong(tile.y, h + kernel - 1, offset, stride, pool, limitH)
  const cellX = cellsAlong(tile.x, w + kernel - 1, offset, stride, pool, limitW)
  const cells = new Uint8Array((Math.max(...cellY) + 1) * (Math.max(...cellX) + 1))
  const across = Math.max(...cellX) + 1
  const size = { H: h, W: w, kernel }
  const own: GradientTile = { y: 0, x: 0, h, w }
  const valid = new Uint8Array(cellY.length * cellX.length)
  const counts = new Uint16Array(h * w)
  const rowSums = new Uint16Array(cellY.length * w)
  const open = new Uint8Array(cols * h * w)
  const outputs = blockOutputs(cols, h * w, h * w)
  const sums = new Int32Array(config.groupSize)
  const cyclesOf = windowCycleTable(mode, config, kernel)
  return Array.from({ length: trials }, () => {
    const costs = rowCosts(rows, h * w, laneBitsFor(config, kernel))
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < cells.length; i++) cells[i] = random.next() >= inputSparsity ? 1 : 0
      for (let y = 0, i = 0; y < cellY.length; y++)
        for (let x = 0; x < cellX.length; x++, i++)
          valid[i] = cellY[y] >= 0 && cellX[x] >= 0 ? cells[cellY[y] * across + cellX[x]] : 0
      windowCounts(valid, 0, size, counts, rowSums)
      addRowCosts(costs, row, counts, cyclesOf)
    }
    for (let i = 0; i < open.length; i++) open[i] = random.next() >= closed ? 1 : 0
    listOutputs(open, size, own, { from: 0, to: cols }, skipsOutputs(mode), outputs)
    const tally = tileTally()
    countTileCycles(costs, outputs.lists, config.groupSize, sums, tally)
    tallyTile(costs, outputs, own, w, mode, kernel, tally)
    return tally
  })
}

const convWhatIf = (whatIf: BackwardLayerWhatIf, config: BackwardConfig, mode: BackwardMode): BackwardWork => {
  const { layer, target, T, B, outputSparsity = 0, inputSparsity = 0, seed = 1, trials = 24, halo } = whatIf
  const geometry = convGeometry(layer, target)
  const sweeps = backwardSweeps(geometry, config, T, B)
  const tiled = collectTiles(config, mode, sweeps, trials)
  const padded = halo === 'padded'
  const period = geometry.stride * geometry.pool
  const drawn = new Map<string, TileTally[]>()
  sweeps.forEach(({ tile, cols, rows, steps }, sweep) => {
    rows.forEach((block, row) => {
      const [high, wide] = [block.to - block.from, cols.to - cols.from]
      const place = padded ? [tile.y, tile.x] : [tile.y % period, tile.x % period]
      const key = [tile.h, tile.w, high, wide, ...place].join(' ')
      const known = drawn.get(key)
      const closed = elementary.pow(outputSparsity, geometry.spikePool * geometry.spikePool)
      const draw = { geometry, config, mode, tile, rows: high, cols: wide, closed, inputSparsity, padded }
      const tallies = known ?? randomTiles(draw, trials, rng(deriveSeed(seed, key)))
      if (!known) drawn.set(key, tallies)
      for (const tally of tallies) tiled.add(sweep, row, tally, tile.h, steps)
    })
  })
  const stored = sweeps.map(
    ({ cols, steps, neurons }) => (1 - outputSparsity) * (cols.to - cols.from) * steps * neurons,
  )
  return workOfSweeps(geometry, config, mode, sweeps, tiled.collected(), stored, ({ tile }) =>
    reachedGradients(geometry, config, tile, padded),
  )
}

/**
 * Work of a backward pass from random masks: every tile shape is drawn `trials` times and averaged, with the same
 * counting as for data, so that sweeps over layers and sparsities need no tensors. Random masks know no structure;
 * real ones of equal sparsity cost more where valid neurons cluster.
 * @throws ConfigError for an even kernel, a share outside 0..1, T, B or trials that are not positive integers;
 *   CapacityError with `requireFit`
 */
export const backwardWhatIf = (
  whatIf: BackwardWhatIf,
  changes: Partial<BackwardConfig> = {},
  mode: BackwardMode = 'both',
): BackwardWork => {
  const config = backwardConfig(changes)
  const work = whatIfWork(whatIf, config, mode)
  checkBuffer(config, 'outputLayer' in whatIf ? 'output' : whatIf.layer.name, work)
  return work
}

const whatIfWork = (whatIf: BackwardWhatIf, config: BackwardConfig, mode: BackwardMode): BackwardWork => {
  const T = requireInteger('backwardWhatIf T', whatIf.T)
  const B = requireInteger('backwardWhatIf B', whatIf.B)
  if ('outputLayer' in whatIf) {
    const { K, outH, outW, kind } = whatIf.outputLayer
    return measureDense(config, outputJob(K * outH * outW, kind, T, B))
  }
  requireInteger('backwardWhatIf trials', whatIf.trials ?? 24)
  requireShare('outputSparsity', whatIf.outputSparsity ?? 0)
  requireShare('inputSparsity', whatIf.inputSparsity ?? 0)
  if (whatIf.layer.kind === 'conv') return convWhatIf(whatIf, config, mode)
  const { layer, target } = whatIf
  const { spikePool, outH, outW } = target ?? { spikePool: 1, outH: layer.H, outW: layer.W }
  const below = { spikePool, outH, outW, kind: config.idealRates ? 'fc' : (target?.kind ?? 'fc') } as const
  const neurons = layer.C * outH * outW
  return measureDense(
    config,
    fcJob(layer, below, T, B, (from, to) => (to - from) * B * neurons),
  )
}

const outputJob = (neurons: number, kind: Layer['kind'], T: number, B: number): DenseJob => ({
  kind: 'output',
  T,
  B,
  K: 0,
  C: neurons,
  neurons,
  spikePool: 1,
  potentials: (from, to) => (to - from) * B * neurons,
  storesMask: kind === 'conv',
  hostBits: 16 * B * neurons,
})
