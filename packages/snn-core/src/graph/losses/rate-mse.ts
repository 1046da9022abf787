import { rateMse } from '../../loss'
import type { GraphLossRules } from './graph-loss'
import { spikeCounts, stillGradient } from './spike-counts'

/** The rate loss of a chain (`rateMse`): mean over batch × classes of (Σ_t s_t / T − y)², y one-hot. */
export const rateMeanSquare: GraphLossRules = {
  reads: 'spikes',
  scores: (trace) => Float64Array.from(spikeCounts(trace)),
  evaluate: ({ trace, labels, batch }) => {
    const { T } = trace.spikes.shape
    const { loss, gradOutput } = rateMse.evaluate({ spikeCounts: spikeCounts(trace), labels, T, batch })
    return { loss, gradient: stillGradient(trace, gradOutput) }
  },
}
