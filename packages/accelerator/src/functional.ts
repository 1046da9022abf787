import type { ForwardInput } from '@h2learn/lut-pe'
import {
  countBits,
  expandPotentials,
  f16Decode,
  fromF16,
  getBit,
  integrateAndFire,
  type Layer,
  layerCurrent,
  layerGradInput,
  layerGradWeights,
  type Maps,
  poolSpikesGradient,
  potentialGradients,
  type StepRecord,
  sizeOf,
  type Weights,
} from '@h2learn/snn-core'
import type { BackwardInput } from '@h2learn/sparse-backward'
import type { WeightUpdateInput } from '@h2learn/weight-update'
import type { BackwardEngine, EngineRole, Engines, ForwardEngine, WeightUpdateEngine } from './api'
import { gradientBound, potentialBound, weightGradientBound } from './functional-bounds'
import { jobsOf } from './jobs'

/** How far an engine's FP16 result lies from the reference's FP16 result on the same input. */
export interface FunctionalCheck {
  readonly role: EngineRole
  readonly layer: string
  /** Values compared (potentials, ∇u or ∇w). */
  readonly values: number
  /** Values whose bits differ: both sides round at every step, but add in another order. */
  readonly differing: number
  readonly maxAbsDifference: number
  readonly maxAbsValue: number
  /** Worst case of two orders of addition: |difference| can never be above it. */
  readonly bound: number
  /** Spikes (Forward) or ∇ũ bits (Backward) that differ, and how many bits there are. */
  readonly differingBits: number
  readonly bits: number
}

const xorBits = (a: Uint32Array, b: Uint32Array) => countBits(a.map((word, i) => word ^ b[i]!))

const compare = (a: ArrayLike<number>, b: ArrayLike<number>, keep: (i: number) => boolean = () => true) => {
  let values = 0
  let differing = 0
  let maxAbsDifference = 0
  let maxAbsValue = 0
  for (let i = 0; i < a.length; i++) {
    if (!keep(i)) continue
    values++
    // equal infinities do not differ, an infinity or NaN on one side alone differs by any amount
    const same = a[i] === b[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i]))
    const gap = same ? 0 : Math.abs(a[i]! - b[i]!)
    const d = Number.isNaN(gap) ? Infinity : gap
    if (d !== 0) differing++
    if (d > maxAbsDifference) maxAbsDifference = d
    maxAbsValue = Math.max(maxAbsValue, Math.abs(b[i]!))
  }
  return { values, differing, maxAbsDifference, maxAbsValue }
}

const forwardCheck = (engine: ForwardEngine, input: ForwardInput): FunctionalCheck => {
  const { layer, neuron, T, B } = input
  const out = engine.run(input)
  const weights = fromF16(input.weights)
  const reference = integrateAndFire(layerCurrent(layer, input.input, weights, 'f16'), T, neuron, 'f16')
  const n = layer.K * layer.outH * layer.outW
  // a spike that one side fires and the other does not resets the potential: compare up to there
  const broken = new Uint8Array(B * n)
  const usable = new Uint8Array(T * B * n)
  for (let t = 0, i = 0; t < T; t++)
    for (let j = 0; j < B * n; j++, i++) {
      const kept = layer.kind === 'fc' || getBit(reference.spikeGradMask.data, i)
      const open = kept && getBit(out.potentials.mask.data, i)
      usable[i] = !broken[j] && open ? 1 : 0
      if (getBit(out.spikes.data, i) !== getBit(reference.spikes.data, i)) broken[j] = 1
    }
  const potentials = f16Decode(expandPotentials(out.potentials).data)
  return {
    role: 'forward',
    layer: layer.name,
    ...compare(potentials, reference.potentials.data, (i) => usable[i] === 1),
    bound: potentialBound(input),
    differingBits: xorBits(out.spikes.data, reference.spikes.data),
    bits: T * B * n,
  }
}

const spatialReference = (input: Extract<BackwardInput, { kind: 'layer' }>): Maps => {
  const below = input.target.layer
  const atInput = layerGradInput(input.layer, fromF16(input.gradU), fromF16(input.weights), 'f16')
  return below.spikePool > 1
    ? poolSpikesGradient(atInput, below.spikePool, { H: below.outH, W: below.outW }, 'f16')
    : atInput
}

const backwardCheck = (engine: BackwardEngine, input: BackwardInput): FunctionalCheck => {
  const { target, neuron } = input
  const out = engine.run(input)
  const spatial = input.kind === 'output' ? fromF16(input.gradS) : spatialReference(input)
  const trace = {
    potentials: fromF16(expandPotentials(target.potentials)),
    spikes: target.spikes,
    spikeGradMask: target.spikeGradMask,
  }
  const reference = potentialGradients(trace, spatial, neuron, 'f16').gradU
  const bits = sizeOf('TBCHW', reference.shape)
  let differingBits = 0
  for (let i = 0; i < bits; i++)
    if (getBit(out.potentialGradMask.data, i) !== (reference.data[i] !== 0 ? 1 : 0)) differingBits++
  const result = compare(f16Decode(out.gradU.data), reference.data)
  return {
    role: 'backward',
    layer: input.kind === 'output' ? 'output' : input.layer.name,
    ...result,
    bound: input.kind === 'output' ? 0 : gradientBound(input, result.maxAbsValue),
    differingBits,
    bits,
  }
}

const updateCheck = (engine: WeightUpdateEngine, input: WeightUpdateInput): FunctionalCheck => {
  const { layer } = input
  const out = engine.run(input)
  const reference: Weights = layerGradWeights(layer, input.input, fromF16(input.gradU), 'f16')
  return {
    role: 'weight-update',
    layer: layer.name,
    ...compare(f16Decode(out.gradW.data), reference.data),
    bound: weightGradientBound(input),
    differingBits: 0,
    bits: 0,
  }
}

/**
 * Runs the three engines' functional paths on a recorded sub-batch and compares each layer with the reference's FP16
 * on the same inputs (spikes, masks, weights, potentials and gradients as recorded, rounded to FP16). The two add in
 * different orders, so real values differ in the last bits; on small integers they are equal.
 * @param lossScale as in `jobsOf`
 */
export const checkFunction = (engines: Engines, record: StepRecord, lossScale = 1): readonly FunctionalCheck[] => {
  const jobs = jobsOf(record, lossScale)
  return [
    ...jobs.forward.map((input) => forwardCheck(engines.forward, input)),
    ...jobs.backward.map((input) => backwardCheck(engines.backward, input)),
    ...jobs.weightUpdate.map((input) => updateCheck(engines.weightUpdate, input)),
  ]
}

/** Neurons of a layer. */
export const neuronsOf = ({ K, outH, outW }: Layer): number => K * outH * outW
