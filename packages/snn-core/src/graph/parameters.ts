import type { RealArray } from '../api'
import { ShapeError } from '../errors'
import type { GraphParameters, NetworkGraph, NeuronParameter, Population } from './api'

/** One trained array of a network. */
export interface ParameterSpec {
  /** `POP/INDEX` for the weights of a connection, else `POP/gain`, `POP/bias`, `POP/leak`, ... */
  readonly name: string
  readonly role: 'weights' | 'gain' | 'bias' | 'neuron'
  readonly population: string
  /** Weights KCRS; gain and bias [channels]; numbers of a neuron [] (one for all), [channels] or [C, H, W]. */
  readonly shape: readonly number[]
  readonly length: number
  /** Inputs that one output value sums: 1 but for weights. */
  readonly fanIn: number
  /** What a neuron's number is before training. */
  readonly initial?: NeuronParameter
}

const length = (shape: readonly number[]): number => shape.reduce((n, extent) => n * extent, 1)

const neuronSpec = ({ name, shape: { C, H, W }, neuron }: Population, parameter: string): ParameterSpec => {
  const initial = neuron.parameters[parameter]
  const shape = typeof initial === 'number' ? [] : initial.length === C ? [C] : [C, H, W]
  return {
    name: `${name}/${parameter}`,
    role: 'neuron',
    population: name,
    shape,
    length: length(shape),
    fanIn: 1,
    initial,
  }
}

const specsOf = (population: Population): ParameterSpec[] => {
  const { name, shape, connections, normalisation, bias, neuron } = population
  const perChannel = (role: 'gain' | 'bias'): ParameterSpec => ({
    name: `${name}/${role}`,
    role,
    population: name,
    shape: [shape.C],
    length: shape.C,
    fanIn: 1,
  })
  return [
    ...connections.flatMap(({ name: weightsName, weights }): ParameterSpec[] => {
      if (!weights) return []
      const { K, C, R, S } = weights
      return [
        {
          name: weightsName,
          role: 'weights',
          population: name,
          shape: [K, C, R, S],
          length: K * C * R * S,
          fanIn: C * R * S,
        },
      ]
    }),
    ...(normalisation ? [perChannel('gain')] : []),
    ...(bias ? [perChannel('bias')] : []),
    ...neuron.learn.map((parameter) => neuronSpec(population, parameter)),
  ]
}

/** Every trained array of a network in their order: population by population, weights, gain, bias, neuron. */
export const graphParameterSpecs = ({ populations }: NetworkGraph): readonly ParameterSpec[] =>
  populations.flatMap(specsOf)

/** Numbers that are trained. */
export const graphParameterCount = (graph: NetworkGraph): number =>
  graphParameterSpecs(graph).reduce((n, spec) => n + spec.length, 0)

/** The arrays by name as parts of one array, in the order of the specs: what the optimiser updates as a whole. */
export const graphParametersOf = (graph: NetworkGraph, all: RealArray): GraphParameters => {
  const count = graphParameterCount(graph)
  if (all.length !== count)
    throw new ShapeError({ where: 'graphParametersOf', expected: `${count} parameters`, got: String(all.length) })
  let from = 0
  return Object.fromEntries(
    graphParameterSpecs(graph).map((spec) => {
      const part = all.subarray(from, from + spec.length)
      from += spec.length
      return [spec.name, part]
    }),
  )
}

/** @throws ShapeError when an array is missing, is too many, or has another length */
export const checkGraphParameters = (graph: NetworkGraph, parameters: GraphParameters): void => {
  const specs = graphParameterSpecs(graph)
  for (const spec of specs)
    if (parameters[spec.name]?.length !== spec.length)
      throw new ShapeError({
        where: `parameter ${spec.name}`,
        expected: `${spec.length} values, shape [${spec.shape.join(', ')}]`,
        got: parameters[spec.name] === undefined ? 'nothing' : String(parameters[spec.name].length),
      })
  const extra = Object.keys(parameters).find((name) => specs.every((spec) => spec.name !== name))
  if (extra !== undefined)
    throw new ShapeError({
      where: 'network',
      expected: `parameters ${specs.map((s) => s.name).join(', ')}`,
      got: extra,
    })
}
