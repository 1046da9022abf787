import type { LayerInput, NeuronConfig } from '../api'
import { forwardCut } from './cuts'
import { addEffectual, inPhase } from './phases'
import { type Place, sumOfTeam } from './place'
import type { PlannedLayer } from './plan'
import { ownOf, piecesOf, shareOf } from './team'

/** What the forward pass counted in one layer. */
export interface ForwardCounts {
  readonly spikes: number
  readonly maskBits: number
  /** Non-zero inputs times the outputs of one channel each of them reaches. */
  readonly entries: number
}

/** Copies what the first layer reads into linear memory, sample by sample: one thread does, and all meet after it. */
export const loadInput = ({ plan, kernels: { run, views }, team }: Place, input: LayerInput): void => {
  const { layers, staging, network } = plan
  const [{ input: target, layer, inputs }] = layers
  if (input.kind !== 'pixels' && input.kind !== 'spikes')
    throw new Error(`the fast backend reads pixels and spikes, not ${input.kind}`)
  if (team.me === 0) {
    if (input.kind === 'pixels') views.u8.set(input.data.data, target.address)
    else {
      const { B } = input.data.shape
      const { T } = network
      views.u32.set(input.data.data, staging / 4)
      for (let b = 0; b < B; b++)
        for (let t = 0; t < T; t++)
          for (let c = 0; c < layer.C; c++)
            run.copyBits(
              staging,
              ((t * B + b) * layer.C + c) * inputs,
              inputs,
              target.address + (b * T + t) * target.mapBytes + c * target.channelBytes,
            )
    }
  }
  team.meet()
}

/**
 * Summed inputs of a layer's neurons (order of addition as in `layerCurrent`) into `out` [block][map][place][channel].
 * A team shares the maps; the channels of an FC layer, whose weights are read once then.
 */
const currents = (
  { kernels: { run, views }, team, scratch }: Place,
  planned: PlannedLayer,
  maps: number,
  mapCapacity: number,
  density: number,
  out: number,
) => {
  const { lists, values, counts, sums, window } = scratch
  const { layer, input, inputs, outputs, places, taps, forwardRows } = planned
  const { C, S, stride, convH, convW, outH, outW, currentPool } = layer
  const byChannels = layer.kind === 'fc'
  const blocks = byChannels ? ownOf(team, planned.blocks) : planned.blocks
  const forward = forwardCut(planned, maps, density)
  const cap = forward.channels * taps
  const words = input.channelBytes / 4
  let entries = 0
  const piece = (m: number, n: number) => {
    // one block's sums of these maps: with pooling in a place of their own first
    const target = (first: number, width: number) =>
      currentPool > 1
        ? sums + forward.maps * outputs * first * 4
        : out + mapCapacity * places * first * 4 + m * places * width * 4
    for (const { first, width } of blocks)
      views.u8.fill(0, target(first, width), target(first, width) + n * outputs * width * 4)
    for (let c = 0; c < C; c += forward.channels) {
      const channels = Math.min(forward.channels, C - c)
      const from = input.address + m * input.mapBytes + c * input.channelBytes
      const geometry = [planned.forwardPlaces, convW, taps, S, -stride, outputs, lists]
      entries +=
        input.kind === 'bits'
          ? run.listSpikes(from, input.mapBytes, n, channels, words, ...geometry, counts, cap)
          : run.listLevels(from, input.mapBytes, n, channels, inputs, input.levels, ...geometry, values, counts, cap)
      for (const { first, width } of blocks)
        run.sumRows(
          width,
          forwardRows + C * taps * first * 4 + c * taps * width * 4,
          lists,
          input.kind === 'bits' ? 0 : values,
          counts,
          cap,
          target(first, width),
          width * 4,
          n * outputs,
          0,
        )
    }
    if (currentPool === 1) return
    for (const { first, width } of blocks) {
      const pooled = out + mapCapacity * places * first * 4 + m * places * width * 4
      run.poolCurrents(target(first, width), pooled, n, width / 4, convH, convW, outH, outW, currentPool, window)
    }
  }
  if (byChannels) for (let m = 0; m < maps; m += forward.maps) piece(m, Math.min(forward.maps, maps - m))
  else {
    const { size, count } = piecesOf(team, maps, forward.maps)
    team.each(count, (i) => piece(i * size, Math.min(size, maps - i * size)))
  }
  return byChannels && team.me > 0 ? 0 : entries
}

/**
 * Forward pass of one layer for B samples: potentials, masks, spikes (pooled if so) into linear memory.
 * @param density of its input as far as known: how the work is cut depends on it, not what comes out
 */
export const forwardLayer = (
  place: Place,
  planned: PlannedLayer,
  B: number,
  density: number,
  neuron: NeuronConfig,
): ForwardCounts => {
  const { network, samples, still } = place.plan
  const { layer, potentials } = planned
  const { K, encoding } = layer
  const maps = B * network.T
  const capacity = samples * network.T
  const own = inPhase('forward', () =>
    encoding
      ? currents(place, planned, B, samples, 1, still)
      : currents(place, planned, maps, capacity, density, potentials),
  )
  const [entries] = sumOfTeam(place, [own])
  addEffectual('forward', entries * K)
  const counted = inPhase('neurons', () => fire(place, planned, B, neuron))
  return { ...counted, entries }
}

/** Integrates and fires the neurons of a layer (Eq. 1, 5), turns their spikes into bits per channel, pools them. */
const fire = (place: Place, planned: PlannedLayer, B: number, neuron: NeuronConfig) => {
  const { plan, kernels, team, scratch } = place
  const { run, views } = kernels
  const { network, samples, still } = plan
  const { blockWords, tally } = scratch
  const { layer, blocks, places, words, potentials, masks, spikes, pooledSpikes } = planned
  const { K, outH, outW, spikePool, encoding } = layer
  const { T } = network
  const maps = B * T
  const capacity = samples * T
  views.u32.fill(0, tally / 4, tally / 4 + 2)
  const [low, high] = neuron.gradWindow
  for (const { index, first, width, valid } of ownOf(team, blocks)) {
    const u = potentials + capacity * places * first * 4
    const row = places * width * 4
    run.integrate(
      encoding ? still + samples * places * first * 4 : u,
      encoding ? row : T * row,
      encoding ? 0 : row,
      u,
      blockWords,
      masks + capacity * places * index * 4,
      B,
      T,
      places,
      width / 4,
      valid,
      neuron.leak,
      neuron.fireThreshold,
      low,
      high,
      neuron.reset === 'subtract' ? 1 : 0,
      tally,
    )
    const channels = Math.min(width, K - first)
    run.transposeBits(blockWords, maps, places, channels, spikes + first * words * 4, K * words * 4, words * 4)
  }
  const [fired, open] = sumOfTeam(place, [...views.u32.subarray(tally / 4, tally / 4 + 2)])
  if (spikePool > 1) {
    const pooled = K * Math.floor(outH / spikePool) * Math.floor(outW / spikePool)
    const [begin, end] = shareOf(team, maps)
    for (let map = begin; map < end; map++)
      run.poolBits(spikes + map * K * words * 4, words * 4, K, outH, outW, spikePool, pooledSpikes + map * pooled)
    team.meet()
  }
  return { spikes: fired, maskBits: open }
}

/** Spikes over time of every output neuron: B × classes. */
export const outputCounts = ({ plan, kernels: { views } }: Place, B: number): Int32Array => {
  const {
    network: { T, classes },
    layers,
  } = plan
  const { u32 } = views
  const { spikes, words, places, layer } = layers[layers.length - 1]
  const counts = new Int32Array(B * classes)
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let k = 0, i = 0; k < layer.K; k++)
        for (let p = 0; p < places; p++, i++) {
          const word = u32[spikes / 4 + ((b * T + t) * layer.K + k) * words + (p >>> 5)]
          counts[b * classes + i] += (word >>> (p & 31)) & 1
        }
  return counts
}
