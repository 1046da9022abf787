import { getBit } from '../../tensor'
import { leakRule, type NeuronModel, plainDynamics, thresholdRule } from './neuron-model'

/**
 * LIF with an adaptive threshold (Bellec et al. 2018): every spike raises the threshold by adaptation, which decays.
 * a_t = adaptationLeak · a_{t−1} + s_{t−1}, u_t = leak · R_{t−1} + I_t, v_t = u_t − adaptation · a_t, s_t = [v_t ≥ th_f];
 * the window of the surrogate is on v.
 * Backward: ∇v_t = ∇s_t · fire'(v_t), ∇a_t = −adaptation · ∇v_t + adaptationLeak · ∇a_{t+1}, and ∇s_t contains ∇a_{t+1}.
 */
export const alif: NeuronModel = {
  fires: true,
  parameters: {
    leak: leakRule,
    fireThreshold: thresholdRule,
    adaptation: {
      initial: 0.2,
      least: -Number.MAX_VALUE,
      most: Number.MAX_VALUE,
      doc: 'rise of the threshold per spike',
    },
    adaptationLeak: { ...leakRule, initial: 0.9, doc: 'leak of the adaptation per timestep' },
  },
  states: ['adaptation'],
  dynamics: (round) => ({
    ...plainDynamics,
    drive: ({ at, before, from, current, spikes, state: { adaptation }, parameters: { adaptationLeak } }, k) => {
      adaptation[at + k] =
        before < 0 ? 0 : round(round(adaptationLeak[k] * adaptation[before + k]) + getBit(spikes, before + k))
      return current[from + k]
    },
    compared: ({ at, potential, state, parameters: { adaptation } }, k) =>
      round(potential[at + k] - round(adaptation[k] * state.adaptation[at + k])),
    gradSpike: ({ later, gradState }, k) => (later < 0 ? 0 : gradState.adaptation[later + k]),
    gradDrive: ({ at, later, gradState: { adaptation: grad }, parameters }, k, gradX, gradV) => {
      const held = later < 0 ? 0 : round(parameters.adaptationLeak[k] * grad[later + k])
      grad[at + k] = round(held - round(parameters.adaptation[k] * gradV))
      return gradX
    },
    learned: {
      adaptation: ({ at, state }, k, grads) => -round(state.adaptation[at + k] * grads.v),
      adaptationLeak: ({ at, before, state, gradState }, k) =>
        before < 0 ? 0 : round(state.adaptation[before + k] * gradState.adaptation[at + k]),
    },
  }),
}
