import { ceilDiv } from '@h2learn/hw'
import {
  type BitPlanes,
  blocksOf,
  inputPixels,
  mapTiles,
  type StudyAssumptions,
  subLutFill,
  touchingNeurons,
} from '@h2learn/lut-pe'
import type { Layer } from '@h2learn/snn-core'
import type { WeightUpdateEngineConfig, WeightUpdateWork } from './api'

/** What decides a layer's work on the Weight Update Engine. */
export interface WeightUpdateJob {
  readonly layer: Layer
  readonly T: number
  readonly B: number
  readonly planes: BitPlanes
  readonly assume: Pick<StudyAssumptions, 'hiddenFill' | 'fullSizeStorage' | 'noFirstFill'>
}

const ledger = () => ({
  groups: [] as number[],
  bytes: [] as number[],
  foldedInputs: 0,
  gates: 0,
  fillWrites: 0,
  fillAdds: 0,
  updates: 0,
  planeScales: 0,
  spreadScales: 0,
  keptBytes: 0,
  sampleBytes: 0,
})
type Ledger = ReturnType<typeof ledger>

/** Positions of a group that each sub-LUT holds. */
const dealt = (real: number, subLutInputs: readonly number[]): readonly number[] => {
  let left = real
  return subLutInputs.map((n) => {
    const here = Math.min(n, left)
    left -= here
    return here
  })
}

const convWork = (config: WeightUpdateEngineConfig, job: WeightUpdateJob, log: Ledger, lookups: number[]): void => {
  const { layer, T, B, planes, assume } = job
  const { C, K, R, S, currentPool: pool, outH, outW } = layer
  const weights = C * R * S
  const folded = config.subLutInputs.reduce((total, n) => total + n, 0)
  for (const tile of mapTiles(layer.convH, layer.convW, config.tile)) {
    const P = tile.h * tile.w
    const stored = pool === 1 || assume.fullSizeStorage ? P : touchingNeurons(tile, pool, outH, outW)
    const groups = blocksOf(P, folded)
    for (const cols of blocksOf(K, config.cols)) {
      log.keptBytes = Math.max(log.keptBytes, weights * cols.size * 2)
      for (const time of blocksOf(T, config.rows)) {
        const maps = (planes.oncePerSample ? B : time.size * B) * planes.planes
        log.groups.push(B * groups.length)
        log.sampleBytes = Math.max(
          log.sampleBytes,
          time.size * cols.size * stored * 2 + ceilDiv((C * maps * inputPixels(tile, layer)) / B, 8),
        )
        log.bytes.push(time.size * B * cols.size * stored * 2 + ceilDiv(C * maps * inputPixels(tile, layer), 8))
        log.updates += B * groups.length * weights * cols.size
        log.foldedInputs += B * P * time.size * weights * planes.planes * cols.size
        if (planes.planes > 1) log.planeScales += B * groups.length * weights * planes.planes * cols.size
        if (pool > 1) log.spreadScales += time.size * B * cols.size * touchingNeurons(tile, pool, outH, outW)
        for (const group of groups)
          dealt(group.size, config.subLutInputs).forEach((real, j) => {
            if (real === 0) return
            const subLuts = B * time.size * cols.size
            lookups[j]! += subLuts * weights * planes.planes
            log.fillWrites += subLuts * subLutFill(real).writes
            log.fillAdds += subLuts * subLutFill(real).adds
          })
      }
    }
  }
}

const fcWork = (config: WeightUpdateEngineConfig, job: WeightUpdateJob, log: Ledger): void => {
  const { layer, T, B, planes } = job
  const inputs = layer.C * layer.R * layer.S
  const groups = ceilDiv(B, config.subLutInputs.length)
  for (const cols of blocksOf(layer.K, config.cols)) {
    log.keptBytes = Math.max(log.keptBytes, config.lanes * cols.size * 2)
    for (const time of blocksOf(T, config.rows)) {
      const maps = (planes.oncePerSample ? B : time.size * B) * planes.planes
      log.groups.push(groups)
      log.sampleBytes = Math.max(log.sampleBytes, time.size * B * cols.size * 2 + ceilDiv(inputs * maps, 8))
      log.bytes.push(time.size * B * cols.size * 2 + ceilDiv(inputs * maps, 8))
      const folded = inputs * planes.planes * time.size * B * cols.size
      log.foldedInputs += folded
      log.gates += folded
      log.fillWrites += time.size * B * cols.size
      log.updates += groups * inputs * cols.size
      if (planes.planes > 1) log.planeScales += groups * inputs * planes.planes * cols.size
    }
  }
}

/**
 * The sizes a layer's weight gradient depends on, grid iteration by grid iteration: tiles in raster order, blocks of ∇u
 * channels, blocks of timesteps; one grid iteration reads every input channel (throughput.py). Fully connected: blocks
 * of ∇u channels, blocks of timesteps.
 */
export const weightUpdateWork = (config: WeightUpdateEngineConfig, job: WeightUpdateJob): WeightUpdateWork => {
  const log = ledger()
  const lookups = config.subLutInputs.map(() => 0)
  const { layer, planes, assume } = job
  const fc = layer.kind === 'fc'
  if (fc) fcWork(config, job, log)
  else convWork(config, job, log, lookups)
  const each = layer.C * layer.R * layer.S
  return {
    layer: layer.name,
    kind: layer.kind,
    groups: Float64Array.from(log.groups),
    bytes: Float64Array.from(log.bytes),
    groupCycles: ceilDiv(planes.planes * each, config.lanes),
    fillCycles: fc ? 0 : 2 ** Math.max(...config.subLutInputs),
    fillHidden: config.shadowLut || (assume.hiddenFill ?? false),
    firstFillBytes: assume.noFirstFill ? 0 : log.bytes[0]!,
    foldedInputs: log.foldedInputs,
    loadBytes: log.bytes.reduce((total, n) => total + n, 0),
    parameters: each * layer.K,
    bufferBytes: 2 * (log.sampleBytes + log.keptBytes),
    lookups: fc ? [] : lookups,
    gates: log.gates,
    taps: log.foldedInputs,
    fillWrites: log.fillWrites,
    fillAdds: log.fillAdds,
    updates: log.updates,
    planeScales: log.planeScales,
    spreadScales: log.spreadScales,
  }
}
