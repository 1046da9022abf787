import { leakRule, type NeuronModel, plainDynamics, thresholdRule } from './neuron-model'

/** Leaky integrate-and-fire (Eq. 1, 5): u_t = leak · R_{t−1} + I_t, s_t = [u_t ≥ th_f]. */
export const lif: NeuronModel = {
  fires: true,
  parameters: { leak: leakRule, fireThreshold: thresholdRule },
  states: [],
  dynamics: () => plainDynamics,
}
