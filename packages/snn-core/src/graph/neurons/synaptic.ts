import { leakRule, type NeuronModel, plainDynamics, thresholdRule } from './neuron-model'

/**
 * LIF behind a leaky synaptic current (CubaLIF): i_t = synapticLeak · i_{t−1} + I_t, u_t = leak · R_{t−1} + i_t.
 * Backward: ∇i_t = ∇u_t + synapticLeak · ∇i_{t+1}, ∇I_t = ∇i_t.
 */
export const synaptic: NeuronModel = {
  fires: true,
  parameters: {
    leak: leakRule,
    synapticLeak: { ...leakRule, doc: 'leak of the synaptic current per timestep' },
    fireThreshold: thresholdRule,
  },
  states: ['synapse'],
  dynamics: (round) => ({
    ...plainDynamics,
    drive: ({ at, before, from, current, state: { synapse }, parameters: { synapticLeak } }, k) => {
      const held = before < 0 ? 0 : round(synapticLeak[k] * synapse[before + k])
      synapse[at + k] = round(held + current[from + k])
      return synapse[at + k]
    },
    gradDrive: ({ at, later, gradState: { synapse }, parameters: { synapticLeak } }, k, gradX) => {
      const held = later < 0 ? 0 : round(synapticLeak[k] * synapse[later + k])
      synapse[at + k] = round(held + gradX)
      return synapse[at + k]
    },
    learned: {
      synapticLeak: ({ at, before, state, gradState }, k) =>
        before < 0 ? 0 : round(state.synapse[before + k] * gradState.synapse[at + k]),
    },
  }),
}
