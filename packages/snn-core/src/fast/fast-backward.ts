import type { NeuronConfig } from '../api'
import { arithmetic } from '../arithmetic'
import { applyDraw, gradientDraw } from './drawn-gradients'
import { inputGradients } from './input-gradients'
import { bitsOfBlock } from './neuron-bits'
import { inPhase } from './phases'
import { type Place, sumOfTeam } from './place'
import type { PlannedLayer } from './plan'
import { ownOf } from './team'
import { weightGradients } from './weight-gradients'

/** What the backward pass counted in one layer: non-zero ∇u, those FP16 would flush, and whether all are finite. */
export interface BackwardCounts {
  readonly gradients: number
  readonly flushed: number
  readonly finite: boolean
}

/**
 * ∂L/∂s of the output layer, the same at every timestep, as its spatial term; marks the samples that have any. One
 * thread writes it, and all meet after it.
 * @param gradOutput B × classes
 */
export const loadOutputGradient = (place: Place, gradOutput: Float64Array): void => {
  const { plan, kernels, team, precision } = place
  const { views } = kernels
  const { round } = arithmetic(precision)
  const { network, samples, layers, activeSamples } = plan
  const { T, classes } = network
  const { blocks, places, layer } = layers[layers.length - 1]
  const base = plan.gradients[(layers.length - 1) & 1]
  const B = gradOutput.length / classes
  for (let b = 0; b < B && team.me === 0; b++) {
    const own = gradOutput.subarray(b * classes, (b + 1) * classes)
    views.u32[activeSamples / 4 + b] = own.some((g) => g !== 0) ? 1 : 0
    for (const { first, width } of blocks) {
      let at = (base + samples * T * places * first * 4) / 4 + b * T * places * width
      for (let t = 0; t < T; t++)
        for (let p = 0; p < places; p++)
          for (let lane = 0; lane < width; lane++)
            views.f32[at++] = first + lane < layer.K ? round(own[(first + lane) * places + p]) : 0
    }
  }
  team.meet()
}

/** Eq. 2 for one layer: its spatial term becomes ∇u. A team shares the channels; all threads have met after it. */
export const neuronGradients = (
  place: Place,
  planned: PlannedLayer,
  B: number,
  neuron: NeuronConfig,
): BackwardCounts => {
  const { plan, kernels, team, scratch } = place
  const { run, views } = kernels
  const { network, samples, nonZeros, activeSamples, activeMaps } = plan
  const { tally } = scratch
  const { layer, blocks, places, masks, fired, starts } = planned
  const { index, currentPool } = layer
  const { T } = network
  const maps = B * T
  const { surrogate } = neuron
  const height = surrogate.kind === 'rectangular' ? surrogate.height : Number.NaN
  if (team.me === 0) views.u32.fill(0, activeMaps / 4, activeMaps / 4 + maps)
  team.meet()
  views.u32.fill(0, tally / 4, tally / 4 + 3)
  const capacity = samples * T
  for (const { index: block, first, width, valid } of ownOf(team, blocks)) {
    const gradients = plan.gradients[index & 1] + capacity * places * first * 4
    const words = plan.gradientWords + capacity * places * block * 4
    run.potentialGradients(
      fired + capacity * places * block * 4,
      masks + capacity * places * block * 4,
      starts + capacity * block * 4,
      plan.nibbles + 256,
      gradients,
      words,
      activeSamples,
      activeMaps,
      B,
      T,
      places,
      width / 4,
      valid,
      neuron.leak,
      neuron.fireThreshold,
      height,
      neuron.reset === 'zero' ? 1 : 0,
      neuron.detachReset ? 1 : 0,
      tally,
    )
    if (layer.kind === 'fc' || plan.inOrder) bitsOfBlock(place, planned, blocks[block], words, maps, nonZeros)
    // `APk`: each ∇u stands for k² places of the convolution, a k²-th each
    if (currentPool > 1 && !gradientDraw())
      run.divideAll(gradients, maps * places * width * 4, currentPool * currentPool)
  }
  const [gradients, flushed, infinite] = sumOfTeam(place, [...views.u32.subarray(tally / 4, tally / 4 + 3)])
  return { gradients, flushed, finite: infinite === 0 }
}

/**
 * Backward pass of one layer: ∇u, ∇w, and the spatial term of the layer below.
 * @param entries what the layer's forward pass counted
 * @param maskDensity of the masks of the layer below
 * @param add ∇w to what is there
 */
export const backwardLayer = (
  place: Place,
  planned: PlannedLayer,
  B: number,
  entries: number,
  maskDensity: number,
  neuron: NeuronConfig,
  add: boolean,
): BackwardCounts => {
  const { layer, input, outputs, taps, places } = planned
  const counted = inPhase('neurons', () => neuronGradients(place, planned, B, neuron))
  const drawn = gradientDraw() ? inPhase('drawn', () => applyDraw(place, planned, B)) : undefined
  const gradients = drawn ?? counted.gradients
  const maps = B * place.plan.network.T
  const gradientDensity = gradients / (maps * layer.K * places)
  // entries reach one output of every tap, less at the edges: near enough for a cut
  const spikeDensity = entries / ((input.still ? B : maps) * layer.C * outputs * taps)
  const { finite } = counted
  const update = { B, entries, gradients, finite, spikeDensity, gradientDensity, add }
  weightGradients(place, planned, update)
  if (layer.index > 0) inPhase('inputGradient', () => inputGradients(place, planned, B, gradientDensity, maskDensity))
  return drawn === undefined ? counted : { ...counted, gradients: drawn }
}
