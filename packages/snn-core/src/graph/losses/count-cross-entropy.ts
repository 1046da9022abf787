import { crossEntropy } from '../../cross-entropy'
import type { GraphLossRules } from './graph-loss'
import { spikeCounts, stillGradient } from './spike-counts'

/** Cross-entropy on spike counts Σ_t s_t. */
export const countCrossEntropyLoss: GraphLossRules = {
  reads: 'spikes',
  scores: (trace) => Float64Array.from(spikeCounts(trace)),
  evaluate: ({ trace, labels, batch, labelSmoothing }) => {
    const { loss, gradient } = crossEntropy(Float64Array.from(spikeCounts(trace)), labels, batch, labelSmoothing)
    return { loss, gradient: stillGradient(trace, gradient) }
  },
}
