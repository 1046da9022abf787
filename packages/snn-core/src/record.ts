import type { Backend, Loss, Maps, Network, NeuronConfig, Precision, RealArray, Samples, StepRecord } from './api'
import { batchInput, type DrawSeed } from './batches'
import { backwardPass, forwardPass, outputGradient, traceToRecordLayers, underflowShare } from './bptt'
import { InputError } from './errors'
import { f16RoundAll } from './f16'
import { fastSupports } from './fast/fast-shard'
import { foldedNetwork, foldedTensor } from './fast/fold'
import { losses } from './loss'
import { passWeights, weightsOf } from './parameters'
import { labelsOf } from './shard'
import { density, tensor } from './tensor'
import type { StepView } from './training-steps'

/** Which part of which step to record. */
export interface RecordWork {
  readonly network: Network
  readonly neuron: NeuronConfig
  readonly samples: Samples
  readonly loss: Loss['kind']
  /** The step's own weights and what it reported about its whole batch: what `beforeUpdate` is handed. */
  readonly weights: RealArray
  readonly indices: Uint32Array
  readonly report: Pick<StepView['report'], 'step' | 'samplesSeen' | 'loss' | 'accuracy' | 'zeroLossShare'>
  /** Seed and epoch of rate coding, as the step drew it. */
  readonly draw: DrawSeed
  /** Places in the batch of the samples to record: a sub-batch. */
  readonly rows: readonly number[]
  /** Default f32: what an f32 training step did, bit for bit. f64 and f16 for runs of that precision. */
  readonly precision?: Precision
  /** The run's; fast and reference give the same bits. */
  readonly backend?: Backend
}

/**
 * Everything every layer did for some samples of a training step, computed again with the step's own weights. Samples
 * do not depend on each other, so the values are bit for bit those of the step itself (backend 'fused': up to rounding,
 * a product and its sum are rounded one by one here); gradients are divided by the whole batch and carry no `lossScale`.
 * @throws InputError when a row is not a place in the batch, or appears twice
 */
export const recordStep = (work: RecordWork): StepRecord => {
  const { network, neuron, samples, indices, report, draw, rows, precision = 'f32', backend = 'fast' } = work
  const batch = indices.length
  if (rows.length === 0 || new Set(rows).size !== rows.length || rows.some((row) => !(row in indices)))
    throw new InputError({
      where: 'recordStep',
      expected: `at least one row, each once, in 0..${batch - 1}`,
      got: JSON.stringify(rows),
    })
  const part = Uint32Array.from(rows, (row) => indices[row])
  const weights = weightsOf(network, passWeights({ precision }, work.weights))
  const folded = backend !== 'fast' && fastSupports(network, neuron, precision, 1, backend)
  const computed = folded ? foldedNetwork(network) : network
  const held = folded ? weights.map(({ data }, l) => foldedTensor(network.layers[l], data)) : weights
  const trace = forwardPass(computed, held, batchInput(samples, part, network, draw), neuron, precision)
  const { gradOutput } = losses[work.loss].evaluate({
    spikeCounts: trace.spikeCounts,
    labels: labelsOf(samples, part),
    T: network.T,
    batch,
  })
  const output = outputGradient(network, gradOutput)
  const gradients = backwardPass(computed, held, trace, output, neuron, precision)
  const { step, samplesSeen, loss, accuracy, zeroLossShare } = report
  return {
    network,
    neuron,
    step,
    samplesSeen,
    B: rows.length,
    batch,
    loss,
    accuracy,
    zeroLossShare,
    gradOutput: output,
    layers: traceToRecordLayers(network, weights, trace, gradients),
  }
}

/** Sparsity of one layer's neuron maps in a record; shares of neurons and timesteps, 0..1. */
export interface LayerSparsity {
  readonly name: string
  readonly firingRate: number
  /** Share of the layer's input values that are zero (before padding). */
  readonly inputZeroShare: number
  /** 1 − mean(∇s̃) of this layer's neurons: the outputs its backward convolution may skip (Eq. 5). */
  readonly outputSparsity: number
  /** 1 − mean(∇ũ) of this layer's neurons in float32 (Eq. 6): the inputs the convolution to the layer below skips. */
  readonly inputSparsity: number
  /** The same after rounding ∇u to FP16, which flushes the smallest. */
  readonly inputSparsityF16: number
  /** Share of the non-zero ∇u that rounding flushes. */
  readonly underflowShare: number
}

const nonZeroShare = (values: ArrayLike<number>): number => {
  let n = 0
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) n++
  return n / values.length
}

/**
 * Sparsity of every layer of a record, per map of neurons. Table III counts a convolution's backward pass by its
 * target neurons and its source: the pass from layer l+1 down to l has the output sparsity of l and the input
 * sparsity of l+1; so the row of a network with n convolutions has n − 1 pairs.
 */
export const sparsityOf = (record: StepRecord): LayerSparsity[] =>
  record.layers.map(({ layer, input, spikes, spikeGradMask, gradU }) => {
    const rounded: Maps = tensor('TBCHW', 'f32', gradU.shape, f16RoundAll(gradU.data))
    return {
      name: layer.name,
      firingRate: density(spikes),
      inputZeroShare: 1 - (input.kind === 'spikes' ? density(input.data) : nonZeroShare(input.data.data)),
      outputSparsity: 1 - density(spikeGradMask),
      inputSparsity: 1 - nonZeroShare(gradU.data),
      inputSparsityF16: 1 - nonZeroShare(rounded.data),
      underflowShare: underflowShare(gradU, rounded),
    }
  })
