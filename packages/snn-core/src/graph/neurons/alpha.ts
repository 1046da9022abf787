import { leakRule, type NeuronModel, plainDynamics, thresholdRule } from './neuron-model'

/**
 * LIF behind an alpha-shaped synaptic current, two equal leaks one behind the other (as NEST's `iaf_psc_alpha`; one
 * input gives the current (k + 1) · synapticLeakᵏ after k timesteps):
 * g_t = synapticLeak · g_{t−1} + I_t, i_t = synapticLeak · i_{t−1} + g_t, u_t = leak · R_{t−1} + i_t.
 * Backward: ∇i_t = ∇u_t + synapticLeak · ∇i_{t+1}, ∇g_t = ∇i_t + synapticLeak · ∇g_{t+1}, ∇I_t = ∇g_t.
 */
export const alpha: NeuronModel = {
  fires: true,
  parameters: {
    leak: leakRule,
    synapticLeak: { ...leakRule, doc: 'leak of both synaptic variables per timestep' },
    fireThreshold: thresholdRule,
  },
  states: ['rise', 'synapse'],
  dynamics: (round) => ({
    ...plainDynamics,
    drive: ({ at, before, from, current, state: { rise, synapse }, parameters: { synapticLeak } }, k) => {
      const first = before < 0
      rise[at + k] = round((first ? 0 : round(synapticLeak[k] * rise[before + k])) + current[from + k])
      synapse[at + k] = round((first ? 0 : round(synapticLeak[k] * synapse[before + k])) + rise[at + k])
      return synapse[at + k]
    },
    gradDrive: ({ at, later, gradState: { rise, synapse }, parameters: { synapticLeak } }, k, gradX) => {
      const last = later < 0
      synapse[at + k] = round((last ? 0 : round(synapticLeak[k] * synapse[later + k])) + gradX)
      rise[at + k] = round((last ? 0 : round(synapticLeak[k] * rise[later + k])) + synapse[at + k])
      return rise[at + k]
    },
    learned: {
      synapticLeak: ({ at, before, state, gradState }, k) =>
        before < 0
          ? 0
          : round(
              round(state.synapse[before + k] * gradState.synapse[at + k]) +
                round(state.rise[before + k] * gradState.rise[at + k]),
            ),
    },
  }),
}
