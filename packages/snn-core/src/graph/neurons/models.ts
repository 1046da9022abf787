import type { NeuronModelName } from '../api'
import { alif } from './alif'
import { alpha } from './alpha'
import { integrateAndFireModel } from './if'
import { li } from './li'
import { lif } from './lif'
import type { NeuronModel } from './neuron-model'
import { plif } from './plif'
import { synaptic } from './synaptic'

/** The neuron models by name: one without an entry does not compile. */
export const neuronModels: Readonly<Record<NeuronModelName, NeuronModel>> = {
  lif,
  if: integrateAndFireModel,
  plif,
  synaptic,
  alpha,
  alif,
  li,
}

/** Bytes of state that one neuron keeps from timestep to timestep, at so many bytes a number. */
export const stateBytes = (model: NeuronModelName, bytesPerNumber: number): number =>
  (1 + neuronModels[model].states.length) * bytesPerNumber
