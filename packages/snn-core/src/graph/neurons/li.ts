import { leakRule, type NeuronModel, plainDynamics } from './neuron-model'

/** Leaky integrator, a read-out without spikes: u_t = leak · u_{t−1} + I_t; the loss reads its potential. */
export const li: NeuronModel = {
  fires: false,
  parameters: { leak: leakRule },
  states: [],
  dynamics: () => plainDynamics,
}
