import { type BackwardConfig, type BackwardMode, skipsOutputs } from './config'
import type { BackwardGeometry } from './geometry'
import { type BackwardSweep, sweepTraffic } from './grid'
import { type CollectedTiles, countsScans } from './tally'
import type { BackwardPeCycles, BackwardWork } from './work'

const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0)
const extent = ({ from, to }: { readonly from: number; readonly to: number }) => to - from

/**
 * Adds Grad to the cycles of grid iterations: one neuron per cycle and column after the last row block of a sweep,
 * under the next grid iteration; the last one is exposed (edge rule 11).
 * @returns the cycles with Grad, and how many of them waited for it
 */
const withGrad = (sweeps: readonly BackwardSweep[], tiles: Float64Array) => {
  const cycles = tiles.slice()
  const rowBlocks = cycles.length / sweeps.length
  let stall = 0
  for (let s = 1; s <= sweeps.length; s++) {
    const grad = sweeps[s - 1].steps * sweeps[s - 1].neurons
    const next = s * rowBlocks
    const waits = s === sweeps.length ? grad : Math.max(0, grad - cycles[next])
    cycles[Math.min(next, cycles.length - 1)] += waits
    stall += waits
  }
  return { cycles, stall }
}

/** Bytes of every grid iteration on the memory port, and of all of them through the global buffer. */
const traffic = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  sweeps: readonly BackwardSweep[],
  potentials: ArrayLike<number>,
  reached: (sweep: BackwardSweep) => number,
) => {
  const bytes: number[] = []
  let readBits = 0
  let writtenBits = 0
  let gradientReads = 0
  sweeps.forEach((sweep, s) => {
    const bits = sweepTraffic(geometry, config, sweep, potentials[s])
    const outputs = bits.loadBits + bits.storeBits
    const inReach = sweep.steps * reached(sweep)
    for (const block of sweep.rows) {
      const rows = extent(block)
      const weights = rows * extent(sweep.cols) * bits.weightBits
      const gradients = rows * bits.gradientBitsPerRow
      const masks = rows * bits.gradientMaskBitsPerRow
      bytes.push((gradients + weights + masks + outputs / sweep.rows.length) / 8)
      // a gradient tile is read with its halo, what else comes in or goes out passes the buffer once
      readBits += 16 * rows * inReach + weights + masks
      writtenBits += gradients + weights + masks
      gradientReads += rows * inReach
    }
    readBits += outputs
    writtenBits += outputs
  })
  const inBytes = (bits: number) => Math.ceil(Math.round(bits) / 8)
  return {
    bytes: Float64Array.from(bytes),
    readBytes: inBytes(readBits),
    writtenBytes: inBytes(writtenBits),
    gradientReads,
  }
}

/** Kernels, gradients and their mask, FP16 partial sums, and what goes in and out with the outputs; the largest twice. */
const pingPongBytes = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  sweeps: readonly BackwardSweep[],
  potentials: ArrayLike<number>,
): number => {
  let most = 0
  sweeps.forEach((sweep, s) => {
    const bits = sweepTraffic(geometry, config, sweep, potentials[s])
    const [high, wide] = [extent(sweep.rows[0]), extent(sweep.cols)]
    const loaded = high * (bits.gradientBitsPerRow + bits.gradientMaskBitsPerRow + wide * bits.weightBits)
    const sums = 16 * wide * sweep.steps * sweep.tile.h * sweep.tile.w
    most = Math.max(most, loaded + sums + bits.loadBits + bits.storeBits)
  })
  return 2 * Math.ceil(Math.round(most) / 8)
}

/** Gradients, their mask, weights and output masks of the first grid iteration: it cannot start without them. */
const firstFillBits = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  sweep: BackwardSweep,
  outputMasks: boolean,
): number => {
  const { gradientBitsPerRow, gradientMaskBitsPerRow, weightBits } = sweepTraffic(geometry, config, sweep, 0)
  const wide = extent(sweep.cols)
  const masks = outputMasks ? wide * sweep.steps * sweep.tile.h * sweep.tile.w : 0
  return extent(sweep.rows[0]) * (gradientBitsPerRow + gradientMaskBitsPerRow + wide * weightBits) + masks
}

/** Every PE-cycle of the array with its cause. */
const causes = (
  { groupSize, fill }: BackwardConfig,
  pes: number,
  tiles: CollectedTiles,
  stalls: { readonly scan: number; readonly grad: number },
): BackwardPeCycles => {
  const effectual = Math.round(total(tiles.effectualMacs))
  const performed = Math.round(tiles.performed)
  return {
    effectual,
    ineffectual: performed - effectual,
    emptyWindow: Math.round(tiles.busy) - performed,
    peImbalance: Math.round(groupSize * tiles.groupBusiest - tiles.busy),
    groupImbalance: Math.round(tiles.usedBusiest - groupSize * tiles.groupBusiest),
    unused: Math.round(pes * total(tiles.busiestCycles) - tiles.usedBusiest),
    fill: Math.round(pes * fill * tiles.steps),
    scan: Math.round(pes * stalls.scan),
    acc: Math.round(pes * tiles.acc),
    grad: Math.round(pes * stalls.grad),
  }
}

/**
 * Closes the books of a convolution: exposes the first scan, overlaps Grad, adds up bytes and counts.
 * @param potentials stored potentials behind the outputs of each sweep
 * @param reached stored ∇u positions of one channel that a sweep's windows reach
 */
export const workOfSweeps = (
  geometry: BackwardGeometry,
  config: BackwardConfig,
  mode: BackwardMode,
  sweeps: readonly BackwardSweep[],
  tiles: CollectedTiles,
  potentials: ArrayLike<number>,
  reached: (sweep: BackwardSweep) => number,
): BackwardWork => {
  const { rows, cols, groupSize, idealRates } = config
  const pes = rows * cols * groupSize
  const firstScan = countsScans(config, mode) ? sweeps[0].tile.h : 0
  const grad = idealRates ? { cycles: tiles.cycles, stall: 0 } : withGrad(sweeps, tiles.cycles)
  const cycles = grad.cycles.slice()
  cycles[0] += firstScan
  const moved = traffic(geometry, config, sweeps, potentials, reached)
  const peCycles = causes(config, pes, tiles, { scan: tiles.scan + firstScan, grad: grad.stall })
  const over = (count: (sweep: BackwardSweep) => number) => sweeps.reduce((sum, sweep) => sum + count(sweep), 0)
  const outputsOf = ({ cols: own, steps, tile }: BackwardSweep) => extent(own) * steps * tile.h * tile.w
  const all = over((sweep) => outputsOf(sweep) * geometry.K * geometry.kernel * geometry.kernel)
  const computed = Math.round(tiles.computedOutputs)
  const rowBlocks = sweeps[0].rows.length
  const pooledReads = geometry.pool > 1 && !config.fullSizeStorage ? moved.gradientReads : 0
  // each computed output reads and writes its running partial sum of 2 bytes once
  const partialSums = 2 * computed
  return {
    kind: 'conv',
    kernel: geometry.kernel,
    iterations: { cycles, bytes: moved.bytes },
    busiestCycles: tiles.busiestCycles,
    effectualMacs: tiles.effectualMacs,
    emptyWindows: tiles.emptyWindows,
    peCycles,
    pes,
    firstFillBytes: idealRates ? 0 : firstFillBits(geometry, config, sweeps[0], skipsOutputs(mode)) / 8,
    bufferBytes: pingPongBytes(geometry, config, sweeps, potentials),
    macs: {
      all,
      effectual: peCycles.effectual,
      skipped: all - peCycles.effectual,
      performed: peCycles.effectual + peCycles.ineffectual,
    },
    outputs: { valid: Math.round(tiles.validOutputs), computed, all: over(outputsOf) * rowBlocks },
    accAdds: Math.round(tiles.accAdds),
    scannedRows: skipsOutputs(mode)
      ? over(({ cols: own, steps, tile }) => extent(own) * steps * tile.h) * rowBlocks
      : 0,
    finderCycles: mode === 'dense' ? 0 : Math.round(tiles.usedSteps),
    gradUpdates: over(({ cols: own, steps, neurons }) => extent(own) * steps * neurons),
    poolScales: pooledReads + (geometry.spikePool > 1 ? Math.round(computed / rowBlocks) : 0),
    glb: { readBytes: moved.readBytes + partialSums, writtenBytes: moved.writtenBytes + partialSums },
  }
}
