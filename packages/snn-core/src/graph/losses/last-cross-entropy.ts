import { crossEntropy } from '../../cross-entropy'
import { tensor } from '../../tensor'
import type { PopulationTrace } from '../api'
import type { GraphLossRules } from './graph-loss'

const scores = ({ potentials }: PopulationTrace): Float64Array => {
  const n = potentials.data.length / potentials.shape.T
  return Float64Array.from(potentials.data.subarray(potentials.data.length - n))
}

/** Cross-entropy on the potential at the last timestep, u_T. */
export const lastCrossEntropy: GraphLossRules = {
  reads: 'potentials',
  scores,
  evaluate: ({ trace, labels, batch, labelSmoothing }) => {
    const { loss, gradient } = crossEntropy(scores(trace), labels, batch, labelSmoothing)
    const out = tensor('TBCHW', 'f64', trace.potentials.shape)
    out.data.set(gradient, out.data.length - gradient.length)
    return { loss, gradient: out }
  },
}
