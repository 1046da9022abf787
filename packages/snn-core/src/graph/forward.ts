import type { Maps, Precision, RealArray, Weights } from '../api'
import { arithmetic, storageOf } from '../arithmetic'
import { InputError, ShapeError } from '../errors'
import { tensor } from '../tensor'
import type {
  ChannelStatistics,
  Connection,
  GraphParameters,
  GraphTrace,
  NetworkGraph,
  Population,
  PopulationTrace,
  Signal,
  Stage,
} from './api'
import { pooledSignal, sourceSignal, spikeSignal } from './connection-signal'
import { neuronPass } from './neurons/neuron-pass'
import { batchNorm, channelStatistics } from './normalisations/batch-norm'
import { mapSize, mapText } from './operators/operator'
import { rulesOf } from './operators/operators'
import { checkGraphParameters } from './parameters'
import { atStep, isStill, signalExtent, signalShape } from './signals'
import { addBias, effectiveWeights, poolCurrent, sumCurrents } from './summed-current'

/** What one connection reads at every timestep, and at one of them. */
const currentOf = (connection: Connection, signal: Signal, weights: Weights | undefined, precision: Precision): Maps =>
  rulesOf(connection.operator.kind).current(connection, signal, weights, precision)

const checkInputs = ({ T, inputs }: NetworkGraph, given: Readonly<Record<string, Signal>>): number => {
  let samples: number | undefined
  for (const { name, shape, values } of inputs) {
    const signal = given[name]
    const where = `input ${name}`
    if (!signal) throw new InputError({ where, expected: `a signal for every input`, got: 'nothing' })
    const map = signalShape(signal)
    if (mapText(map) !== mapText(shape))
      throw new ShapeError({ where, expected: `maps CHW ${mapText(shape)}`, got: mapText(map) })
    const { T: steps, B } = signalExtent(signal)
    if (!isStill(signal) && steps !== T) throw new InputError({ where, expected: `T = ${T}`, got: `T = ${steps}` })
    if ((signal.kind === 'spikes' || signal.kind === 'levels') !== (values === 'spikes'))
      throw new InputError({ where, expected: values, got: signal.kind })
    if (samples !== undefined && B !== samples)
      throw new ShapeError({ where, expected: `${samples} samples, as the other inputs`, got: String(B) })
    samples = B
  }
  const extra = Object.keys(given).find((name) => inputs.every((input) => input.name !== name))
  if (extra !== undefined)
    throw new InputError({ where: 'inputs', expected: inputs.map(({ name }) => name).join(', '), got: extra })
  return samples!
}

/**
 * Forward pass of a network of populations over all timesteps: stage by stage; inside a recurrent stage timestep by
 * timestep. The current of a population is norm(pool(Σ operator(pool of what the connection reads))) + bias, the sum in
 * the order in which the connections are written; every addition and product is rounded to the precision.
 * @param inputs a signal per input by name, raw: connections pool it themselves
 * @param options.statistics means and variances that batch normalisation uses in place of those of this batch, by
 * population: for evaluation
 * @throws ShapeError, InputError
 */
export const forwardGraph = (
  graph: NetworkGraph,
  parameters: GraphParameters,
  inputs: Readonly<Record<string, Signal>>,
  precision: Precision,
  options: { readonly statistics?: Readonly<Record<string, ChannelStatistics>> } = {},
): GraphTrace => {
  checkGraphParameters(graph, parameters)
  const { T } = graph
  const B = checkInputs(graph, inputs)
  const signals = new Map(Object.entries(inputs))
  const traces: PopulationTrace[] = new Array(graph.populations.length)
  const keep = (population: Population, trace: PopulationTrace) => {
    traces[population.index] = trace
    signals.set(population.name, spikeSignal(trace.spikes))
  }
  const read = (connection: Connection): Signal =>
    pooledSignal(connection, sourceSignal(connection, signals.get(connection.from)!, T, precision), precision)

  /** A population whose sources are all known: all timesteps of its current at once. */
  const together = (population: Population): void => {
    const { name, connections, normalisation, bias } = population
    const weights = effectiveWeights(population, parameters, precision)
    const signalsRead = connections.map(read)
    const currents = connections.map((connection, i) => currentOf(connection, signalsRead[i], weights[i], precision))
    let current = poolCurrent(sumCurrents(currents, T, precision), population, precision)
    let normal: Pick<PopulationTrace, 'normalised' | 'statistics'> = {}
    if (normalisation === 'bn') {
      const statistics = options.statistics?.[name] ?? channelStatistics(current)
      const made = batchNorm(current, statistics, parameters[`${name}/gain`], precision)
      normal = { normalised: made.normalised, statistics }
      current = made.current
    }
    if (bias) addBias(current, parameters[`${name}/bias`], precision)
    const pass = neuronPass(population, parameters, current.data, T, B, precision)
    for (let b = 0; b < B; b++) for (let t = 0; t < T; t++) pass.step(t, b)
    keep(population, { inputs: signalsRead, ...pass.trace(), ...normal })
  }

  /** Populations that read one another's past: timestep by timestep. */
  const recurrent = (stage: Stage): void => {
    const members = stage.populations.map((p) => graph.populations[p])
    const inside = new Set(members.map(({ name }) => name))
    const running = members.map((population) => {
      const weights = effectiveWeights(population, parameters, precision)
      const n = mapSize(population.shape)
      const current = arithmetic(precision).zeros(T * B * n)
      return {
        population,
        weights,
        current,
        // connections from outside the stage have all their timesteps already
        outside: population.connections.map((connection, i) =>
          inside.has(connection.from)
            ? undefined
            : sumCurrents([currentOf(connection, read(connection), weights[i], precision)], T, precision),
        ),
        pass: neuronPass(population, parameters, current, T, B, precision),
      }
    })
    const spikesAt = (name: string, t: number): Signal => {
      const { population, pass } = running.find((member) => member.population.name === name)!
      const all = spikeSignal(tensor('TBCHW', 'bit', { T, B, ...population.shape }, pass.spikes))
      return atStep(all, t)
    }
    for (let t = 0; t < T; t++)
      for (const { population, weights, current, outside, pass } of running) {
        const currents = population.connections.map((connection, i): Maps => {
          const known = outside[i]
          if (known) return stepOf(known, t)
          const source = t - connection.delay
          if (source < 0) return zeroMaps(population, B, precision)
          return currentOf(
            connection,
            pooledSignal(connection, spikesAt(connection.from, source), precision),
            weights[i],
            precision,
          )
        })
        const summed = poolCurrent(sumCurrents(currents, 1, precision), population, precision)
        if (population.bias) addBias(summed, parameters[`${population.name}/bias`], precision)
        current.set(summed.data, t * summed.data.length)
        for (let b = 0; b < B; b++) pass.step(t, b)
      }
    for (const { population, pass } of running) keep(population, { inputs: [], ...pass.trace() })
    for (const { population } of running)
      traces[population.index] = { ...traces[population.index], inputs: population.connections.map(read) }
  }

  for (const stage of graph.stages) {
    if (stage.recurrent) recurrent(stage)
    else together(graph.populations[stage.populations[0]])
  }
  return { precision, B, populations: traces }
}

/** One timestep of maps; it shares their memory. */
export const stepOf = (maps: Maps, t: number): Maps => {
  const { B, C, H, W } = maps.shape
  const n = B * C * H * W
  return tensor('TBCHW', maps.dtype, { T: 1, B, C, H, W }, maps.data.subarray(t * n, (t + 1) * n) as RealArray)
}

const zeroMaps = ({ current }: Population, B: number, precision: Precision): Maps =>
  tensor('TBCHW', storageOf(precision), { T: 1, B, ...current }, arithmetic(precision).zeros(B * mapSize(current)))
