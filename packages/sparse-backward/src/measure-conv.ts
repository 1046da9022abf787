import { getBit, type Mask } from '@h2learn/snn-core'
import type { BackwardInput } from './api'
import type { BackwardConfig, BackwardMode } from './config'
import { backwardKernels } from './fast/backward-kernels'
import { fastTileCounter } from './fast/fast-tile-counter'
import { type BackwardGeometry, convGeometry } from './geometry'
import { type BackwardSweep, backwardSweeps, reachedGradients } from './grid'
import { collectTiles } from './tally'
import { plainTileCounter } from './tile-counter'
import { gradientTiles, indexBlocks } from './tiles'
import type { BackwardWork } from './work'
import { workOfSweeps } from './work-of-sweeps'

/** Stored potentials behind the outputs of every sweep. */
const storedPotentials = (
  { C, H, W, spikePool, neuronH, neuronW }: BackwardGeometry,
  config: BackwardConfig,
  sweeps: readonly BackwardSweep[],
  mask: Mask,
): Float64Array => {
  const { T, B } = mask.shape
  const colBlocks = Math.ceil(C / config.cols)
  const across = Math.ceil(W / config.tile)
  const last = Math.ceil(T / config.tMax) - 1
  const perTime = sweeps.length / (last + 1)
  const along = (neurons: number, extent: number) =>
    Uint32Array.from({ length: neurons }, (_, i) =>
      Math.floor(Math.min(extent - 1, Math.floor(i / spikePool)) / config.tile),
    )
  const [tileOfY, tileOfX] = [along(neuronH, H), along(neuronW, W)]
  const counts = new Float64Array(sweeps.length)
  for (let t = 0, i = 0; t < T; t++) {
    const block = (last - Math.floor(t / config.tMax)) * perTime
    for (let b = 0; b < B; b++)
      for (let c = 0; c < C; c++) {
        const col = Math.floor(c / config.cols)
        for (let y = 0; y < neuronH; y++)
          for (let x = 0; x < neuronW; x++, i++)
            if (getBit(mask.data, i)) counts[block + (tileOfY[y] * across + tileOfX[x]) * colBlocks + col]++
      }
  }
  return counts
}

/**
 * Work of a convolution's backward pass from its real masks: every tile of every grid iteration is counted exactly.
 * Window counts are made once per timestep, sample and ∇u channel and used by all columns.
 */
export const measureConv = (
  config: BackwardConfig,
  mode: BackwardMode,
  input: Extract<BackwardInput, { kind: 'layer' }>,
): BackwardWork => {
  const { T, B, layer, target, gradU } = input
  const geometry = convGeometry(layer, target.layer)
  const rowBlocks = Math.ceil(geometry.K / config.rows)
  const colBlocks = indexBlocks(geometry.C, config.cols)
  const tiles = gradientTiles(geometry.H, geometry.W, config.tile)
  const sweeps = backwardSweeps(geometry, config, T, B)
  const tiled = collectTiles(config, mode, sweeps)
  const job = { config, mode, geometry, gradU: gradU.data, spikeGradMask: target.spikeGradMask }
  const kernels = backwardKernels()
  const counter = (kernels && fastTileCounter(kernels, job)) ?? plainTileCounter(job)
  const timeBlocks = Math.ceil(T / config.tMax)
  for (let t = T - 1; t >= 0; t--) {
    const timeBlock = timeBlocks - 1 - Math.floor(t / config.tMax)
    const lastStep = t % config.tMax === 0
    for (let b = 0; b < B; b++) {
      const map = t * B + b
      counter.map(map)
      tiles.forEach((tile, tileIndex) => {
        colBlocks.forEach((cols, col) => {
          counter.outputs(tile, cols)
          const sweep = (timeBlock * tiles.length + tileIndex) * colBlocks.length + col
          for (let row = 0; row < rowBlocks; row++) {
            const sweepEnds = lastStep && b === B - 1 && row === rowBlocks - 1
            const nextRows = sweepEnds ? (sweeps[sweep + 1]?.tile.h ?? 0) : tile.h
            tiled.add(sweep, row, counter.tally(row), nextRows)
          }
        })
      })
    }
  }
  const potentials = storedPotentials(geometry, config, sweeps, target.potentials.mask)
  return workOfSweeps(geometry, config, mode, sweeps, tiled.collected(), potentials, ({ tile }) =>
    reachedGradients(geometry, config, tile, true),
  )
}
