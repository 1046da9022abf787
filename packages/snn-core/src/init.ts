import type { LayerInput, Maps, Network, NeuronConfig, RealArray, Weights } from './api'
import { forwardPass } from './bptt'
import { reusableBuffers } from './buffers'
import { InputError, ShapeError } from './errors'
import { integrateAndFire } from './integrate-and-fire'
import { layerCurrent } from './layer-current'
import { parameterCount } from './network'
import { defaultNeuron, surrogate } from './neuron'
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
  /** False when no gain came within 0.01 of the rate; the closest was taken. True where the gain was given. */
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
 * The gain at which neurons fire at the wished rate. The rate grows with the gain but for rounding and resets, so
 * bisection in the logarithm finds it; the best gain seen counts. Yields after every gain tried.
 * @param rateAt rate at a gain
 */
export function* findGain(rateAt: (gain: number) => number, wished: number): Generator<void, number> {
  let best = { gain: 1, distance: Infinity }
  const rate = (exponent: number): number => {
    const gain = Math.fround(2 ** exponent)
    const fired = rateAt(gain)
    const distance = Math.abs(fired - wished)
    if (distance < best.distance) best = { gain, distance }
    return fired
  }
  // a bracket around gain 1, grown in powers of two
  let low = 0
  let high = 0
  if (rate(0) < wished) {
    while (best.distance > CLOSE && high < HIGHEST) {
      yield
      if (rate(++high) >= wished) break
      low = high
    }
  } else
    while (best.distance > CLOSE && low > LOWEST) {
      yield
      if (rate(--low) < wished) break
      high = low
    }
  for (let i = 0; i < HALVINGS && low < high && best.distance > CLOSE; i++) {
    yield
    const middle = (low + high) / 2
    if (rate(middle) < wished) low = middle
    else high = middle
  }
  return best.gain
}

/** Rate at which a layer's neurons fire on a current times a gain. */
const firingRateOf = (current: Maps, T: number, neuron: NeuronConfig): ((gain: number) => number) => {
  const scaled = tensor('TBCHW', 'f32', current.shape)
  const buffers = reusableBuffers()
  return (gain) => {
    for (let i = 0; i < scaled.data.length; i++) scaled.data[i] = current.data[i] * gain
    return density(integrateAndFire(scaled, T, neuron, 'f32', buffers).spikes)
  }
}

/** Normal draws of standard deviation 1/√(C·R·S), in KCRS order, from a stream of the layer's own. */
export const drawNormal = (weights: RealArray, fanIn: number, seed: number): void => {
  const { normal } = rng(seed)
  for (let i = 0; i < weights.length; i++) weights[i] = normal() / Math.sqrt(fanIn)
}

/** Takes the mean out of each output channel's weights. */
export const balance = (weights: RealArray, fanIn: number): void => {
  for (let from = 0; from < weights.length; from += fanIn) {
    let sum = 0
    for (let i = from; i < from + fanIn; i++) sum += weights[i]
    for (let i = from; i < from + fanIn; i++) weights[i] -= sum / fanIn
  }
}

/** Rate at which `initialWeights` lets every layer fire where nothing else is asked for (modelling choice). */
export const FIRING_RATE = 0.15

/**
 * Gain of the output layer where its neurons learn from silence: weights of standard deviation 1/√(3·fan-in), that of
 * uniform draws in ±1/√(fan-in), which many frameworks start linear layers from.
 */
export const OUTPUT_GAIN = 1 / Math.sqrt(3)

/** What `initialWeights` can be told. */
export interface InitialWeightsOptions {
  /** Default 1. */
  readonly seed?: number
  /** Wished share of neurons and timesteps with a spike, in (0, 1); default 0.15. */
  readonly firingRate?: number
  /** Default `defaultNeuron`. */
  readonly neuron?: NeuronConfig
  /**
   * Each output channel of an (Encoding) layer gets weights that sum to 0: pixels are all positive, so that otherwise
   * the sign of that sum decides whether the channel ever fires (modelling choice); default false.
   */
  readonly balanced?: boolean
  /** Gain of the last layer, above 0, or 'rate' to fit it as those of the other layers; default `defaultOutputGain`. */
  readonly outputGain?: number | 'rate'
  /** Where the weights go, such as the `room` of a gradient source; default: a new array. */
  readonly into?: Float32Array | undefined
}

/**
 * The gain of the last layer where none is given: `OUTPUT_GAIN` if a neuron at potential 0 passes a gradient, so that a
 * silent output neuron learns; else the layer has to fire to learn at all, and its gain is fitted as that of the others.
 * Output weights large enough to fire at 0.15 begin with strong, wrong opinions: on MNIST, N-MNIST and CIFAR-10 some
 * classes were then never predicted after 1,000 steps (docs/learning-rule.md; modelling choice).
 */
export const defaultOutputGain = (neuron: NeuronConfig): number | 'rate' =>
  surrogate(neuron)(0) > 0 ? OUTPUT_GAIN : 'rate'

const checkOptions = (network: Network, { firingRate = FIRING_RATE, outputGain, into }: InitialWeightsOptions) => {
  const where = 'initialWeights'
  if (!(firingRate > 0 && firingRate < 1))
    throw new InputError({ where, expected: 'a firingRate in (0, 1)', got: String(firingRate) })
  if (outputGain !== undefined && outputGain !== 'rate' && !(Number.isFinite(outputGain) && outputGain > 0))
    throw new InputError({ where, expected: "an outputGain above 0 or 'rate'", got: String(outputGain) })
  const count = parameterCount(network)
  if (into !== undefined && into.length !== count)
    throw new ShapeError({
      where,
      expected: `room for ${count} weights of ${network.text}`,
      got: String(into.length),
    })
}

/**
 * `initialWeights` in steps: a generator that yields after every gain tried and every layer, for callers that show
 * progress, let signals through or stop early (its `return`). The value at the end is that of `initialWeights`.
 * @throws as `initialWeights` does, at the first step
 */
export function* initialWeightsStepwise(
  network: Network,
  input: LayerInput,
  options: InitialWeightsOptions = {},
): Generator<void, InitialWeights> {
  checkOptions(network, options)
  const { seed = 1, firingRate = FIRING_RATE, neuron = defaultNeuron, balanced = false } = options
  const { outputGain = defaultOutputGain(neuron) } = options
  const weights = options.into ?? new Float32Array(parameterCount(network))
  const views = weightsOf(network, weights)
  const first = { ...network, layers: network.layers.slice(0, 1), classes: 0 }
  let next = forwardPass(first, views.slice(0, 1), input, neuron, 'f32').layers[0].input
  const layers: LayerGain[] = []
  for (const [l, layer] of network.layers.entries()) {
    // the table of a layer's weights is made twice in the same place
    const buffers = reusableBuffers()
    const own: Weights = views[l]
    drawNormal(own.data, layer.C * layer.R * layer.S, deriveSeed(seed, 'weights', layer.name))
    if (balanced && layer.encoding) balance(own.data, layer.C * layer.R * layer.S)
    yield
    const given = l === network.layers.length - 1 && outputGain !== 'rate' ? Math.fround(outputGain) : undefined
    const gain =
      given ??
      (yield* findGain(firingRateOf(layerCurrent(layer, next, own, 'f32', buffers), network.T, neuron), firingRate))
    for (let i = 0; i < own.data.length; i++) own.data[i] *= gain
    yield
    const { spikes } = integrateAndFire(layerCurrent(layer, next, own, 'f32', buffers), network.T, neuron, 'f32')
    next = layer.spikePool > 1 ? poolSpikes(spikes, layer.spikePool) : { kind: 'spikes', data: spikes }
    const reachedRate = density(spikes)
    layers.push({
      name: layer.name,
      gain,
      firingRate: reachedRate,
      reached: given !== undefined || Math.abs(reachedRate - firingRate) <= REACHED,
    })
    yield
  }
  return { weights, layers }
}

/**
 * Weights to start training from: seeded normal draws of standard deviation 1/√(fan-in), times a gain per layer that
 * makes the layer fire at `firingRate` on the given input, layer by layer from the first; the last layer has a gain of
 * its own (`defaultOutputGain`). Depends on (seed, network, input, neuron) alone. Without it deep layers of a spiking
 * network are silent or saturated and learn nothing (modelling choice, h2learn.md section 1).
 * @param input some samples, as `batchInput` gives them: memory and time grow with them, 32 are enough (`firstWeights`)
 * @returns the weights, and per layer the gain and the rate reached; a rate out of reach is told, not thrown
 * @throws InputError for a rate outside (0, 1) or a gain that is not above 0; ShapeError when the input or `into` does
 *   not fit the network
 */
export const initialWeights = (
  network: Network,
  input: LayerInput,
  options: InitialWeightsOptions = {},
): InitialWeights => {
  const steps = initialWeightsStepwise(network, input, options)
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}
