import { elementary } from '@h2learn/elementary'
import { type NeuronModel, plainDynamics, thresholdRule } from './neuron-model'

const sigmoid = (x: number): number => 1 / (1 + elementary.exp(-x))

/**
 * LIF with a parametric leak: leak = σ(leakLogit), which stays in (0, 1) whatever training does to the logit
 * (Fang et al. 2021, "Incorporating learnable membrane time constant", there 1 − leak = σ). The sigmoid is taken in
 * double and rounded once.
 * ∂L/∂leakLogit = leak · (1 − leak) · Σ R_{t−1} · ∇u_t.
 */
export const plif: NeuronModel = {
  fires: true,
  parameters: {
    leakLogit: { initial: 0, least: -50, most: 50, doc: 'leak = 1 / (1 + exp(−leakLogit))' },
    fireThreshold: thresholdRule,
  },
  states: [],
  derived: ({ leakLogit }) => ({ leak: Array.from(leakLogit, sigmoid) }),
  dynamics: (round) => ({
    ...plainDynamics,
    learned: {
      leakLogit: ({ parameters: { leak } }, k, grads) => round(round(leak[k] * round(1 - leak[k])) * grads.leak),
    },
  }),
}
