import { predict } from '../../loss'
import type { GraphTrace, NetworkGraph } from '../api'
import type { GraphLoss } from '../losses/graph-loss'
import { graphLosses } from '../losses/losses'
import { spikeCounts } from '../losses/spike-counts'
import { mapSize } from '../operators/operator'
import { readOut } from './sample-input'

/** Sums over time of the read-out's potentials, B × classes: what ties are broken by. */
const summedPotentials = (trace: GraphTrace, index: number): Float64Array => {
  const { shape, data } = trace.populations[index].potentials
  const n = data.length / shape.T
  const sums = new Float64Array(n)
  for (let t = 0; t < shape.T; t++) for (let i = 0; i < n; i++) sums[i] += data[t * n + i]
  return sums
}

/**
 * Predicted class of each sample: by spike counts as a chain predicts (`predict`), or by what a loss on potentials calls
 * the scores.
 */
export const predictGraph = (
  graph: NetworkGraph,
  trace: GraphTrace,
  loss: GraphLoss,
): { readonly labels: Int32Array; readonly ties: number } => {
  const { index, shape } = readOut(graph)
  const classes = mapSize(shape)
  const { reads, scores } = graphLosses[loss.kind]
  if (reads === 'spikes') return predict(spikeCounts(trace.populations[index]), classes, summedPotentials(trace, index))
  const values = scores(trace.populations[index])
  let ties = 0
  const labels = Int32Array.from({ length: trace.B }, (_, b) => {
    const own = values.subarray(b * classes, (b + 1) * classes)
    const most = own.reduce((a, x) => Math.max(a, x))
    const first = own.indexOf(most)
    if (own.indexOf(most, first + 1) >= 0) ties++
    return first
  })
  return { labels, ties }
}
