import type { LayerInput, Maps, Network, NeuronConfig, RealArray, Weights } from './api'
import { forwardPass } from './bptt'
import { reusableBuffers } from './buffers'
import { InputError, ShapeError } from './errors'
import { integrateAndFire } from './integrate-and-fire'
import { layerCurrent } from './layer-current'
import { parameterCount } from './network'
import { defaultNeuron } from './neuron'
import { weightsOf } from './parameters'
import { poolSpikes } from './pooling'
import { deriveSeed, rng } from './rng'
import { density, tensor } from './tensor'

/** How one layer came out of `initialWeights`. */
export interface LayerGain {
  readonly name: string
  /** Factor on the normal weights of standard deviation 1/√(fan-in). */
  readonly gain: number
  /** Rate at which the layer fires on the given input with its final weights. */
  readonly firingRate: number
  /** False when no gain came within 0.01 of the rate; the closest was taken. */
  readonly reached: boolean
}

export interface InitialWeights {
  /** All weights in float32, in the order of `weightsOf`. */
  readonly weights: Float32Array
  readonly layers: readonly LayerGain[]
}

/** How far from the wished rate is near enough to stop the search, and to call it reached. */
const CLOSE = 5e-4
const REACHED = 0.01
/** Gains tried: 2^−12 .. 2^16. */
const LOWEST = -12
const HIGHEST = 16
const HALVINGS = 24

/**
 * The gain at which neurons with this current fire at the wished rate. The rate grows with the gain but for rounding
 * and resets, so bisection in the logarithm finds it; the best gain seen counts.
 */
const findGain = (current: Maps, T: number, neuron: NeuronConfig, wished: number): number => {
  let best = { gain: 1, distance: Infinity }
  const scaled = tensor('TBCHW', 'f32', current.shape)
  const buffers = reusableBuffers()
  const rate = (exponent: number): number => {
    const gain = Math.fround(2 ** exponent)
    for (let i = 0; i < scaled.data.length; i++) scaled.data[i] = current.data[i] * gain
    const fired = density(integrateAndFire(scaled, T, neuron, 'f32', buffers).spikes)
    const distance = Math.abs(fired - wished)
    if (distance < best.distance) best = { gain, distance }
    return fired
  }
  // a bracket around gain 1, grown in powers of two
  let low = 0
  let high = 0
  if (rate(0) < wished) {
    while (best.distance > CLOSE && high < HIGHEST && rate(++high) < wished) low = high
  } else while (best.distance > CLOSE && low > LOWEST && rate(--low) >= wished) high = low
  for (let i = 0; i < HALVINGS && low < high && best.distance > CLOSE; i++) {
    const middle = (low + high) / 2
    if (rate(middle) < wished) low = middle
    else high = middle
  }
  return best.gain
}

/** Normal draws of standard deviation 1/√(C·R·S), in KCRS order, from a stream of the layer's own. */
const drawNormal = (weights: RealArray, fanIn: number, seed: number): void => {
  const { normal } = rng(seed)
  for (let i = 0; i < weights.length; i++) weights[i] = normal() / Math.sqrt(fanIn)
}

/** Takes the mean out of each output channel's weights. */
const balance = (weights: RealArray, fanIn: number): void => {
  for (let from = 0; from < weights.length; from += fanIn) {
    let sum = 0
    for (let i = from; i < from + fanIn; i++) sum += weights[i]
    for (let i = from; i < from + fanIn; i++) weights[i] -= sum / fanIn
  }
}

/** Rate at which `initialWeights` lets every layer fire where nothing else is asked for (modelling choice). */
export const FIRING_RATE = 0.15

/**
 * Weights to start training from: seeded normal draws of standard deviation 1/√(fan-in), times a gain per layer that
 * makes the layer fire at `firingRate` on the given input, layer by layer from the first. Depends on (seed, network,
 * input, neuron) alone. Without it deep layers of a spiking network are silent or saturated and learn nothing
 * (modelling choice, h2learn.md section 1).
 * @param input the first batch, as `batchInput` gives it
 * @param options.balanced each output channel of an (Encoding) layer gets weights that sum to 0: pixels are all positive, so
 *   that otherwise the sign of that sum decides whether the channel ever fires (modelling choice); default false
 * @param options.firingRate wished share of neurons and timesteps with a spike, in (0, 1); default 0.15
 * @param options.into where the weights go, such as the `room` of a gradient source; default: a new array
 * @returns the weights, and per layer the gain and the rate reached; a rate out of reach is told, not thrown
 * @throws InputError for a rate outside (0, 1); ShapeError when the input does not fit the network
 */
export const initialWeights = (
  network: Network,
  input: LayerInput,
  options: {
    readonly seed?: number
    readonly firingRate?: number
    readonly neuron?: NeuronConfig
    readonly balanced?: boolean
    readonly into?: Float32Array | undefined
  } = {},
): InitialWeights => {
  const { seed = 1, firingRate = FIRING_RATE, neuron = defaultNeuron, balanced = false } = options
  if (!(firingRate > 0 && firingRate < 1))
    throw new InputError({ where: 'initialWeights', expected: 'a firingRate in (0, 1)', got: String(firingRate) })
  const count = parameterCount(network)
  const weights = options.into ?? new Float32Array(count)
  if (weights.length !== count)
    throw new ShapeError({
      where: 'initialWeights',
      expected: `room for ${count} weights of ${network.text}`,
      got: String(weights.length),
    })
  const views = weightsOf(network, weights)
  const first = { ...network, layers: network.layers.slice(0, 1), classes: 0 }
  let next = forwardPass(first, views.slice(0, 1), input, neuron, 'f32').layers[0].input
  const layers = network.layers.map((layer, l): LayerGain => {
    // the table of a layer's weights is made twice in the same place
    const buffers = reusableBuffers()
    const own: Weights = views[l]
    drawNormal(own.data, layer.C * layer.R * layer.S, deriveSeed(seed, 'weights', layer.name))
    if (balanced && layer.encoding) balance(own.data, layer.C * layer.R * layer.S)
    const gain = findGain(layerCurrent(layer, next, own, 'f32', buffers), network.T, neuron, firingRate)
    for (let i = 0; i < own.data.length; i++) own.data[i] *= gain
    const { spikes } = integrateAndFire(layerCurrent(layer, next, own, 'f32', buffers), network.T, neuron, 'f32')
    next = layer.spikePool > 1 ? poolSpikes(spikes, layer.spikePool) : { kind: 'spikes', data: spikes }
    const reachedRate = density(spikes)
    return {
      name: layer.name,
      gain,
      firingRate: reachedRate,
      reached: Math.abs(reachedRate - firingRate) <= REACHED,
    }
  })
  return { weights, layers }
}
