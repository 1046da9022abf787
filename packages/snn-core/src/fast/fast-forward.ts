import type { NeuronConfig } from '../api'
import { checkBatch, sampleSpikes } from '../batches'
import type { PassWork } from '../gradient-source'
import { currents } from './currents'
import { bitsOfBlock, neuronBit } from './neuron-bits'
import { addEffectual, inPhase } from './phases'
import { type Place, sumOfTeam } from './place'
import type { PlannedLayer } from './plan'
import { ownOf, shareOf } from './team'

/** What the forward pass counted in one layer. */
export interface ForwardCounts {
  readonly spikes: number
  readonly maskBits: number
  /** Non-zero inputs times the outputs of one channel each of them reaches. */
  readonly entries: number
}

/** Brings what the first layer reads into linear memory, sample by sample: one thread does, and all meet after it. */
export const loadInput = (
  { plan, kernels: { run, views }, team }: Place,
  { samples, indices, network, draw }: PassWork,
): void => {
  if (team.me === 0) {
    checkBatch(samples, indices, network)
    const { layers, staging } = plan
    const [{ input, layer, inputs }] = layers
    const { T } = network
    indices.forEach((index, b) => {
      if (layer.encoding) {
        const pixels = layer.C * inputs
        views.u8.set(samples.data.subarray(index * pixels, (index + 1) * pixels), input.address + b * pixels)
      } else {
        views.u8.set(sampleSpikes(samples, index, T, draw), staging)
        run.packBytes(staging, T * layer.C, inputs, input.address + b * T * input.mapBytes)
      }
    })
  }
  team.meet()
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
  const { K, encoding } = planned.layer
  const maps = B * network.T
  const capacity = samples * network.T
  const own = inPhase('forward', () =>
    encoding
      ? currents(place, planned, { maps: B, capacity: samples, density: 1, out: still })
      : currents(place, planned, { maps, capacity, density, out: place.plan.currents }),
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
  const { tally } = scratch
  const { layer, blocks, places, words, mapBytes, masks, spikes, pooledSpikes } = planned
  const { K, outH, outW, spikePool, encoding } = layer
  const { T } = network
  const maps = B * T
  const capacity = samples * T
  views.u32.fill(0, tally / 4, tally / 4 + 2)
  const [low, high] = neuron.gradWindow
  for (const { index, first, width, valid } of ownOf(team, blocks)) {
    const u = plan.currents + capacity * places * first * 4
    const fired = planned.fired + capacity * places * index * 4
    const row = places * width * 4
    run.integrate(
      encoding ? still + samples * places * first * 4 : u,
      encoding ? row : T * row,
      encoding ? 0 : row,
      u,
      fired,
      masks + capacity * places * index * 4,
      planned.potentials + capacity * places * first * 4,
      planned.starts + capacity * index * 4,
      plan.nibbles,
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
    bitsOfBlock(place, planned, blocks[index], fired, maps, spikes)
  }
  const [fired, open] = sumOfTeam(place, [...views.u32.subarray(tally / 4, tally / 4 + 2)])
  if (spikePool > 1) {
    const pooled = K * Math.floor(outH / spikePool) * Math.floor(outW / spikePool)
    const [begin, end] = shareOf(team, maps)
    for (let map = begin; map < end; map++)
      run.poolBits(spikes + map * mapBytes, words * 4, K, outH, outW, spikePool, pooledSpikes + map * pooled)
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
  const last = layers[layers.length - 1]
  const { spikes, mapBytes, places, layer } = last
  const counts = new Int32Array(B * classes)
  for (let b = 0; b < B; b++)
    for (let t = 0; t < T; t++)
      for (let k = 0, i = 0; k < layer.K; k++)
        for (let p = 0; p < places; p++, i++) {
          const bit = neuronBit(last, k, p)
          const word = u32[(spikes + (b * T + t) * mapBytes) / 4 + (bit >>> 5)]
          counts[b * classes + i] += (word >>> (bit & 31)) & 1
        }
  return counts
}

/**
 * Potentials of every output neuron summed over time, B × classes: `outputPotentials` of the reference, the same sums.
 * They lie where the last layer was worked on, which the backward pass overwrites: all threads have met after it.
 */
export const outputSums = ({ plan, kernels: { views }, team }: Place, B: number): Float64Array => {
  const {
    network: { T, classes },
    layers,
    samples,
    currents,
  } = plan
  const { blocks, places, layer } = layers[layers.length - 1]
  const sums = new Float64Array(B * classes)
  for (const { first, width } of blocks)
    for (let b = 0; b < B; b++)
      for (let t = 0; t < T; t++)
        for (let p = 0; p < places; p++) {
          const from = (currents + samples * T * places * first * 4) / 4 + ((b * T + t) * places + p) * width
          for (let lane = 0; lane < width && first + lane < layer.K; lane++)
            sums[b * classes + (first + lane) * places + p] += views.f32[from + lane]
        }
  team.meet()
  return sums
}
