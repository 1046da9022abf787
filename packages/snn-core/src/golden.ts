import type { RealArray } from './api'
import { backwardPass, forwardPass, outputGradient } from './bptt'
import { type GoldenLayer, readGolden } from './golden-file'
import { rateMse } from './loss'
import { unpackBits } from './tensor'

/** How far our values are from a golden file's, for one quantity of one layer (or all of them). */
export interface GoldenDifference {
  /** Largest absolute difference; Infinity when a value of ours is not a number. */
  readonly difference: number
  /** Largest absolute value in the file. */
  readonly scale: number
  /** difference <= tolerance · max(1, scale). */
  readonly pass: boolean
}

/** The quantities compared with a tolerance: u, ∇u, ∇s (on the mask only), ∇w. */
export type GoldenQuantity = 'u' | 'du' | 'ds' | 'dw'

/** One layer of a golden file against ours. */
export interface GoldenLayerReport {
  readonly name: string
  readonly quantities: Readonly<Record<GoldenQuantity, GoldenDifference>>
  /** Spikes and mask bits that differ: none may. */
  readonly spikeFlips: number
  readonly maskFlips: number
  readonly pass: boolean
}

/** Outcome of checking the learning core against one golden file. */
export interface GoldenReport {
  readonly where: string
  readonly name: string
  readonly network: string
  readonly dtype: 'float64' | 'float32'
  /** 1e-12 for float64, 1e-5 for float32, times max(1, largest value). */
  readonly tolerance: number
  readonly layers: readonly GoldenLayerReport[]
  readonly loss: GoldenDifference
  readonly outRate: GoldenDifference
  /** The worst of each quantity over all layers. */
  readonly worst: Readonly<Record<GoldenQuantity, GoldenDifference>>
  readonly spikeFlips: number
  readonly maskFlips: number
  readonly pass: boolean
}

const TOLERANCE = { f64: 1e-12, f32: 1e-5 } as const

/** Compares n values, all or those where `only` is 1. */
const compare = (ours: ArrayLike<number>, theirs: ArrayLike<number>, tolerance: number, only?: RealArray) => {
  let difference = ours.length === theirs.length ? 0 : Infinity
  let scale = 0
  for (let i = 0; i < theirs.length; i++) {
    if (only && only[i] === 0) continue
    const d = Math.abs(ours[i] - theirs[i])
    if (!(d <= difference)) difference = Number.isNaN(d) ? Infinity : d
    scale = Math.max(scale, Math.abs(theirs[i]))
  }
  return { difference, scale, pass: difference <= tolerance * Math.max(1, scale) }
}

const flips = (ours: Uint32Array, theirs: RealArray): number => {
  const bits = unpackBits(ours, theirs.length)
  let flipped = 0
  for (let i = 0; i < bits.length; i++) if (bits[i] !== theirs[i]) flipped++
  return flipped
}

const worse = (a: GoldenDifference, b: GoldenDifference): GoldenDifference => ({
  difference: Math.max(a.difference, b.difference),
  scale: Math.max(a.scale, b.scale),
  pass: a.pass && b.pass,
})

/**
 * Runs one golden file through forward and backward pass in its own number type and compares every value: u, ∇u, ∇w,
 * loss and output rates within tolerance · max(1, largest value of the quantity), ∇s on the spike-gradient mask only
 * (Eq. 2 needs it nowhere else), spikes and mask bits exactly.
 * @param json the parsed file
 * @param where what messages call it
 * @throws InputError naming the field when the file is malformed
 */
export const verifyGolden = (json: unknown, where: string): GoldenReport => {
  const golden = readGolden(json, where)
  const { network, neuron, precision, weights, labels, B } = golden
  const { T } = network
  const tolerance = TOLERANCE[precision]
  const trace = forwardPass(network, weights, golden.input, neuron, precision)
  const { spikeCounts } = trace
  const { loss, gradOutput } = rateMse.evaluate({ spikeCounts, labels, T, batch: B })
  const atOutput = outputGradient(network, gradOutput)
  const grads = backwardPass(network, weights, trace, atOutput, neuron, precision)
  const layers = golden.layers.map((theirs: GoldenLayer, l): GoldenLayerReport => {
    const { potentials, spikes, spikeGradMask } = trace.layers[l]
    const quantities = {
      u: compare(potentials.data, theirs.u, tolerance),
      du: compare(grads.gradU[l].data, theirs.du, tolerance),
      ds: compare(grads.gradS[l].data, theirs.ds, tolerance, theirs.mask),
      dw: compare(grads.gradW[l].data, theirs.dw, tolerance),
    }
    const spikeFlips = flips(spikes.data, theirs.s)
    const maskFlips = flips(spikeGradMask.data, theirs.mask)
    const pass = spikeFlips + maskFlips === 0 && Object.values(quantities).every((q) => q.pass)
    return { name: network.layers[l].name, quantities, spikeFlips, maskFlips, pass }
  })
  const lossDifference = compare([loss], [golden.loss], tolerance)
  const rates = Float64Array.from(spikeCounts, (count) => count / T)
  const outRate = compare(rates, golden.outRate, tolerance)
  const over = (key: GoldenQuantity) => layers.map(({ quantities }) => quantities[key]).reduce(worse)
  return {
    where,
    name: golden.name,
    network: network.text,
    dtype: precision === 'f64' ? 'float64' : 'float32',
    tolerance,
    layers,
    loss: lossDifference,
    outRate,
    worst: { u: over('u'), du: over('du'), ds: over('ds'), dw: over('dw') },
    spikeFlips: layers.reduce((n, layer) => n + layer.spikeFlips, 0),
    maskFlips: layers.reduce((n, layer) => n + layer.maskFlips, 0),
    pass: layers.every((layer) => layer.pass) && lossDifference.pass && outRate.pass,
  }
}
