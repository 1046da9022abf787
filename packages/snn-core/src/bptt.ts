import type {
  Buffers,
  ForwardTrace,
  Gradients,
  LayerInput,
  LayerRecord,
  Maps,
  Network,
  NeuronConfig,
  Precision,
  Weights,
} from './api'
import { arithmetic, storageOf } from './arithmetic'
import { freshBuffers } from './buffers'
import { InputError, ShapeError } from './errors'
import { integrateAndFire } from './integrate-and-fire'
import { checkLayerInput, checkLayerWeights, inputExtent } from './layer-checks'
import { layerCurrent } from './layer-current'
import { layerGradInput, layerGradWeights } from './layer-gradients'
import { roundNeuron } from './neuron'
import { poolSpikes, poolSpikesGradient, poolStillInput } from './pooling'
import { potentialGradients } from './potential-gradients'
import { getBit, tensor } from './tensor'

/** The first layer's input: the samples pooled by `inputPool` where the network has it and they are at raw size. */
const firstInput = (network: Network, input: LayerInput, precision: Precision, buffers: Buffers): LayerInput => {
  const { inputPool: k, input: raw, layers } = network
  const { C, H, W } = input.data.shape
  const isRaw = C === raw.C && H === raw.H && W === raw.W
  if (k === 1 || !isRaw || input.kind === 'levels') {
    checkLayerInput('forwardPass', layers[0], input)
    return input
  }
  return input.kind === 'spikes'
    ? poolSpikes(input.data, k, buffers, 'input pooled')
    : poolStillInput(input, k, precision, buffers)
}

const checkWeights = (network: Network, weights: readonly Weights[]) => {
  if (weights.length !== network.layers.length)
    throw new ShapeError({
      where: `network ${network.text}`,
      expected: `weights of ${network.layers.length} layers`,
      got: String(weights.length),
    })
  for (const layer of network.layers) checkLayerWeights('network', layer, weights[layer.index])
}

/**
 * Forward pass of all layers over all timesteps (Eq. 1, 5): layer by layer, which is the same as timestep by timestep
 * because layer l at t reads layer l−1 at t.
 * @param input TBCHW spikes (T of the network), or BCHW pixels or analog values for an (Encoding) layer; with
 * `inputPool` either the raw input (pooled here) or what the first layer reads
 * @param buffers where results live; with `reusableBuffers` the trace is overwritten by the next pass
 * @throws ShapeError, InputError (timesteps, neuron)
 */
export const forwardPass = (
  network: Network,
  weights: readonly Weights[],
  input: LayerInput,
  neuron: NeuronConfig,
  precision: Precision,
  buffers: Buffers = freshBuffers,
): ForwardTrace => {
  checkWeights(network, weights)
  const { T, layers } = network
  const { T: steps, B } = inputExtent(input)
  const still = input.kind === 'pixels' || input.kind === 'analog'
  if (!still && steps !== T)
    throw new InputError({
      where: 'forwardPass',
      expected: `an input of T = ${T}`,
      got: `T = ${steps}`,
      hint: 'the network was built for another number of timesteps',
    })
  if (still !== layers[0].encoding)
    throw new InputError({
      where: 'forwardPass',
      expected: still ? `an (Encoding) first layer for ${input.kind}` : 'pixels for the (Encoding) layer',
      got: still ? layers[0].name : input.kind,
      hint: 'write (Encoding) behind the first layer exactly when it reads real-valued pixels',
    })
  const traces: ForwardTrace['layers'][number][] = []
  let next = firstInput(network, input, precision, buffers)
  for (const layer of layers) {
    const current = layerCurrent(layer, next, weights[layer.index], precision, buffers)
    const trace = integrateAndFire(current, T, neuron, precision, buffers, layer.name)
    traces.push({ ...trace, input: next })
    next =
      layer.spikePool > 1
        ? poolSpikes(trace.spikes, layer.spikePool, buffers, `${layer.name} pooled`)
        : { kind: 'spikes', data: trace.spikes }
  }
  return { precision, B, layers: traces, spikeCounts: countSpikes(network, traces[traces.length - 1].spikes) }
}

/** Spikes over time of every neuron of the output layer: B × classes. */
const countSpikes = ({ T, classes }: Network, spikes: { shape: { B: number }; data: Uint32Array }): Int32Array => {
  const n = spikes.shape.B * classes
  const counts = new Int32Array(n)
  for (let t = 0; t < T; t++) for (let i = 0; i < n; i++) counts[i] += getBit(spikes.data, t * n + i)
  return counts
}

/**
 * Potentials of every output neuron summed over time in float64, B × classes: what `predict` breaks ties by.
 * @param trace a forward pass of the network
 */
export const outputPotentials = ({ classes }: Network, { layers }: ForwardTrace): Float64Array => {
  const { shape, data } = layers[layers.length - 1].potentials
  const n = shape.B * classes
  const sums = new Float64Array(n)
  for (let t = 0; t < shape.T; t++) for (let i = 0; i < n; i++) sums[i] += data[t * n + i]
  return sums
}

/** ∂L/∂s per sample and class (the same at every timestep) as maps of the output layer, T = 1. */
export const outputGradient = ({ layers }: Network, gradOutput: Float64Array): Maps<'f64'> => {
  const { K, outH, outW } = layers[layers.length - 1]
  const B = gradOutput.length / (K * outH * outW)
  return tensor('TBCHW', 'f64', { T: 1, B, C: K, H: outH, W: outW }, gradOutput)
}

/**
 * Backward pass and weight gradients of all layers (Eq. 2, 3), from the output layer down; no gradient is taken at the
 * network's input. Passing 'f32' for a trace computed in f16 gives the gradients FP16 would have had without rounding.
 * @param gradOutput ∂L/∂s of the output layer, TBCHW with T = 1 (the same at every timestep) or the full T
 * @throws ShapeError
 */
export const backwardPass = (
  network: Network,
  weights: readonly Weights[],
  trace: ForwardTrace,
  gradOutput: Maps,
  neuron: NeuronConfig,
  precision: Precision,
  buffers: Buffers = freshBuffers,
): Gradients => {
  checkWeights(network, weights)
  const { layers } = network
  if ((precision === 'f64') !== (trace.precision === 'f64'))
    throw new InputError({
      where: 'backwardPass',
      expected: `a trace that ${precision} can read`,
      got: `one of ${trace.precision}`,
      hint: 'run forwardPass in the same precision (f16 and f32 can be mixed)',
    })
  const constants = roundNeuron(neuron, trace.precision)
  const gradU: Maps[] = new Array(layers.length)
  const gradS: Maps[] = new Array(layers.length)
  const gradW: Weights[] = new Array(layers.length)
  let spatial = gradOutput
  for (let l = layers.length - 1; l >= 0; l--) {
    const layer = layers[l]
    const grads = potentialGradients(trace.layers[l], spatial, constants, precision, buffers, layer.name)
    gradU[l] = grads.gradU
    gradS[l] = grads.gradS
    gradW[l] = layerGradWeights(layer, trace.layers[l].input, grads.gradU, precision, buffers)
    if (l === 0) break
    const below = layers[l - 1]
    const atInput = layerGradInput(layer, grads.gradU, weights[l], precision, buffers)
    spatial =
      below.spikePool > 1
        ? poolSpikesGradient(
            atInput,
            below.spikePool,
            { H: below.outH, W: below.outW },
            precision,
            buffers,
            `${below.name} unpooled`,
          )
        : atInput
  }
  return { gradU, gradS, gradW }
}

/**
 * Share of the gradients that the coarser format flushed to zero: of the neurons and timesteps with a non-zero exact
 * gradient, those whose rounded gradient is 0. 0 when there is no gradient at all.
 * @param exact, rounded ∇u of one layer, same shape
 */
export const underflowShare = (exact: Maps, rounded: Maps): number => {
  if (exact.data.length !== rounded.data.length)
    throw new ShapeError({
      where: 'underflowShare',
      expected: `${exact.data.length} gradients`,
      got: String(rounded.data.length),
    })
  let nonZero = 0
  let flushed = 0
  for (let i = 0; i < exact.data.length; i++) {
    if (exact.data[i] === 0) continue
    nonZero++
    if (rounded.data[i] === 0) flushed++
  }
  return nonZero === 0 ? 0 : flushed / nonZero
}

/** Samples from…from + count − 1 of real maps, copied. */
const sliceMaps = (maps: Maps, from: number, count: number, precision: Precision): Maps => {
  const { T, B, C, H, W } = maps.shape
  const n = C * H * W
  const data = arithmetic(precision).zeros(T * count * n)
  for (let t = 0; t < T; t++)
    for (let i = 0; i < count * n; i++) data[t * count * n + i] = maps.data[(t * B + from) * n + i]
  return tensor('TBCHW', storageOf(precision), { T, B: count, C, H, W }, data)
}

const sliceBits = (bits: ForwardTrace['layers'][number]['spikes'], from: number, count: number) => {
  const { T, B, C, H, W } = bits.shape
  const n = C * H * W
  const slice = tensor('TBCHW', 'bit', { T, B: count, C, H, W })
  for (let t = 0; t < T; t++)
    for (let i = 0; i < count * n; i++) {
      const to = t * count * n + i
      if (getBit(bits.data, (t * B + from) * n + i)) slice.data[to >>> 5] |= 1 << (to & 31)
    }
  return slice
}

const sliceInput = (input: LayerInput, from: number, count: number): LayerInput => {
  if (input.kind === 'spikes') return { kind: 'spikes', data: sliceBits(input.data, from, count) }
  const { C, H, W } = input.data.shape
  const n = C * H * W
  const part = { B: count, C, H, W }
  if (input.kind === 'levels') {
    const { T, B } = input.data.shape
    const data = new Uint8Array(T * count * n)
    for (let t = 0; t < T; t++)
      data.set(input.data.data.subarray((t * B + from) * n, (t * B + from + count) * n), t * count * n)
    return { ...input, data: tensor('TBCHW', 'u8', { T, ...part }, data) }
  }
  if (input.kind === 'pixels')
    return { kind: 'pixels', data: tensor('BCHW', 'u8', part, input.data.data.slice(from * n, (from + count) * n)) }
  const data = input.data.data.slice(from * n, (from + count) * n)
  return { kind: 'analog', data: tensor('BCHW', input.data.dtype, part, data) }
}

/**
 * Copies what every layer did out of a forward and backward pass, for all samples or some of them.
 * @param samples first sample and how many; default all
 * @throws ShapeError when the samples are not in the trace
 */
export const traceToRecordLayers = (
  network: Network,
  weights: readonly Weights[],
  trace: ForwardTrace,
  { gradU }: Gradients,
  samples: { readonly from: number; readonly count: number } = { from: 0, count: trace.B },
): LayerRecord[] => {
  const { from, count } = samples
  if (!(Number.isInteger(from) && Number.isInteger(count) && from >= 0 && count >= 1 && from + count <= trace.B))
    throw new ShapeError({
      where: 'traceToRecordLayers',
      expected: `samples within 0..${trace.B - 1}`,
      got: `${count} from ${from} on`,
    })
  return network.layers.map((layer, l) => {
    const { input, potentials, spikes, spikeGradMask } = trace.layers[l]
    const { shape, dtype, data } = weights[l]
    return {
      layer,
      input: sliceInput(input, from, count),
      weights: tensor('KCRS', dtype, shape, data.slice()),
      potentials: sliceMaps(potentials, from, count, trace.precision),
      spikes: sliceBits(spikes, from, count),
      spikeGradMask: sliceBits(spikeGradMask, from, count),
      gradU: sliceMaps(gradU[l], from, count, trace.precision),
    }
  })
}
