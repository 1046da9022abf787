import type { ChannelBlock } from './channel-blocks'
import { inputGradientCut, inputParts, PANEL, panelBytes, panelChannels, partPitch } from './cuts'
import { gradientHome } from './pack-weights'
import { addEffectual } from './phases'
import type { Place } from './place'
import type { PlannedLayer } from './plan'

/*
 * Backward passes of FC layers that go along the weights as they lie in their tensor [output][input channel][place]:
 * neither weights nor their gradients are transposed.
 */

/** Outputs k to k + many and the addresses of the lists of their ∇u, one list per map. */
interface OutputPiece {
  readonly k: number
  readonly many: number
  readonly lists: number
  readonly values: number
  readonly counts: number
}

/** Lists of all ∇u, piece by piece of the outputs; pieces without any are left out. */
const listOutputs = (
  { plan, kernels: { run }, scratch }: Place,
  { layer: { K, index }, mapBytes, channelTable }: PlannedLayer,
  maps: number,
  most: number,
): { readonly pieces: readonly OutputPiece[]; readonly entries: number } => {
  const pieces: OutputPiece[] = []
  const from = [plan.nonZeros, mapBytes, maps] as const
  let entries = 0
  for (let k = 0, i = 0; k < K; k += most, i++) {
    const many = Math.min(most, K - k)
    const lists = scratch.lists + maps * k * 2
    const values = scratch.values + maps * k * 4
    const counts = scratch.counts + maps * i * 4
    const gradients = plan.gradients[index & 1]
    const found = run.listByMap(...from, k, many, gradients, channelTable, lists, values, counts, many)
    if (found > 0) pieces.push({ k, many, lists, values, counts })
    entries += found
  }
  return { pieces, entries }
}

/** Neighbouring channels of the layer below: some of one of its blocks, or whole blocks of 32 channels of one place. */
interface Chunk {
  readonly first: number
  readonly channels: number
  readonly block: ChannelBlock | undefined
}

const chunksOf = ({ blocks, layer: { K } }: PlannedLayer, perChannel: number): readonly Chunk[] => {
  const chunks: Chunk[] = []
  const most = panelChannels(perChannel)
  const whole = perChannel === 1 ? K - (K % PANEL) : 0
  for (let first = 0; first < whole; first += most)
    chunks.push({ first, channels: Math.min(most, whole - first), block: undefined })
  for (const block of blocks) {
    const end = Math.min(block.first + block.width, K)
    for (let first = block.first; first >= whole && first < end; first += most)
      chunks.push({ first, channels: Math.min(most, end - first), block })
  }
  return chunks
}

/**
 * Spatial term of the layer below an FC layer, outputs ascending as in `layerGradInput`: for some of its channels at a
 * time, whose weights are copied side by side first. A team shares the channels; nobody has met after it.
 * @param density of ∇u
 * @returns products of one input channel
 */
export const fullyConnectedInputGradient = (
  place: Place,
  planned: PlannedLayer,
  maps: number,
  density: number,
  target: number,
): number => {
  const { plan, kernels, team, scratch, weights } = place
  const { run } = kernels
  const { layer, taps, weightOffset } = planned
  const below = plan.layers[layer.index - 1]
  const inputs = layer.C * taps
  const perChannel = inputs / below.layer.K
  const capacity = plan.samples * plan.network.T
  const { pieces, entries } = listOutputs(place, planned, maps, inputGradientCut(planned, maps, density).channels)
  const chunks = chunksOf(below, perChannel)
  team.each(chunks.length, (i) => {
    const { first, channels, block } = chunks[i]
    const panels = Math.ceil((channels * perChannel) / PANEL)
    // sums of whole blocks have the layout of the layer below already
    const out = block ? scratch.sums : target + capacity * first * 4
    const [stride, next] = block ? [panels * PANEL * 4, PANEL * 4] : [PANEL * 4, capacity * PANEL * 4]
    if (block) run.clear(out, maps * stride)
    else for (let panel = 0; panel < panels; panel++) run.clear(out + panel * next, maps * stride)
    for (const { k, many, lists, values, counts } of pieces) {
      const from = weights + weightOffset + (k * inputs + first * perChannel) * 4
      run.copyPanels(from, inputs * 4, many, panels, scratch.panel, panelBytes(many))
      for (let panel = 0; panel < panels; panel++) {
        const rows = scratch.panel + panel * panelBytes(many)
        run.sumRows(PANEL, rows, lists, values, counts, many, out + panel * next, stride, maps, 0)
      }
    }
    if (!block) return
    const to = target + (capacity * perChannel * block.first + first - block.first) * 4
    const [lane, map] = [perChannel * 4, perChannel * block.width * 4]
    run.transposePlanes(out, lane, stride, channels, to, block.width * 4, map, perChannel, maps)
  })
  return team.me === 0 ? entries * taps : 0
}

/**
 * ∇w of an FC layer driven by ∇u: every non-zero ∇u times all inputs of its map (of which a spike is 1), maps ascending
 * as in `layerGradWeights`. A team shares the inputs; nobody has met after it.
 * @param add to what is there
 */
export const fullyConnectedWeightGradient = (place: Place, planned: PlannedLayer, maps: number, add: boolean): void => {
  const { plan, kernels, team, scratch } = place
  const { run } = kernels
  const { lists, values, counts, expanded } = scratch
  const { layer, taps, input, mapBytes, channelTable } = planned
  const { C, K, index } = layer
  const gradients = plan.gradients[index & 1]
  const entries = run.listByOutput(
    plan.nonZeros,
    mapBytes,
    maps,
    K,
    gradients,
    channelTable,
    lists,
    values,
    counts,
    maps,
  )
  const home = gradientHome(plan, planned)
  const parts = inputParts(planned)
  team.each(parts.length, (i) => {
    const { c, channels, place: first, places } = parts[i]
    const n = channels * places
    const pitch = partPitch(n)
    const from = input.address + c * input.channelBytes
    if (input.kind === 'bytes') run.valuesOfBytes(from + first, input.mapBytes, maps, n, input.levels, expanded, pitch)
    else {
      const ones = plan.nibbles + 512
      const shape = [input.mapBytes, input.channelBytes, maps, channels, places] as const
      run.valuesOfBits(from + first / 8, ...shape, ones, expanded, pitch)
    }
    const to = home + (c * taps + first) * 4
    run.sumProducts(expanded, pitch, lists, values, counts, maps, to, C * taps * 4, K, n, add ? 1 : 0)
  })
  addEffectual('weightGradient', entries * C * taps)
}
