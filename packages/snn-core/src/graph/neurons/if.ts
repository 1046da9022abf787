import { type NeuronModel, plainDynamics, thresholdRule } from './neuron-model'

/** Integrate-and-fire without leak: u_t = R_{t−1} + I_t, s_t = [u_t ≥ th_f]. */
export const integrateAndFireModel: NeuronModel = {
  fires: true,
  parameters: { fireThreshold: thresholdRule },
  states: [],
  derived: (_, n) => ({ leak: new Array<number>(n).fill(1) }),
  dynamics: () => plainDynamics,
}
