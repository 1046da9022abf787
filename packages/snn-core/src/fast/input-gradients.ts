import { forcedInputGradient } from './choices'
import { inputGradientCut } from './cuts'
import { fullyConnectedInputGradient } from './fully-connected'
import { type JoinedLists, joinGradients } from './joined-lists'
import { addEffectual } from './phases'
import { type Place, sumOfTeam } from './place'
import type { Plan, PlannedLayer } from './plan'
import { fewestMaps, ownOf, piecesOf } from './team'

/**
 * Spatial term of the layer below, in the order of `layerGradInput`. Outputs whose mask is closed in all channels of a
 * block are left 0: Eq. 2 multiplies them by fire' = 0. A team shares the maps of a convolution, the input channels of
 * an FC layer; all threads have met after it.
 * @param density of ∇u
 * @param maskDensity of the masks of the layer below
 */
export const inputGradients = (
  place: Place,
  planned: PlannedLayer,
  B: number,
  density: number,
  maskDensity: number,
): void => {
  const { plan, kernels, team } = place
  const { network, samples, layers } = plan
  const { layer, inputs } = planned
  const below = layers[layer.index - 1]
  const spread = below.layer.spikePool > 1
  const target = spread ? plan.pooledGradients : plan.gradients[(layer.index - 1) & 1]
  const maps = B * network.T
  const capacity = samples * network.T
  const own =
    layer.kind === 'fc'
      ? fullyConnectedInputGradient(place, planned, maps, density, target)
      : cheaperByMasks(plan, planned, density, maskDensity)
        ? byMasks(place, planned, maps, target, below.masks)
        : convolution(place, planned, maps, density, target, spread ? 0 : below.masks)
  const [effectual] = sumOfTeam(place, [own])
  addEffectual('inputGradient', effectual * layer.C)
  if (!spread) return
  team.meet()
  const { outH, outW, spikePool } = below.layer
  for (const block of ownOf(team, below.blocks))
    kernels.run.spreadGradients(
      target + capacity * inputs * block.first * 4,
      plan.gradients[(layer.index - 1) & 1] + capacity * below.places * block.first * 4,
      maps,
      block.width / 4,
      outH,
      outW,
      spikePool,
    )
  team.meet()
}

/** A product of a dot product beside one of a sum of rows, whose lists cost something too: as measured. */
const DOT_COST = 1

/** Whether dot products for the open neurons alone are cheaper than rows for the non-zero ∇u; where order is free. */
const cheaperByMasks = (
  { inOrder, layers }: Plan,
  { layer, blocks }: PlannedLayer,
  density: number,
  maskDensity: number,
): boolean => {
  if (inOrder || layer.currentPool > 1 || layers[layer.index - 1].layer.spikePool > 1) return false
  const forced = forcedInputGradient()
  return blocks.every(({ width }) => width >= 8) && (forced ? forced === 'masks' : maskDensity * DOT_COST < density)
}

/** One dot product for every open neuron of the layer below. @returns products of one channel */
const byMasks = (
  { plan, kernels: { run }, team, scratch }: Place,
  planned: PlannedLayer,
  maps: number,
  target: number,
  masks: number,
): number => {
  const { network, samples } = plan
  const { layer, blocks, inputBlocks, places, inputs, taps, forwardRows, forwardPlaces } = planned
  const { C, S, stride, outW } = layer
  const capacity = samples * network.T
  const pieces = piecesOf(team, maps, maps, fewestMaps(team, maps))
  let total = 0
  team.each(pieces.length, (i) => {
    const { at: m, n } = pieces[i]
    for (const other of inputBlocks) {
      const out = target + capacity * inputs * other.first * 4 + m * inputs * other.width * 4
      run.clear(out, n * inputs * other.width * 4)
      for (const { first, width } of blocks)
        total +=
          width *
          run.dotOpen(
            forwardRows + (C * first + other.first * width) * taps * 4,
            width * 4,
            taps,
            S,
            stride,
            plan.gradients[layer.index & 1] + capacity * places * first * 4 + m * places * width * 4,
            places,
            outW,
            forwardPlaces,
            masks + capacity * inputs * other.index * 4 + m * inputs * 4,
            inputs,
            n,
            out,
            other.width * 4,
            scratch.window,
          )
    }
  })
  return total / C
}

/** Lists of the ∇u of channels k to k + channels of maps m to m + n for every input, in the order of the reference. */
const listInOrder = (
  { plan, kernels: { run }, scratch }: Place,
  planned: PlannedLayer,
  k: number,
  channels: number,
  m: number,
  n: number,
): JoinedLists => {
  const { lists, values, counts, window } = scratch
  const { layer, places, inputs, taps, words, mapBytes, backwardPlaces, channelTable } = planned
  const { W, S, index, convW, outW, currentPool } = layer
  const cap = channels * taps
  const entries = run.listGradients(
    plan.nonZeros + m * mapBytes + k * words * 4,
    mapBytes,
    n,
    channels,
    words,
    plan.gradients[index & 1],
    channelTable + k * 8,
    m,
    places,
    outW,
    convW,
    currentPool,
    backwardPlaces,
    W,
    taps,
    S,
    inputs,
    lists,
    values,
    counts,
    cap,
    window,
  )
  return { cap, entries }
}

/** @returns products of one channel */
const convolution = (
  place: Place,
  planned: PlannedLayer,
  maps: number,
  density: number,
  target: number,
  masks: number,
): number => {
  const { plan, kernels, team, scratch } = place
  const { run } = kernels
  const { network, samples } = plan
  const { lists, values, counts } = scratch
  const { layer, inputBlocks, inputs, taps, backwardRows } = planned
  const { K } = layer
  const capacity = samples * network.T
  const backward = inputGradientCut(planned, maps, density)
  const pieces = piecesOf(team, maps, backward.maps, fewestMaps(team, maps))
  let total = 0
  team.each(pieces.length, (i) => {
    const { at: m, n } = pieces[i]
    const out = (first: number, width: number) => target + capacity * inputs * first * 4 + m * inputs * width * 4
    for (const { first, width } of inputBlocks) run.clear(out(first, width), n * inputs * width * 4)
    for (let k = 0; k < K; k += backward.channels) {
      const channels = Math.min(backward.channels, K - k)
      const listed = plan.inOrder
        ? listInOrder(place, planned, k, channels, m, n)
        : joinGradients(place, planned, k, channels, m, n)
      if (listed.entries === 0) continue
      total += listed.entries
      for (const { index: block, first, width } of inputBlocks)
        run.sumRows(
          width,
          backwardRows + K * taps * first * 4 + k * taps * width * 4,
          lists,
          values,
          counts,
          listed.cap,
          out(first, width),
          width * 4,
          n * inputs,
          masks === 0 ? 0 : masks + capacity * inputs * block * 4 + m * inputs * 4,
        )
    }
  })
  return total
}
