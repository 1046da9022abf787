import { rng } from '../rng'
import { neuronBit } from './neuron-bits'
import type { Place } from './place'
import type { PlannedLayer } from './plan'

let drawn: { readonly density: number; readonly seed: number } | undefined

/**
 * For timing only: from now on every ∇u of this thread's fast backend is replaced by a seeded draw of a density, so
 * that a step costs what it would at that stage of training. The weight gradients are then meaningless.
 * @param draw undefined: back to the real backward pass
 */
export const drawGradients = (draw: { readonly density: number; readonly seed: number } | undefined): void => {
  drawn = draw
}

/** The draw asked for. */
export const gradientDraw = () => drawn

/** Overwrites ∇u of one layer; also its bits, and which maps have any. */
export const applyDraw = ({ plan, kernels: { views } }: Place, planned: PlannedLayer, B: number): number => {
  const { layer, blocks, places, mapBytes } = planned
  const { density, seed } = drawn!
  const { samples, network, nonZeros, activeMaps } = plan
  const { next } = rng(seed + layer.index)
  const maps = B * network.T
  const { K } = layer
  let count = 0
  views.u8.fill(0, nonZeros, nonZeros + maps * mapBytes)
  const capacity = samples * network.T
  for (const { index, first, width } of blocks) {
    const words = plan.gradientWords / 4 + capacity * places * index
    views.u32.fill(0, words, words + maps * places)
    const from = (plan.gradients[layer.index & 1] + samples * network.T * places * first * 4) / 4
    views.f32.fill(0, from, from + maps * places * width)
    for (let i = 0; i < maps * places * width; i++) {
      const lane = i % width
      if (next() >= density || first + lane >= K) continue
      const place = Math.floor(i / width) % places
      const map = Math.floor(i / (width * places))
      views.f32[from + i] = 1e-3 * (next() - 0.5)
      views.u32[words + map * places + place] |= 1 << lane
      const bit = neuronBit(planned, first + lane, place)
      views.u32[(nonZeros + map * mapBytes) / 4 + (bit >>> 5)] |= 1 << (bit & 31)
      views.u32[activeMaps / 4 + map] = 1
      count++
    }
  }
  for (let b = 0; b < B; b++) views.u32[plan.activeSamples / 4 + b] = 1
  return count
}
