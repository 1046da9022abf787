import type { RealArray } from '../../api'
import { balance, drawNormal, FIRING_RATE, findGain, OUTPUT_GAIN } from '../../init'
import { deriveSeed } from '../../rng'
import { countBits } from '../../tensor'
import type { GraphParameters, NetworkGraph, Population, Signal } from '../api'
import { spikeSignal } from '../connection-signal'
import { forwardGraph } from '../forward'
import { neuronModels } from '../neurons/models'
import { graphParameterCount, graphParameterSpecs, graphParametersOf } from '../parameters'

export interface GraphInitOptions {
  /** Default 1. */
  readonly seed?: number
  /** Wished share of neurons and timesteps with a spike in populations that are not read out; default 0.15. */
  readonly firingRate?: number
}

/** How one population came out. */
export interface PopulationGain {
  readonly name: string
  /** Factor on its weights of standard deviation 1/√(fan-in), or on its gain where it is normalised. */
  readonly gain: number
  readonly firingRate: number
}

/**
 * What decides the firing rate of one population: its stage up to it. Everything that the stage reads from outside is
 * an input; what later members of a loop send back is not there yet.
 */
const ownStage = (graph: NetworkGraph, { index, name }: Population): NetworkGraph => {
  const stage = graph.stages.find(({ populations }) => populations.includes(index))!
  const members = stage.populations.filter((p) => p <= index).map((p) => graph.populations[p])
  const later = new Set(graph.populations.slice(index + 1).map((population) => population.name))
  const populations = members.map((member, i) => ({
    ...member,
    index: i,
    connections: member.connections.filter(({ from }) => !later.has(from)),
  }))
  const inside = new Set(members.map((member) => member.name))
  const sources = new Map(
    populations
      .flatMap(({ connections }) => connections)
      .filter(({ from }) => !inside.has(from))
      .map(({ from, source }) => [from, source]),
  )
  const inputs = [...sources].map(
    ([from, shape]) =>
      graph.inputs.find((input) => input.name === from) ?? { name: from, shape, values: 'spikes' as const },
  )
  return {
    ...graph,
    inputs,
    populations,
    outputs: [name],
    stages: [{ populations: populations.map((_, i) => i), recurrent: stage.recurrent }],
  }
}

/**
 * Numbers to start training from: weights drawn normally with standard deviation 1/√(fan-in), gains 1, biases 0, neurons
 * as the network states them; then, population by population, a factor (on the weights of connections without delay, or
 * on the gain) with which it fires at `firingRate` on the given inputs. Weights of delayed connections and populations
 * that are read out start small, at a standard deviation of 1/√(3 · fan-in). Output channels that read real values get
 * weights that sum to 0. Depends on seed, network and inputs alone (modelling choice: see `initialWeights`).
 * @param inputs some samples; 32 are enough
 */
export const initialGraphParameters = (
  graph: NetworkGraph,
  inputs: Readonly<Record<string, Signal>>,
  { seed = 1, firingRate = FIRING_RATE }: GraphInitOptions = {},
): { readonly parameters: Float32Array; readonly populations: readonly PopulationGain[] } => {
  const parameters = new Float32Array(graphParameterCount(graph))
  const named = graphParametersOf(graph, parameters)
  const analog = new Set(graph.inputs.filter(({ values }) => values === 'analog').map(({ name }) => name))
  for (const { name, role, fanIn, initial } of graphParameterSpecs(graph)) {
    const values = named[name]
    if (role === 'weights') drawNormal(values, fanIn, deriveSeed(seed, 'weights', name))
    else if (role === 'gain') values.fill(1)
    else if (role === 'neuron' && initial !== undefined) {
      if (typeof initial === 'number') values.fill(initial)
      else values.set(initial)
    }
  }
  const signals: Record<string, Signal> = { ...inputs }
  const populations = graph.populations.map((population): PopulationGain => {
    const { name, connections, normalisation, neuron } = population
    for (const connection of connections) {
      const weights = named[connection.name]
      if (!weights) continue
      if (analog.has(connection.from)) balance(weights, weights.length / connection.weights!.K)
      if (connection.delay === 1) scale(weights, OUTPUT_GAIN)
    }
    const scaled = normalisation
      ? [named[`${name}/gain`]]
      : connections.filter(({ delay, weights }) => delay === 0 && weights).map((connection) => named[connection.name])
    const start = scaled.map((values) => values.slice())
    const part = ownStage(graph, population)
    const read = Object.fromEntries(part.inputs.map((input) => [input.name, signals[input.name]]))
    const own: GraphParameters = Object.fromEntries(
      graphParameterSpecs(part).map((spec) => [spec.name, named[spec.name]]),
    )
    const rateAt = (gain: number): number => {
      scaled.forEach((values, i) => {
        values.set(start[i])
        scale(values, gain)
      })
      const { spikes, potentials } = forwardGraph(part, own, read, 'f32').populations[part.populations.length - 1]
      signals[name] = spikeSignal(spikes)
      return countBits(spikes.data) / potentials.data.length
    }
    const given = graph.outputs.includes(name) || !neuronModels[neuron.model].fires || scaled.length === 0
    const gain = given
      ? normalisation || scaled.length === 0
        ? 1
        : Math.fround(OUTPUT_GAIN)
      : found(rateAt, firingRate)
    return { name, gain, firingRate: rateAt(gain) }
  })
  return { parameters, populations }
}

const scale = (values: RealArray, factor: number): void => {
  for (let i = 0; i < values.length; i++) values[i] *= factor
}

const found = (rateAt: (gain: number) => number, wished: number): number => {
  const search = findGain(rateAt, wished)
  for (;;) {
    const { done, value } = search.next()
    if (done) return value
  }
}
