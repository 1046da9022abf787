import { ceilDiv } from '@h2learn/hw'
import type { Layer, Mask } from '@h2learn/snn-core'
import { getBit } from '@h2learn/snn-core'
import type { ForwardEngineConfig, ForwardWork, StudyAssumptions } from './api'
import type { BitPlanes } from './bit-planes'
import { levelPlanes } from './bit-planes'
import { subLutFill } from './sub-lut'
import { finishedNeurons, inputPixels, type MapTile, mapTiles } from './tiles'
import { kernelPasses } from './windows'

/** Output blocks of a fully connected layer that share one load of the input spikes (throughput.py). */
const outputBlocksPerLoad = 64

/** Open windows (neurons with a potential to store) of output channels k0..k0+n−1 and timesteps t0..t0+T−1 in a region. */
export type OpenWindows = (region: MapTile, k0: number, channels: number, t0: number, timesteps: number) => number

/** Open windows counted in a recorded mask. */
export const countedWindows =
  ({ shape, data }: Mask): OpenWindows =>
  ({ y, x, h, w }, k0, channels, t0, timesteps) => {
    let open = 0
    for (let t = t0; t < t0 + timesteps; t++)
      for (let b = 0; b < shape.B; b++)
        for (let k = k0; k < k0 + channels; k++)
          for (let row = y; row < y + h; row++) {
            const start = (((t * shape.B + b) * shape.C + k) * shape.H + row) * shape.W + x
            for (let i = start; i < start + w; i++) open += getBit(data, i)
          }
    return open
  }

/** One block of a range: where it starts and how much of it is real. */
interface Block {
  readonly start: number
  readonly size: number
}

/** Cuts 0..extent−1 into blocks; the last one may be partial. */
export const blocksOf = (extent: number, size: number): readonly Block[] =>
  Array.from({ length: ceilDiv(extent, size) }, (_, i) => ({
    start: i * size,
    size: Math.min(size, extent - i * size),
  }))

/** What decides a layer's work on the Forward Engine. */
export interface ForwardJob {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly planes: BitPlanes
  readonly open: OpenWindows
  readonly assume: StudyAssumptions
}

/** Collects grid iterations and totals. */
const ledger = () => {
  const arrayCycles: number[] = []
  const somaNeurons: number[] = []
  const bytes: number[] = []
  return {
    arrayCycles,
    somaNeurons,
    bytes,
    firstFillBytes: 0,
    foldedInputs: 0,
    loadBytes: 0,
    storeBytes: 0,
    bufferBytes: 0,
    sums: 0,
    taps: 0,
    gates: 0,
    fillWrites: 0,
    fillAdds: 0,
    poolAdds: 0,
    poolScales: 0,
    somaUpdates: 0,
    planeScales: 0,
    psumRead: 0,
    psumWrite: 0,
  }
}
type Ledger = ReturnType<typeof ledger>

/** Bytes of what the Soma emits: potentials of open windows, spikes and masks; levels if the spikes are pooled. */
const outputBytes = (open: number, neurons: number, pooledSpikes: number, spikePool: number): number =>
  2 * open +
  2 * ceilDiv(neurons, 8) +
  (spikePool > 1 ? ceilDiv(pooledSpikes * levelPlanes(spikePool * spikePool).planes, 8) : 0)

/** One grid iteration into the ledger. */
const iterate = (
  log: Ledger,
  it: { cycles: number; somaNeurons: number; load: number; store: number; psum: number; outputs: number },
) => {
  if (log.bytes.length === 0) log.firstFillBytes = it.load
  log.arrayCycles.push(it.cycles)
  log.somaNeurons.push(it.somaNeurons)
  log.bytes.push(it.load + it.store)
  log.loadBytes += it.load
  log.bufferBytes = Math.max(log.bufferBytes, 2 * (it.load + it.psum + it.outputs))
}

const convWork = (config: ForwardEngineConfig, job: ForwardJob, log: Ledger, lookups: number[]): void => {
  const { layer, T, B, planes, open, assume } = job
  const { C, K, R, S, currentPool: pool, spikePool } = layer
  const passes = kernelPasses(R * S, config.subLutInputs)
  const inputBlocks = blocksOf(C, config.rows)
  // pixels are convolved once for all timesteps; everything else in blocks of at most T_max
  const timeBlocks = planes.oncePerSample ? [{ start: 0, size: T }] : blocksOf(T, config.tMax)
  for (const tile of mapTiles(layer.convH, layer.convW, config.tile)) {
    const P = tile.h * tile.w
    const neurons = finishedNeurons(tile, pool, layer.outH, layer.outW)
    const spots = neurons.h * neurons.w
    const stored = assume.fullSizeStorage ? P : spots
    const spikeSpots = finishedNeurons(
      tile,
      pool * spikePool,
      Math.floor(layer.outH / spikePool),
      Math.floor(layer.outW / spikePool),
    )
    for (const cols of blocksOf(K, config.cols))
      for (const time of timeBlocks) {
        const maps = planes.oncePerSample ? B : time.size * B
        const vectors = maps * planes.planes
        const updates = time.size * B * cols.size * spots
        const opened = open(neurons, cols.start, cols.size, time.start, time.size)
        const outputs = outputBytes(
          assume.fullSizeStorage && spots > 0 ? Math.round((opened * P) / spots) : opened,
          time.size * B * cols.size * stored,
          time.size * B * cols.size * spikeSpots.h * spikeSpots.w,
          spikePool,
        )
        const sweep = inputBlocks.length * passes.length
        const psum = maps * P * cols.size * 2
        log.storeBytes += outputs
        log.somaUpdates += updates
        const pooled = maps * cols.size * spots
        if (pool > 1) {
          log.poolAdds += pooled * (pool * pool - 1)
          log.poolScales += pooled
        }
        log.psumWrite += sweep * psum
        log.psumRead += (sweep - 1) * psum
        // the encoding layer's sums stay in the buffer and the Soma reads them at every timestep
        if (planes.oncePerSample) log.psumRead += T * pooled * 2
        inputBlocks.forEach((rows, block) => {
          passes.forEach((pass, p) => {
            const windows = vectors * P
            const pes = rows.size * cols.size
            const tiles = p === 0 ? ceilDiv(rows.size * vectors * inputPixels(tile, layer), 8) : 0
            const last = block === inputBlocks.length - 1 && p === passes.length - 1
            iterate(log, {
              cycles: vectors * ceilDiv(P, config.lanes),
              somaNeurons: last ? updates : 0,
              load: pass.count * pes * 2 + tiles,
              store: outputs / sweep,
              psum,
              outputs,
            })
            log.sums += windows * cols.size
            log.taps += windows * pes * pass.count
            log.foldedInputs += windows * pes * pass.count
            if (planes.planes > 1) log.planeScales += windows * cols.size
            pass.taps.forEach((real, j) => {
              if (real === 0) return
              lookups[j]! += windows * pes
              log.fillWrites += pes * subLutFill(real).writes
              log.fillAdds += pes * subLutFill(real).adds
            })
          })
        })
      }
  }
}

const fcWork = (config: ForwardEngineConfig, job: ForwardJob, log: Ledger): void => {
  const { layer, T, B, planes } = job
  const inputs = blocksOf(layer.C * layer.R * layer.S, config.rows * config.subLutInputs.length)
  const timeBlocks = planes.oncePerSample ? [{ start: 0, size: T }] : blocksOf(T, config.tMax)
  for (const group of blocksOf(layer.K, config.cols * outputBlocksPerLoad))
    for (const time of timeBlocks) {
      const maps = planes.oncePerSample ? B : time.size * B
      const vectors = maps * planes.planes
      const outputBlocks = blocksOf(group.size, config.cols)
      const stored = time.size * B * group.size
      log.psumWrite += inputs.length * maps * group.size * 2
      log.psumRead += (inputs.length - 1) * maps * group.size * 2
      if (planes.oncePerSample) log.psumRead += T * maps * group.size * 2
      log.somaUpdates += stored
      inputs.forEach((ins, block) => {
        outputBlocks.forEach((cols, at) => {
          const updates = time.size * B * cols.size
          const outputs = outputBytes(updates, updates, 0, 1)
          if (block === 0) log.storeBytes += outputs
          iterate(log, {
            cycles: ceilDiv(vectors, config.lanes),
            somaNeurons: block === inputs.length - 1 ? updates : 0,
            load: ins.size * cols.size * 2 + (at === 0 ? ceilDiv(vectors * ins.size, 8) : 0),
            store: outputs / inputs.length,
            psum: maps * group.size * 2,
            outputs,
          })
          log.sums += vectors * cols.size
          log.gates += vectors * ins.size * cols.size
          log.foldedInputs += vectors * ins.size * cols.size
          log.fillWrites += ins.size * cols.size
          if (planes.planes > 1) log.planeScales += vectors * cols.size
        })
      })
    }
}

/**
 * The sizes a layer's forward pass depends on, grid iteration by grid iteration. Order: tiles in raster order, blocks of
 * output channels, blocks of timesteps, blocks of input channels, kernel passes (output-stationary, h2learn.md section
 * 3); fully connected: groups of 64 output blocks, timesteps, blocks of inputs, output blocks.
 */
export const forwardWork = (config: ForwardEngineConfig, job: ForwardJob): ForwardWork => {
  const log = ledger()
  const lookups = config.subLutInputs.map(() => 0)
  const fc = job.layer.kind === 'fc'
  if (fc) fcWork(config, job, log)
  else convWork(config, job, log, lookups)
  return {
    layer: job.layer.name,
    kind: job.layer.kind,
    arrayCycles: Float64Array.from(log.arrayCycles),
    somaNeurons: Float64Array.from(log.somaNeurons),
    bytes: Float64Array.from(log.bytes),
    fillCycles: fc ? 0 : 2 ** Math.max(...config.subLutInputs),
    fillHidden: config.shadowLut || (job.assume.hiddenFill ?? false),
    somaBound: !(job.assume.unboundedSoma ?? false),
    firstFillBytes: job.assume.noFirstFill ? 0 : log.firstFillBytes,
    foldedInputs: log.foldedInputs,
    loadBytes: log.loadBytes,
    storeBytes: log.storeBytes,
    bufferBytes: log.bufferBytes,
    windows: {
      lookups: fc ? [] : lookups,
      gates: log.gates,
      taps: fc ? log.gates : log.taps,
      sums: log.sums,
      fillWrites: log.fillWrites,
      fillAdds: log.fillAdds,
    },
    poolAdds: log.poolAdds,
    poolScales: log.poolScales,
    somaUpdates: log.somaUpdates,
    planeScales: log.planeScales,
    partialSumBytes: { read: log.psumRead, write: log.psumWrite },
  }
}
