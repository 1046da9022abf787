import type { NeuronConfig } from '../api'
import { loadOutputGradient, neuronGradients } from './fast-backward'
import { inputGradients } from './input-gradients'
import { uncounted } from './phases'
import type { Place } from './place'
import type { PlannedLayer } from './plan'

const bitsOf = ({ plan, kernels }: Place, { mapBytes }: PlannedLayer, B: number): Uint32Array => {
  const from = plan.nonZeros / 4
  return kernels.views.u32.subarray(from, from + (B * plan.network.T * mapBytes) / 4)
}

/**
 * [∇u ≠ 0] of every layer as a backward pass in float32 gives it after the same forward pass in binary16: what rounding
 * flushes is counted against it. Overwrites the gradients of the plan. Every thread of a team gets all of it.
 * @param single a place whose kernels round to float32
 */
export const exactNonZeros = (
  single: Place,
  gradOutput: Float64Array,
  B: number,
  neuron: NeuronConfig,
): readonly Uint32Array[] =>
  uncounted(() => {
    const { layers, network } = single.plan
    const bits: Uint32Array[] = []
    loadOutputGradient(single, gradOutput)
    for (let l = layers.length - 1; l >= 0; l--) {
      const planned = layers[l]
      const { gradients } = neuronGradients(single, planned, B, neuron)
      bits[l] = bitsOf(single, planned, B).slice()
      const density = gradients / (B * network.T * planned.layer.K * planned.places)
      if (l > 0) inputGradients(single, planned, B, density, 1)
    }
    return bits
  })

const ones = (word: number): number => {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** Non-zero ∇u of one layer in float32, and how many of them are zero in the pass that has just been made. */
export const countUnderflow = (
  place: Place,
  planned: PlannedLayer,
  B: number,
  exact: Uint32Array,
): readonly [base: number, lost: number] => {
  const own = bitsOf(place, planned, B)
  let base = 0
  let lost = 0
  for (let i = 0; i < own.length; i++) {
    base += ones(exact[i])
    lost += ones(exact[i] & ~own[i])
  }
  return [base, lost]
}
