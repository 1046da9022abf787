import type { Precision, RealArray, Samples } from '../../api'
import type { DrawSeed } from '../../batches'
import type { BatchGradients } from '../../gradient-source'
import { addInto, addTallies } from '../../gradient-source'
import { countNonZeros, LAYER_COUNTS, labelsOf, type ShardTally } from '../../shard'
import { cutShards, shardSize } from '../../shards'
import { countBits } from '../../tensor'
import type { NetworkGraph, OutputGradient } from '../api'
import { backwardGraph } from '../backward'
import { forwardGraph } from '../forward'
import type { GraphLoss } from '../losses/graph-loss'
import { evaluateGraphLoss } from '../losses/losses'
import { mapSize } from '../operators/operator'
import { graphParameterCount, graphParameterSpecs, graphParametersOf } from '../parameters'
import { predictGraph } from './graph-prediction'
import { sampleInputs } from './sample-input'

/** What the gradients of a batch are computed from. */
export interface GraphGradientWork {
  readonly graph: NetworkGraph
  readonly loss: GraphLoss
  readonly precision: Precision
  readonly lossScale: number
  readonly samples: Samples
  readonly indices: Uint32Array
  readonly draw: DrawSeed
}

/**
 * Shards of a batch. Batch normalisation looks at the whole batch, which then is one shard; otherwise shards are those
 * of a chain of the same size, so that memory does not grow with the batch.
 */
export const graphShards = (graph: NetworkGraph, indices: Uint32Array): readonly Uint32Array[] =>
  graph.populations.some(({ normalisation }) => normalisation === 'bn') ? [indices] : independentShards(graph, indices)

/** Shards of passes in which no sample depends on another, as those of a chain of the same size. */
export const independentShards = (graph: NetworkGraph, indices: Uint32Array): readonly Uint32Array[] => {
  const { populations, T } = graph
  const potentials = populations.reduce((n, { shape }) => n + mapSize(shape) * T, 0)
  return cutShards(indices, shardSize(potentials, graphParameterCount(graph)))
}

/** Samples whose loss gradient is exactly zero at every read-out. */
const zeroLossSamples = (gradients: readonly OutputGradient[], B: number): number => {
  let zero = 0
  for (let b = 0; b < B; b++) {
    const nothing = gradients.every(({ spikes, potentials }) =>
      [spikes, potentials].every((maps) => {
        if (!maps) return true
        const n = maps.data.length / (maps.shape.T * B)
        for (let t = 0; t < maps.shape.T; t++)
          for (let i = 0, at = (t * B + b) * n; i < n; i++, at++) if (maps.data[at] !== 0) return false
        return true
      }),
    )
    if (nothing) zero++
  }
  return zero
}

const scaled = (gradients: readonly OutputGradient[], scale: number): readonly OutputGradient[] => {
  for (const { spikes, potentials } of gradients)
    for (const maps of [spikes, potentials]) if (maps) for (let i = 0; i < maps.data.length; i++) maps.data[i] *= scale
  return gradients
}

/** Gradients of some samples of a batch, written to `out` in the order of the parameter specs, and their counts. */
const graphShard = (work: GraphGradientWork, parameters: RealArray, batch: number, out: RealArray): ShardTally => {
  const { graph, loss, precision, lossScale, samples, indices, draw } = work
  const named = graphParametersOf(graph, parameters)
  const trace = forwardGraph(graph, named, sampleInputs(graph, samples, indices, draw), precision)
  const labels = labelsOf(samples, indices)
  const made = evaluateGraphLoss(graph, trace, labels, loss, batch)
  const predicted = predictGraph(graph, trace, loss)
  const zeroLoss = zeroLossSamples(made.gradients, indices.length)
  const gradients = backwardGraph(graph, named, trace, scaled(made.gradients, lossScale))
  let at = 0
  for (const { name, length } of graphParameterSpecs(graph)) {
    out.set(gradients.parameters[name], at)
    at += length
  }
  const layers = new Float64Array(graph.populations.length * LAYER_COUNTS.length)
  trace.populations.forEach(({ potentials, spikes, spikeGradMask }, p) => {
    const [nonZero, flushed] = countNonZeros(gradients.gradU[p].data)
    layers.set(
      [potentials.data.length, countBits(spikes.data), countBits(spikeGradMask.data), nonZero, nonZero, flushed],
      p * LAYER_COUNTS.length,
    )
  })
  return {
    loss: made.loss,
    correct: predicted.labels.reduce((n, k, b) => n + (k === labels[b] ? 1 : 0), 0),
    ties: predicted.ties,
    zeroLoss,
    layers,
  }
}

/**
 * Gradients of one batch by the reference passes, shard by shard in order.
 * @param parameters all trained numbers in the order of `graphParameterSpecs`
 */
export const graphGradients = (work: GraphGradientWork, parameters: RealArray): BatchGradients => {
  const Real = parameters instanceof Float64Array ? Float64Array : Float32Array
  const total = new Real(parameters.length)
  const part = new Real(parameters.length)
  let tally: ShardTally | undefined
  for (const [s, indices] of graphShards(work.graph, work.indices).entries()) {
    const into = s === 0 ? total : part
    tally = addTallies(tally, graphShard({ ...work, indices }, parameters, work.indices.length, into))
    if (s > 0) addInto(total, part)
  }
  return { ...tally!, gradW: total }
}
