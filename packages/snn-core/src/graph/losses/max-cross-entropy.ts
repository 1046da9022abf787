import { crossEntropy } from '../../cross-entropy'
import { tensor } from '../../tensor'
import type { PopulationTrace } from '../api'
import type { GraphLossRules } from './graph-loss'

/** First timestep of the largest potential of each neuron of each sample. */
const peaks = ({ potentials }: PopulationTrace): Int32Array => {
  const { T, B, C, H, W } = potentials.shape
  const n = B * C * H * W
  const { data } = potentials
  return Int32Array.from({ length: n }, (_, i) => {
    let best = 0
    for (let t = 1; t < T; t++) if (data[t * n + i] > data[best * n + i]) best = t
    return best
  })
}

const scores = (trace: PopulationTrace): Float64Array =>
  Float64Array.from(peaks(trace), (t, i) => {
    const { B, C, H, W } = trace.potentials.shape
    return trace.potentials.data[t * B * C * H * W + i]
  })

/** Cross-entropy on the largest potential over time, max_t u_t; its gradient goes to the first timestep that has it. */
export const maxCrossEntropy: GraphLossRules = {
  reads: 'potentials',
  scores,
  evaluate: ({ trace, labels, batch, labelSmoothing }) => {
    const { loss, gradient } = crossEntropy(scores(trace), labels, batch, labelSmoothing)
    const out = tensor('TBCHW', 'f64', trace.potentials.shape)
    peaks(trace).forEach((t, i) => {
      out.data[t * gradient.length + i] = gradient[i]
    })
    return { loss, gradient: out }
  },
}
