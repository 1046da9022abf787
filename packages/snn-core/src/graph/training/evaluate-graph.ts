import type { Precision, RealArray, Samples } from '../../api'
import type { DrawSeed } from '../../batches'
import { passWeights } from '../../parameters'
import { labelsOf } from '../../shard'
import { countBits } from '../../tensor'
import type { ChannelStatistics, NetworkGraph } from '../api'
import { forwardGraph } from '../forward'
import type { GraphLoss } from '../losses/graph-loss'
import { evaluateGraphLoss } from '../losses/losses'
import { mapSize } from '../operators/operator'
import { graphParametersOf } from '../parameters'
import { graphShards, independentShards } from './graph-gradients'
import { predictGraph } from './graph-prediction'
import { readOut, sampleInputs } from './sample-input'

/** How well a network of populations does on samples, and how much it fires. */
export interface GraphEvaluation {
  readonly samples: number
  /** Mean loss of a sample. */
  readonly loss: number
  readonly accuracy: number
  readonly tieShare: number
  /** confusion[true][predicted]: samples. */
  readonly confusion: readonly (readonly number[])[]
  /** Share of neurons and timesteps with a spike. */
  readonly populations: readonly { readonly name: string; readonly firingRate: number }[]
}

export interface GraphEvaluationRun {
  readonly graph: NetworkGraph
  readonly parameters: RealArray
  readonly samples: Samples
  readonly loss: GraphLoss
  readonly precision: Precision
  /** Means and variances for batch normalisation (`graphStatistics`). */
  readonly statistics?: Readonly<Record<string, ChannelStatistics>>
  readonly indices?: Uint32Array
  readonly seed?: number
  readonly signal?: AbortSignal
}

/**
 * Means and variances of every batch-normalised population on some samples, with the weights as they are: what
 * evaluation uses in place of the statistics of a batch. Computed once after training and not as a running mean during
 * it: the state of a training is its weights alone (modelling choice).
 */
export const graphStatistics = (
  graph: NetworkGraph,
  parameters: RealArray,
  samples: Samples,
  indices: Uint32Array,
  draw: DrawSeed,
  precision: Precision,
): Readonly<Record<string, ChannelStatistics>> => {
  const named = graphParametersOf(graph, passWeights({ precision }, parameters))
  const trace = forwardGraph(graph, named, sampleInputs(graph, samples, indices, draw), precision)
  return Object.fromEntries(
    graph.populations.flatMap(({ name, index }) => {
      const { statistics } = trace.populations[index]
      return statistics ? [[name, statistics] as const] : []
    }),
  )
}

/** Forward passes over samples: accuracy, loss, confusion matrix, firing rates. @throws ShapeError, InputError */
export const evaluateGraph = (run: GraphEvaluationRun): GraphEvaluation => {
  const { graph, samples, loss, precision, statistics, seed = 1, signal } = run
  const named = graphParametersOf(graph, passWeights(run, run.parameters))
  const indices = run.indices ?? Uint32Array.from({ length: samples.count }, (_, i) => i)
  const classes = mapSize(readOut(graph).shape)
  const confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0))
  const fired = new Float64Array(graph.populations.length)
  const neurons = new Float64Array(graph.populations.length)
  let sum = 0
  let ties = 0
  let seen = 0
  // with given statistics no sample depends on the others of its batch
  const shards = statistics === undefined ? graphShards(graph, indices) : independentShards(graph, indices)
  for (const shard of shards) {
    if (signal?.aborted && seen > 0) break
    const inputs = sampleInputs(graph, samples, shard, { seed, epoch: 0 })
    const trace = forwardGraph(graph, named, inputs, precision, statistics ? { statistics } : {})
    const labels = labelsOf(samples, shard)
    sum += evaluateGraphLoss(graph, trace, labels, loss, 1).loss
    const predicted = predictGraph(graph, trace, loss)
    ties += predicted.ties
    predicted.labels.forEach((label, b) => {
      confusion[labels[b]][label]++
    })
    trace.populations.forEach(({ spikes, potentials }, p) => {
      fired[p] += countBits(spikes.data)
      neurons[p] += potentials.data.length
    })
    seen += shard.length
  }
  const correct = confusion.reduce((n, row, k) => n + row[k], 0)
  return {
    samples: seen,
    loss: sum / seen,
    accuracy: correct / seen,
    tieShare: ties / seen,
    confusion,
    populations: graph.populations.map(({ name }, p) => ({ name, firingRate: fired[p] / neurons[p] })),
  }
}
