import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NeuronConfig, RealArray } from '../../src/api'
import { backwardPass, forwardPass, outputGradient } from '../../src/bptt'
import { backwardGraph } from '../../src/graph/backward'
import { buildNetwork } from '../../src/graph/build'
import { forwardGraph } from '../../src/graph/forward'
import { CHAIN_INPUT, graphOf } from '../../src/graph/graph-of'
import { evaluateGraphLoss } from '../../src/graph/losses/losses'
import { graphParameterCount, graphParametersOf } from '../../src/graph/parameters'
import { plainNetwork } from '../../src/graph/plain-form'
import { losses } from '../../src/loss'
import { parameterCount } from '../../src/network'
import { parametersOf } from '../../src/parameters'
import { densities, networks, precisions, randomInput, seeds } from '../arbitrary'
import { firstDifference, randomWeights } from '../naive'

const neurons: fc.Arbitrary<NeuronConfig> = fc.record({
  leak: fc.constantFrom(0, 0.3, 0.5, 1),
  fireThreshold: fc.constantFrom(0.25, 0.7, 1),
  gradWindow: fc.constantFrom<(readonly [number, number])[]>([0.5, 1.5], [-1, 3], [0.1, 0.9]),
  surrogate: fc.constantFrom<NeuronConfig['surrogate'][]>(
    { kind: 'rectangular', height: 1.25 },
    { kind: 'arctan', slope: 1 },
    { kind: 'fast-sigmoid', slope: 2 },
    { kind: 'triangle', width: 0.8 },
  ),
  reset: fc.constantFrom<NeuronConfig['reset'][]>('zero', 'subtract'),
  detachReset: fc.boolean(),
})

const sameBits = (ours: ArrayLike<number>, theirs: ArrayLike<number>): void => {
  expect(firstDifference(ours as RealArray, theirs as RealArray)).toBeUndefined()
}

describe('a chain as a network of populations', () => {
  it('computes what the chain computes, bit for bit', () => {
    const property = fc.property(
      networks(),
      neurons,
      fc.constantFrom(...precisions),
      densities,
      seeds,
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('rate-mse' as const, 'count-cross-entropy' as const),
      (network, neuron, precision, density, seed, B, kind) => {
        const { T, classes } = network
        const graph = graphOf(network, neuron)
        expect(graph.populations.map(({ name }) => name)).toEqual(network.layers.map(({ name }) => name))
        expect(graphParameterCount(graph)).toBe(parameterCount(network))
        const weights = randomWeights(network, seed, precision)
        const parameters = graphParametersOf(graph, parametersOf(network, weights))
        const input = randomInput(network, B, seed + 1, density)
        const labels = Array.from({ length: B }, (_, b) => (seed + b) % classes)

        const chain = forwardPass(network, weights, input, neuron, precision)
        const { loss, gradOutput } = losses[kind].evaluate({ spikeCounts: chain.spikeCounts, labels, T, batch: B })
        const theirs = backwardPass(network, weights, chain, outputGradient(network, gradOutput), neuron, precision)

        const trace = forwardGraph(graph, parameters, { [CHAIN_INPUT]: input }, precision)
        const made = evaluateGraphLoss(graph, trace, labels, { kind })
        const ours = backwardGraph(graph, parameters, trace, made.gradients)
        expect(made.loss).toBe(loss)
        network.layers.forEach((layer, l) => {
          sameBits(trace.populations[l].potentials.data, chain.layers[l].potentials.data)
          sameBits(trace.populations[l].spikes.data, chain.layers[l].spikes.data)
          sameBits(trace.populations[l].spikeGradMask.data, chain.layers[l].spikeGradMask.data)
          sameBits(ours.gradU[l].data, theirs.gradU[l].data)
          sameBits(ours.gradS[l].data, theirs.gradS[l].data)
          sameBits(ours.parameters[`${layer.name}/0`], theirs.gradW[l].data)
        })
      },
    )
    fc.assert(property, { numRuns: 80 })
  })

  it('comes back from its plain form', () => {
    fc.assert(
      fc.property(networks(), neurons, (network, neuron) => {
        const graph = graphOf(network, neuron)
        expect(buildNetwork(JSON.parse(JSON.stringify(plainNetwork(graph))))).toEqual(graph)
      }),
      { numRuns: 50 },
    )
  })
})
