import type { Network, NeuronConfig } from '../api'
import { defaultNeuron } from '../neuron'
import type { NetworkGraph, Neuron } from './api'
import { buildNetwork } from './build'
import { writeNeuron } from './neurons/neuron-form'

/** The LIF neuron of a chain as a neuron model of a graph. */
export const graphNeuron = ({ leak, fireThreshold, ...rest }: NeuronConfig): Neuron => ({
  model: 'lif',
  parameters: { leak, fireThreshold },
  learn: [],
  refractory: 0,
  detachThreshold: false,
  ...rest,
})

/** Name of the one input of a chain. */
export const CHAIN_INPUT = 'input'

/**
 * A chain of layers as a network of populations: one population per layer, with the layer's name, and one connection
 * each. Both compute the same bits.
 */
export const graphOf = (network: Network, neuron: NeuronConfig = defaultNeuron): NetworkGraph => {
  const { T, input, inputPool, layers } = network
  return buildNetwork(
    {
      T,
      inputs: [
        { name: CHAIN_INPUT, shape: [input.C, input.H, input.W], values: layers[0].encoding ? 'analog' : 'spikes' },
      ],
      neuron: writeNeuron(graphNeuron(neuron)),
      populations: layers.map(({ name, kind, K, R, stride, padding, currentPool }, l) => {
        const pool = l === 0 ? inputPool : layers[l - 1].spikePool
        return {
          name,
          connections: [
            {
              from: l === 0 ? CHAIN_INPUT : layers[l - 1].name,
              ...(pool > 1 && { pool: { kind: 'average' as const, size: pool } }),
              operator: kind === 'fc' ? { kind, out: K } : { kind, out: K, kernel: R, stride, padding },
            },
          ],
          ...(currentPool > 1 && { pool: currentPool }),
        }
      }),
    },
    `network ${network.text}`,
  )
}
