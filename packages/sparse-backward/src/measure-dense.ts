import { countBits, getBit, type Layer, type Mask } from '@h2learn/snn-core'
import type { BackwardConfig } from './config'
import { backwardTimeBlocks, indexBlocks } from './tiles'
import type { BackwardPeCycles, BackwardWork } from './work'

/** The job of a pass without finders: an FC layer, or the output layer where only Grad works. */
export interface DenseJob {
  readonly kind: 'fc' | 'output'
  readonly T: number
  readonly B: number
  /** Neurons of ∇u (rows); 0 for the output layer. */
  readonly K: number
  /** Flattened inputs c, y, x (columns); for the output layer its own neurons. */
  readonly C: number
  /** Neurons behind all columns: more than C when spikes are pooled. */
  readonly neurons: number
  readonly spikePool: number
  /** Stored potentials of the neurons at timesteps from ≤ t < to. */
  readonly potentials: (from: number, to: number) => number
  /** True when the neurons' ∇ũ is written for a convolution below to use. */
  readonly storesMask: boolean
  /** Bits of ∂L/∂s from the host (output layer), over all timesteps. */
  readonly hostBits: number
}

const noCycles: BackwardPeCycles = {
  effectual: 0,
  ineffectual: 0,
  emptyWindow: 0,
  peImbalance: 0,
  groupImbalance: 0,
  unused: 0,
  fill: 0,
  scan: 0,
  acc: 0,
  grad: 0,
}

/** Stored potentials between two timesteps: bits of the mask there. */
export const potentialsBetween = (mask: Mask) => {
  const { T, B, C, H, W } = mask.shape
  const perStep = B * C * H * W
  return (from: number, to: number): number => {
    if (from === 0 && to === T) return countBits(mask.data)
    let n = 0
    for (let i = from * perStep; i < to * perStep; i++) n += getBit(mask.data, i)
    return n
  }
}

/** The job of an FC layer, from its geometry and that of the neurons below. */
export const fcJob = (
  layer: Layer,
  below: { readonly outH: number; readonly outW: number; readonly spikePool: number; readonly kind: Layer['kind'] },
  T: number,
  B: number,
  potentials: DenseJob['potentials'],
): DenseJob => ({
  kind: 'fc',
  T,
  B,
  K: layer.K,
  C: layer.C * layer.H * layer.W,
  neurons: layer.C * below.outH * below.outW,
  spikePool: below.spikePool,
  potentials,
  storesMask: below.kind === 'conv',
  hostBits: 0,
})

/**
 * Work of an FC layer or the output layer. FC: a grid iteration is one block of rows × columns of weights; the PEs of
 * a group take groupSize (timestep, sample) pairs side by side: ⌈T·B / 4⌉ cycles (edge rule 10). Bytes: weights once
 * per time block, gradients and outputs once, spread over the grid iterations (modelling choice: they are prefetched
 * through the ping-pong buffer). Output layer: 64 neurons per grid iteration, all of it Grad.
 */
export const measureDense = (config: BackwardConfig, job: DenseJob): BackwardWork => {
  const { kind, T, B, K, C, neurons } = job
  const { groupSize, idealRates } = config
  const pes = config.rows * config.cols * groupSize
  const rowBlocks = K > 0 ? indexBlocks(K, config.rows) : [{ from: 0, to: 0 }]
  const colBlocks = indexBlocks(C, config.cols)
  const timeBlocks = backwardTimeBlocks(T, config.tMax)
  const perTime = rowBlocks.length * colBlocks.length
  const n = timeBlocks.length * perTime
  const cycles = new Float64Array(n)
  const bytes = new Float64Array(n)
  const busiestCycles = new Float64Array(n)
  const effectualMacs = new Float64Array(n)
  const tile = { effectual: 0, unused: 0, grad: 0 }
  const bits = { loaded: 0, stored: 0 }
  let held = 0
  let gradLeft = 0
  const exposeGrad = (i: number) => {
    cycles[i] += gradLeft
    tile.grad += gradLeft
    gradLeft = 0
  }
  timeBlocks.forEach((time, block) => {
    const steps = (time.to - time.from) * B
    const load =
      16 * steps * K +
      (job.hostBits * (time.to - time.from)) / T +
      16 * job.potentials(time.from, time.to) +
      2 * steps * neurons +
      (block > 0 ? 16 * B * neurons : 0)
    const store = steps * neurons * (job.storesMask ? 17 : 16)
    bits.loaded += load + 16 * K * C
    bits.stored += store
    // one block of weights, the gradients of its rows, and the partial sums and outputs of its columns
    const [high, wide] = [Math.min(K, config.rows), Math.min(C, config.cols)]
    const shareOf = (outputBits: number) => (outputBits * wide) / C
    held = Math.max(
      held,
      16 * high * wide + 16 * steps * (high + wide) + shareOf(load - 16 * steps * K) + shareOf(store),
    )
    colBlocks.forEach((cols, c) => {
      const wide = cols.to - cols.from
      const behind = c === colBlocks.length - 1 ? neurons - Math.floor((neurons * cols.from) / C) : (neurons * wide) / C
      rowBlocks.forEach((rows, r) => {
        const i = block * perTime + c * rowBlocks.length + r
        const high = rows.to - rows.from
        const compute = K > 0 ? Math.ceil(steps / groupSize) : 0
        cycles[i] = Math.max(compute, gradLeft)
        busiestCycles[i] = compute
        tile.grad += cycles[i] - compute
        gradLeft = 0
        effectualMacs[i] = high * wide * steps
        tile.effectual += high * wide * steps
        tile.unused += pes * compute - high * wide * steps
        bytes[i] = 2 * high * wide + (load + store) / perTime / 8
      })
      gradLeft = idealRates ? 0 : steps * Math.ceil(behind / config.cols)
      if (K === 0) exposeGrad(block * perTime + c)
    })
  })
  exposeGrad(n - 1)
  const macs = K * C * T * B
  const outputs = K > 0 ? C * T * B * rowBlocks.length : 0
  const glbBytes = Math.ceil((bits.loaded + bits.stored) / 8) + 2 * outputs
  return {
    kind,
    kernel: 1,
    iterations: { cycles, bytes },
    busiestCycles,
    effectualMacs,
    emptyWindows: new Float64Array(n),
    peCycles: { ...noCycles, effectual: tile.effectual, unused: tile.unused, grad: pes * tile.grad },
    pes,
    firstFillBytes: idealRates ? 0 : bytes[0],
    bufferBytes: 2 * Math.ceil(held / 8),
    macs: { all: macs, effectual: macs, skipped: 0, performed: macs },
    outputs: { valid: outputs, computed: outputs, all: outputs },
    accAdds: C * T * B * K,
    scannedRows: 0,
    finderCycles: 0,
    gradUpdates: neurons * T * B,
    poolScales: job.spikePool > 1 ? C * T * B : 0,
    glb: { readBytes: glbBytes, writtenBytes: glbBytes },
  }
}
