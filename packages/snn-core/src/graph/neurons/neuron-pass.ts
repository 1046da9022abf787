import type { Maps, Precision, RealArray } from '../../api'
import { arithmetic, storageOf } from '../../arithmetic'
import { roundNeuron } from '../../neuron'
import { bitWords, tensor } from '../../tensor'
import type { GraphParameters, MapShape, Neuron, Population, PopulationTrace } from '../api'
import { mapSize } from '../operators/operator'
import { type Membrane, membrane } from './membrane'
import { neuronModels } from './models'
import type { NeuronGradientStep, NeuronStep } from './neuron-model'

/** One value per neuron from one for all, one per channel or one per neuron, rounded to the precision. */
const perNeuron = (values: ArrayLike<number>, { C, H, W }: MapShape, precision: Precision): RealArray => {
  const n = C * H * W
  const ops = arithmetic(precision)
  const out = ops.zeros(n)
  for (let k = 0; k < n; k++)
    out[k] = ops.round(values[values.length === 1 ? 0 : values.length === n ? k : Math.floor(k / (H * W))])
  return out
}

/** The neuron's window and surrogate rounded to the precision. */
const rounded = (neuron: Neuron, precision: Precision): Neuron => {
  const { gradWindow, surrogate } = roundNeuron(
    {
      gradWindow: neuron.gradWindow,
      surrogate: neuron.surrogate,
      leak: 0,
      fireThreshold: 0,
      reset: 'zero',
      detachReset: false,
    },
    precision,
  )
  return { ...neuron, gradWindow, surrogate }
}

/** The numbers of a population's neurons: learned ones from the parameters, the others as the network states them. */
const numbersOf = ({ name, neuron, shape }: Population, parameters: GraphParameters, precision: Precision) => {
  const values: Record<string, RealArray> = {}
  for (const [parameter, given] of Object.entries(neuron.parameters)) {
    const learned = neuron.learn.includes(parameter) ? parameters[`${name}/${parameter}`] : undefined
    values[parameter] = perNeuron(learned ?? (typeof given === 'number' ? [given] : given), shape, precision)
  }
  const { derived } = neuronModels[neuron.model]
  const n = mapSize(shape)
  for (const [parameter, made] of Object.entries(derived?.(values, n) ?? {}))
    values[parameter] = perNeuron(made, shape, precision)
  return values
}

const membraneOf = ({ neuron }: Population, stride: number, precision: Precision): Membrane => {
  const model = neuronModels[neuron.model]
  const { round } = arithmetic(precision)
  return membrane(rounded(neuron, precision), model.dynamics(round), stride, model.fires, round)
}

/** Neurons of one population over time, forward: give it currents, then step every sample through the timesteps. */
export const neuronPass = (
  population: Population,
  parameters: GraphParameters,
  current: RealArray,
  T: number,
  B: number,
  precision: Precision,
) => {
  const { shape, neuron } = population
  const n = mapSize(shape)
  const { zeros } = arithmetic(precision)
  const size = T * B * n
  const state = Object.fromEntries(neuronModels[neuron.model].states.map((name) => [name, zeros(size)]))
  const cursor: NeuronStep = {
    at: 0,
    before: -1,
    from: 0,
    current,
    potential: zeros(size),
    state,
    spikes: new Uint32Array(bitWords(size)),
    parameters: numbersOf(population, parameters, precision),
  }
  const mask = new Uint32Array(bitWords(size))
  const { step } = membraneOf(population, B * n, precision)
  const maps = (data: RealArray) => tensor('TBCHW', storageOf(precision), { T, B, ...shape }, data)
  return {
    /** One timestep of one sample; the current at `from` on. */
    step: (t: number, b: number): void => {
      cursor.at = (t * B + b) * n
      cursor.from = cursor.at
      cursor.before = t > 0 ? cursor.at - B * n : -1
      step(cursor, n, mask)
    },
    spikes: cursor.spikes,
    trace: (): Pick<PopulationTrace, 'potentials' | 'states' | 'spikes' | 'spikeGradMask'> => ({
      potentials: maps(cursor.potential),
      states: Object.fromEntries(Object.entries(state).map(([name, data]) => [name, maps(data)])),
      spikes: tensor('TBCHW', 'bit', { T, B, ...shape }, cursor.spikes),
      spikeGradMask: tensor('TBCHW', 'bit', { T, B, ...shape }, mask),
    }),
  }
}

const isZero = (values: RealArray, from: number, n: number): boolean => {
  for (let i = from; i < from + n; i++) if (values[i] !== 0) return false
  return true
}

/** Neurons of one population over time, backward: t descending, ∂L/∂s from outside first. */
export const neuronGradientPass = (
  population: Population,
  parameters: GraphParameters,
  trace: PopulationTrace,
  precision: Precision,
) => {
  const { shape, neuron, name } = population
  const { T, B } = trace.potentials.shape
  const n = mapSize(shape)
  const { zeros, round } = arithmetic(precision)
  const size = T * B * n
  const { states, fires } = neuronModels[neuron.model]
  const gradState = Object.fromEntries(states.map((state) => [state, zeros(size)]))
  const gradU = zeros(size)
  const carried = [gradU, ...Object.values(gradState)]
  const cursor: NeuronGradientStep = {
    at: 0,
    before: -1,
    later: -1,
    from: 0,
    current: gradU,
    potential: trace.potentials.data,
    state: Object.fromEntries(Object.entries(trace.states).map(([state, { data }]) => [state, data])),
    spikes: trace.spikes.data,
    parameters: numbersOf(population, parameters, precision),
    gradU,
    gradS: zeros(size),
    gradState,
    gradCurrent: zeros(size),
  }
  const mask = trace.spikeGradMask.data
  const { gradient, addLearned } = membraneOf(population, B * n, precision)
  const maps = (data: RealArray) => tensor('TBCHW', storageOf(precision), { T, B, ...shape }, data)
  return {
    /**
     * @param spatial ∂L/∂s TBCHW from outside, undefined: 0
     * @param potential ∂L/∂u of a loss on the potentials, TBCHW or the same at every timestep
     */
    step: (t: number, b: number, spatial: RealArray | undefined, potential: Maps | undefined): void => {
      const at = (t * B + b) * n
      const later = at + B * n
      const laterIsZero = t === T - 1 || carried.every((values) => isZero(values, later, n))
      const fromLoss = potential && potential.shape.T === 1 ? b * n : at
      // a sample without loss has no gradient at all: nothing to do
      if (laterIsZero && (!spatial || isZero(spatial, at, n)) && (!potential || isZero(potential.data, fromLoss, n)))
        return
      cursor.at = at
      cursor.before = t > 0 ? at - B * n : -1
      cursor.later = laterIsZero ? -1 : later
      gradient(cursor, n, mask, spatial, at, potential?.data, fromLoss)
    },
    gradU: maps(gradU),
    gradS: maps(cursor.gradS),
    gradCurrent: maps(cursor.gradCurrent),
    /** Gradients of the learned numbers, summed over samples and timesteps ascending, then over neurons. */
    learned: (): Record<string, RealArray> => {
      const sums = Object.fromEntries(neuron.learn.map((parameter) => [parameter, zeros(n)]))
      if (neuron.learn.length > 0)
        for (let b = 0; b < B; b++)
          for (let t = 0; t < T; t++) {
            cursor.at = (t * B + b) * n
            cursor.before = t > 0 ? cursor.at - B * n : -1
            addLearned(cursor, n, mask, sums)
          }
      const places = shape.H * shape.W
      return Object.fromEntries(
        Object.entries(sums).map(([parameter, perNeuronSum]) => {
          const out = zeros(parameters[`${name}/${parameter}`].length)
          for (let k = 0; k < n; k++) {
            const to = out.length === 1 ? 0 : out.length === n ? k : Math.floor(k / places)
            out[to] = round(out[to] + perNeuronSum[k])
          }
          return [`${name}/${parameter}`, out]
        }),
      )
    },
    fires,
  }
}
