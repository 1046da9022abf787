import { type BackwardConfig, type BackwardMode, skipsOutputs } from './config'
import type { BackwardGeometry } from './geometry'
import { type BackwardSweep, sweepTraffic } from './grid'
import type { TileTally } from './tile-tally'
import type { BackwardPeCycles, BackwardWork } from './work'

/**
 * Collects tiles into grid iterations and closes the books: every PE-cycle of the array ends up with one cause.
 * A tile costs max(C_tile + fill, rows of the next tile to scan, ⌈outputs of the fullest column / 4⌉ to drain);
 * Grad takes one neuron per cycle and column after the last row block of a sweep, under the next grid iteration; the
 * first scan and the last Grad are exposed (edge rule 11). `config.idealRates` leaves only C_tile + fill.
 */
export const tallySweeps = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  mode: BackwardMode,
  sweeps: readonly BackwardSweep[],
) => {
  const rowBlocks = sweeps[0].rows.length
  const n = sweeps.length * rowBlocks
  const cycles = new Float64Array(n)
  const busiestCycles = new Float64Array(n)
  const effectualMacs = new Float64Array(n)
  const emptyWindows = new Float64Array(n)
  const sum = { busy: 0, performed: 0, groupBusiest: 0, usedBusiest: 0, steps: 0, scan: 0, acc: 0, usedSteps: 0 }
  const outputs = { valid: 0, computed: 0 }
  const timed = !config.idealRates
  const scans = timed && skipsOutputs(mode)
  let accAdds = 0

  /** Adds `times` tiles like this one to row block `row` of a sweep; `nextRows`: height of the tile that follows. */
  const add = (sweep: number, row: number, tile: TileTally, nextRows: number, times = 1): void => {
    const i = sweep * rowBlocks + row
    const { rows, cols } = sweeps[sweep]
    const high = rows[row].to - rows[row].from
    const used = high * (cols.to - cols.from) * config.groupSize
    const compute = tile.busiest + config.fill
    const scan = scans ? nextRows : 0
    const drain = timed ? Math.ceil(tile.fullestColumn / config.groupSize) : 0
    const step = Math.max(compute, scan, drain)
    cycles[i] += times * step
    busiestCycles[i] += times * tile.busiest
    effectualMacs[i] += times * tile.effectual
    emptyWindows[i] += times * tile.emptyWindows
    if (step > compute) sum[scan === step ? 'scan' : 'acc'] += times * (step - compute)
    sum.busy += times * tile.busy
    sum.performed += times * tile.performed
    sum.groupBusiest += times * tile.groupBusiest
    sum.usedBusiest += times * used * tile.busiest
    sum.usedSteps += times * used * compute
    sum.steps += times
    outputs.valid += times * tile.validOutputs
    outputs.computed += times * tile.computedOutputs
    accAdds += times * tile.computedOutputs * high
  }

  /** Exposes the first scan, overlaps Grad, adds up. `potentials`: stored values behind each sweep's outputs. */
  const close = (potentials: ArrayLike<number>, reached: (sweep: BackwardSweep) => number): BackwardWork => {
    const { groupSize, rows, cols, fill } = config
    const pes = rows * cols * groupSize
    const bytes = new Float64Array(n)
    let gradStall = 0
    let gradUpdates = 0
    let scanStall = sum.scan
    let scannedRows = 0
    let all = 0
    let allOutputs = 0
    let gradLeft = 0
    let poolScales = 0
    const glb = { readBits: 0, writtenBits: 0 }
    if (scans) {
      cycles[0] += sweeps[0].tile.h
      scanStall += sweeps[0].tile.h
    }
    sweeps.forEach((sweep, s) => {
      const { tile, steps, neurons } = sweep
      const wide = sweep.cols.to - sweep.cols.from
      const traffic = sweepTraffic(geometry, config, sweep, potentials[s])
      const output = traffic.loadBits + traffic.storeBits
      const spread = config.fullSizeStorage ? 1 : geometry.pool
      gradUpdates += wide * steps * neurons
      sweep.rows.forEach((block, r) => {
        const i = s * rowBlocks + r
        const high = block.to - block.from
        if (timed && gradLeft > cycles[i]) {
          gradStall += gradLeft - cycles[i]
          cycles[i] = gradLeft
        }
        gradLeft = 0
        const gradient = high * traffic.gradientBitsPerRow
        const weight = high * wide * traffic.weightBits
        const mask = high * traffic.gradientMaskBitsPerRow
        bytes[i] = (gradient + weight + mask + output / rowBlocks) / 8
        const read = high * steps * reached(sweep)
        glb.readBits += 16 * read + weight + mask
        glb.writtenBits += gradient + weight + mask
        if (spread > 1) poolScales += read
        all += high * wide * steps * tile.h * tile.w * geometry.kernel ** 2
        allOutputs += wide * steps * tile.h * tile.w
        if (skipsOutputs(mode)) scannedRows += wide * steps * tile.h
      })
      glb.readBits += output
      glb.writtenBits += output
      gradLeft = steps * neurons
    })
    if (timed) {
      cycles[n - 1] += gradLeft
      gradStall += gradLeft
    }
    const exact = Math.round
    const effectual = exact(total(effectualMacs))
    const performed = exact(sum.performed)
    const computed = exact(outputs.computed)
    // each computed output reads and writes its running partial sum once
    const partialSums = 2 * computed
    if (geometry.spikePool > 1) poolScales += computed / rowBlocks
    const peCycles: BackwardPeCycles = {
      effectual,
      ineffectual: performed - effectual,
      emptyWindow: exact(sum.busy) - performed,
      peImbalance: exact(groupSize * sum.groupBusiest - sum.busy),
      groupImbalance: exact(sum.usedBusiest - groupSize * sum.groupBusiest),
      unused: exact(pes * total(busiestCycles) - sum.usedBusiest),
      fill: exact(pes * fill * sum.steps),
      scan: exact(pes * scanStall),
      acc: exact(pes * sum.acc),
      grad: exact(pes * gradStall),
    }
    return {
      kind: 'conv',
      kernel: geometry.kernel,
      iterations: { cycles, bytes },
      busiestCycles,
      effectualMacs,
      emptyWindows,
      peCycles,
      pes,
      firstFillBytes: timed ? firstFillBits(geometry, config, sweeps[0], skipsOutputs(mode)) / 8 : 0,
      macs: { all, effectual, skipped: all - effectual, performed },
      outputs: { valid: exact(outputs.valid), computed, all: allOutputs },
      accAdds: exact(accAdds),
      scannedRows,
      finderCycles: mode === 'dense' ? 0 : exact(sum.usedSteps),
      gradUpdates,
      poolScales: exact(poolScales),
      glb: {
        readBytes: Math.ceil(exact(glb.readBits) / 8) + partialSums,
        writtenBytes: Math.ceil(exact(glb.writtenBits) / 8) + partialSums,
      },
    }
  }

  return { add, close }
}

/** Gradients, their mask, weights and output masks of the first grid iteration: it cannot start without them. */
const firstFillBits = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  sweep: BackwardSweep,
  outputMasks: boolean,
): number => {
  const { gradientBitsPerRow, gradientMaskBitsPerRow, weightBits } = sweepTraffic(geometry, config, sweep, 0)
  const wide = sweep.cols.to - sweep.cols.from
  const high = sweep.rows[0].to - sweep.rows[0].from
  const masks = outputMasks ? wide * sweep.steps * sweep.tile.h * sweep.tile.w : 0
  return high * (gradientBitsPerRow + gradientMaskBitsPerRow + wide * weightBits) + masks
}

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
