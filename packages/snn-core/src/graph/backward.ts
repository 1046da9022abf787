import type { Maps, Precision, RealArray } from '../api'
import { arithmetic } from '../arithmetic'
import { InputError, ShapeError } from '../errors'
import type {
  Connection,
  GraphGradients,
  GraphParameters,
  GraphTrace,
  NetworkGraph,
  OutputGradient,
  Population,
  Signal,
  Stage,
} from './api'
import { sourceSignal, spikeSignal } from './connection-signal'
import { stepOf } from './forward'
import { neuronGradientPass } from './neurons/neuron-pass'
import { batchNormGradient } from './normalisations/batch-norm'
import { standardiseWeightsGradient } from './normalisations/weight-standardisation'
import { mapSize, mapText } from './operators/operator'
import { rulesOf } from './operators/operators'
import { checkGraphParameters } from './parameters'
import { atStep } from './signals'
import { spikePools } from './spike-pools/spike-pools'
import { biasGradient, effectiveWeights, spreadCurrent } from './summed-current'

/** ∂L/∂s of every population from outside it, summed as the backward pass reaches the connections that read it. */
const spikeGradients = ({ T, populations }: NetworkGraph, B: number, precision: Precision) => {
  const ops = arithmetic(precision)
  const sums = new Map<string, { readonly data: RealArray; readonly reached: Uint8Array; readonly n: number }>()
  for (const { name, shape } of populations) {
    const n = B * mapSize(shape)
    sums.set(name, { data: ops.zeros(T * n), reached: new Uint8Array(T), n })
  }
  return {
    /** Adds one timestep of maps, `from` on; the first to come is the start of the sum. */
    add: (name: string, t: number, grad: RealArray, from: number): void => {
      const { data, reached, n } = sums.get(name)!
      if (reached[t]) ops.addRow(data, t * n, grad, from, n)
      else for (let i = 0; i < n; i++) data[t * n + i] = ops.round(grad[from + i])
      reached[t] = 1
    },
    of: (name: string): RealArray | undefined => {
      const { data, reached } = sums.get(name)!
      return reached.some((r) => r === 1) ? data : undefined
    },
  }
}

const checkOutputGradient = ({ populations, T }: NetworkGraph, B: number, gradient: OutputGradient) => {
  const population = populations.find(({ name }) => name === gradient.population)
  if (!population)
    throw new InputError({ where: 'backwardGraph', expected: 'the name of a population', got: gradient.population })
  for (const maps of [gradient.spikes, gradient.potentials])
    if (
      maps &&
      (maps.shape.B !== B ||
        (maps.shape.T !== 1 && maps.shape.T !== T) ||
        mapText(maps.shape) !== mapText(population.shape))
    )
      throw new ShapeError({
        where: `backwardGraph ${population.name}`,
        expected: `gradients TBCHW 1 or ${T} x ${B} x ${mapText(population.shape)}`,
        got: Object.values(maps.shape).join('x'),
      })
}

/**
 * Backward pass, weight and parameter gradients of a network of populations (Eq. 2, 3 with one spatial term per
 * connection): stages in reverse order, inside a recurrent stage timesteps and populations in reverse order. ∇s of a
 * population sums what the loss gives, then its outgoing connections as they are reached.
 * @param outputs gradients of the loss at populations that are read out
 * @param precision default that of the trace; f32 for a trace in f16 gives the gradients without its rounding
 * @throws ShapeError, InputError
 */
export const backwardGraph = (
  graph: NetworkGraph,
  parameters: GraphParameters,
  trace: GraphTrace,
  outputs: readonly OutputGradient[],
  precision: Precision = trace.precision,
): GraphGradients => {
  checkGraphParameters(graph, parameters)
  if ((precision === 'f64') !== (trace.precision === 'f64'))
    throw new InputError({
      where: 'backwardGraph',
      expected: `a trace that ${precision} can read`,
      got: `one of ${trace.precision}`,
      hint: 'run forwardGraph in the same precision (f16 and f32 can be mixed)',
    })
  const { T, populations } = graph
  const { B } = trace
  const spatial = spikeGradients(graph, B, precision)
  for (const gradient of outputs) {
    checkOutputGradient(graph, B, gradient)
    const { population, spikes } = gradient
    if (spikes)
      for (let t = 0; t < T; t++)
        spatial.add(population, t, spikes.data, spikes.shape.T === 1 ? 0 : (t * spikes.data.length) / T)
  }
  const potentialOf = ({ name }: Population) => outputs.find(({ population }) => population === name)?.potentials
  const isPopulation = new Set(populations.map(({ name }) => name))
  const gradU: Maps[] = new Array(populations.length)
  const gradS: Maps[] = new Array(populations.length)
  const gradients: Record<string, RealArray> = {}

  const weightsOf = populations.map((population) => effectiveWeights(population, parameters, precision))

  /** From the gradient at a connection's current to that at its source before pooling. */
  const atSource = (population: Population, i: number, grad: Maps, source: Signal): Maps => {
    const connection = population.connections[i]
    const atInput = rulesOf(connection.operator.kind).gradInput(
      connection,
      grad,
      weightsOf[population.index][i],
      precision,
    )
    const { pool } = connection
    return pool ? spikePools[pool.kind].gradient(source, pool.size, atInput, precision) : atInput
  }
  const spikesOf = ({ from }: Connection): Signal =>
    spikeSignal(trace.populations[populations.findIndex(({ name }) => name === from)].spikes)

  /** Gradients of all timesteps: of the population's parameters, and at sources that `reads` lets through. */
  const finish = (
    population: Population,
    pass: ReturnType<typeof neuronGradientPass>,
    reads: (connection: Connection) => boolean,
  ): void => {
    const { name, index, connections, normalisation, bias } = population
    const own = trace.populations[index]
    gradU[index] = pass.gradU
    gradS[index] = pass.gradS
    Object.assign(gradients, pass.learned())
    let grad = pass.gradCurrent
    if (bias) gradients[`${name}/bias`] = biasGradient(grad, precision)
    if (normalisation === 'bn') {
      const gain = parameters[`${name}/gain`]
      const made = batchNormGradient(grad, own.normalised!, own.statistics!, gain, precision)
      gradients[`${name}/gain`] = made.gradGain
      grad = made.gradCurrent
    }
    grad = spreadCurrent(grad, population, precision)
    const gainSums = normalisation === 'ws' ? new Float64Array(population.shape.C) : undefined
    connections.forEach((connection, i) => {
      const { operator, from, delay } = connection
      const made = rulesOf(operator.kind).gradWeights?.(connection, own.inputs[i], grad, precision)
      if (made && gainSums) {
        const raw = { ...made, data: parameters[connection.name] } as typeof made
        const ws = standardiseWeightsGradient(made, raw, parameters[`${name}/gain`], precision)
        gradients[connection.name] = ws.gradWeights.data
        ws.gradGain.forEach((g, c) => {
          gainSums[c] += g
        })
      } else if (made) gradients[connection.name] = made.data
      if (!isPopulation.has(from) || !reads(connection)) return
      const source = atSource(population, i, grad, sourceSignal(connection, spikesOf(connection), T, precision))
      const n = source.data.length / T
      for (let t = delay; t < T; t++) spatial.add(from, t - delay, source.data, t * n)
    })
    if (gainSums) {
      const { round, zeros } = arithmetic(precision)
      const out = zeros(gainSums.length)
      gainSums.forEach((g, c) => {
        out[c] = round(g)
      })
      gradients[`${name}/gain`] = out
    }
  }

  const together = (population: Population): void => {
    const pass = neuronGradientPass(population, parameters, trace.populations[population.index], precision)
    const atSpikes = spatial.of(population.name)
    for (let b = 0; b < B; b++) for (let t = T - 1; t >= 0; t--) pass.step(t, b, atSpikes, potentialOf(population))
    finish(population, pass, () => true)
  }

  const recurrent = (stage: Stage): void => {
    const members = stage.populations.map((p) => populations[p]).reverse()
    const inside = new Set(members.map(({ name }) => name))
    const passes = members.map((population) =>
      neuronGradientPass(population, parameters, trace.populations[population.index], precision),
    )
    for (let t = T - 1; t >= 0; t--)
      members.forEach((population, m) => {
        const pass = passes[m]
        for (let b = 0; b < B; b++) pass.step(t, b, spatial.of(population.name), potentialOf(population))
        const grad = spreadCurrent(stepOf(pass.gradCurrent, t), population, precision)
        population.connections.forEach((connection, i) => {
          const at = t - connection.delay
          if (!inside.has(connection.from) || at < 0) return
          spatial.add(connection.from, at, atSource(population, i, grad, atStep(spikesOf(connection), at)).data, 0)
        })
      })
    members.forEach((population, m) => {
      finish(population, passes[m], ({ from }) => !inside.has(from))
    })
  }

  for (let s = graph.stages.length - 1; s >= 0; s--) {
    const stage = graph.stages[s]
    if (stage.recurrent) recurrent(stage)
    else together(populations[stage.populations[0]])
  }
  return { gradU, gradS, parameters: gradients }
}
