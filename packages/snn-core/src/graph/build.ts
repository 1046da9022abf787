import { fieldReader } from '../field-reader'
import type { Connection, MapShape, NetworkGraph, NetworkInputMap, Population } from './api'
import { neuronModels } from './neurons/models'
import { mapSize, mapText } from './operators/operator'
import { rulesOf } from './operators/operators'
import { type PlainNetwork, type ReadConnection, type ReadPopulation, readPlainNetwork } from './plain-form'
import { pooledShape } from './spike-pools/spike-pool'
import { stagesOf } from './stages'

/** Largest network that is built: 10⁹ parameters; a bound against typing errors. */
const MAX_PARAMETERS = 1e9

/** Largest number of neurons in one map. */
const MAX_MAP = 2 ** 31

const sameShape = (a: MapShape, b: MapShape) => a.C === b.C && a.H === b.H && a.W === b.W

/**
 * Checks the plain form of a network and infers every shape.
 * @param value parsed JSON or YAML, or a `PlainNetwork` written in code
 * @param where what messages call it
 * @throws InputError with the path of the field: unknown fields, names and numbers out of range, connections without
 * delay that go back, maps that do not fit together
 */
export const buildNetwork = (value: PlainNetwork | unknown, where = 'network'): NetworkGraph => {
  const network = readPlainNetwork(value, where)
  const { fail } = fieldReader(where)
  const shapes = new Map<string, MapShape>()
  const place = new Map<string, number>()
  const taken = (name: string, at: string) => {
    if (shapes.has(name) || place.has(name)) fail(`${at}.name`, 'a name of its own', name)
  }
  const inputs = network.inputs.map(({ name, shape: [C, H, W], values }, i): NetworkInputMap => {
    taken(name, `inputs[${i}]`)
    const shape = { C, H, W }
    if (mapSize(shape) > MAX_MAP) fail(`inputs[${i}].shape`, `at most ${MAX_MAP} values`, mapText(shape))
    shapes.set(name, shape)
    return { name, shape, values }
  })
  network.populations.forEach(({ name, at }, p) => {
    taken(name, at)
    place.set(name, p)
  })

  network.populations.forEach((population, index) => {
    for (const { at: path, from, delay } of population.connections) {
      const source = place.get(from)
      if (source === undefined && !inputs.some((input) => input.name === from))
        fail(`${path}.from`, 'the name of an input or a population', from)
      if (source !== undefined && source >= index && delay === 0)
        fail(
          `${path}.from`,
          'an input or an earlier population, or delay 1',
          from,
          `${from}, which comes ${source === index ? 'at the same time' : 'later'}`,
          'populations are written in the order in which one timestep goes through them',
        )
      if (source !== undefined && !neuronModels[network.populations[source].neuron.model].fires)
        fail(`${path}.from`, 'a population that fires', from, `${from}, whose neurons have no spikes`)
    }
  })

  /** The current of one connection: its map, once that of its source is known. */
  const resultOf = ({ at, pool, operator }: ReadConnection, source: MapShape): MapShape => {
    if (pool && pool.size > Math.min(source.H, source.W))
      fail(
        `${at}.pool.size`,
        `a size up to ${Math.min(source.H, source.W)}`,
        pool.size,
        `${pool.size} on a map of ${mapText(source)}`,
      )
    const input = pool ? pooledShape(source, pool.size) : source
    const result = rulesOf(operator.kind).shape(operator, input, (expected, got) =>
      fail(`${at}.operator`, expected, undefined, got),
    )
    if (mapSize(result) > MAX_MAP) fail(`${at}.operator`, `a map of at most ${MAX_MAP} values`, mapText(result))
    return result
  }

  /** Map of a population: as given, else from the first connection whose source is known; undefined: none is. */
  const shapeOf = (
    population: ReadPopulation,
  ): { readonly current: MapShape; readonly shape: MapShape } | undefined => {
    const { at, name, connections, pool } = population
    const known = connections.find((c) => shapes.has(c.from) && (c.from !== name || pool === 1))
    if (!known) return undefined
    const current = resultOf(known, shapes.get(known.from)!)
    if (pool > Math.min(current.H, current.W))
      fail(
        `${at}.pool`,
        `a pooling size up to ${Math.min(current.H, current.W)}`,
        pool,
        `${pool} on a map of ${mapText(current)}`,
      )
    const inferred = pooledShape(current, pool)
    const stated = shapes.get(name)
    if (stated && !sameShape(stated, inferred))
      fail(`${at}.shape`, `${mapText(inferred)}, what ${known.at} gives`, undefined, mapText(stated))
    return { current, shape: inferred }
  }
  for (const { name, shape } of network.populations)
    if (shape) shapes.set(name, { C: shape[0], H: shape[1], W: shape[2] })
  // a population may read later ones: shapes spread until nothing new is known
  for (let before = -1; before !== shapes.size; ) {
    before = shapes.size
    for (const population of network.populations)
      if (!shapes.has(population.name)) {
        const found = shapeOf(population)
        if (found) shapes.set(population.name, found.shape)
      }
  }

  let parameters = 0
  const populations = network.populations.map((population, index): Population => {
    const { at, name, neuron, pool, normalisation, bias } = population
    const { current, shape } =
      shapeOf(population) ??
      fail(
        `${at}.shape`,
        'the shape [C, H, W] of a population that nothing with a known shape is connected to',
        undefined,
      )
    const connections = population.connections.map((connection, i): Connection => {
      const { at: path, from, delay, pool: spikePool, operator } = connection
      const source =
        shapes.get(from) ?? fail(`${path}.from`, `${from} with a shape`, undefined, 'none', `write "shape" at ${from}`)
      const result = resultOf(connection, source)
      if (!sameShape(result, current))
        fail(
          `${path}.operator`,
          `a current of ${mapText(current)}, as the other connections of ${name}`,
          undefined,
          mapText(result),
        )
      const input = spikePool ? pooledShape(source, spikePool.size) : source
      const weights = rulesOf(operator.kind).weights(operator, input)
      if (weights) parameters += weights.K * weights.C * weights.R * weights.S
      if (parameters > MAX_PARAMETERS)
        fail(`${path}.operator`, `at most ${MAX_PARAMETERS} parameters`, undefined, `${parameters} up to here`)
      return {
        name: `${name}/${i}`,
        from,
        delay,
        ...(spikePool && { pool: spikePool }),
        operator,
        source,
        input,
        ...(weights && { weights }),
      }
    })
    for (const [parameter, given] of Object.entries(neuron.parameters))
      if (typeof given !== 'number' && given.length !== shape.C && given.length !== mapSize(shape))
        fail(
          `${at}.neuron.${parameter}`,
          `${shape.C} values (one per channel)${shape.H * shape.W > 1 ? ` or ${mapSize(shape)} (one per neuron)` : ''}`,
          given,
        )
    if (normalisation === 'ws' && connections.every(({ weights }) => !weights))
      fail(`${at}.normalisation`, 'a connection with weights to standardise', normalisation)
    return {
      name,
      index,
      shape,
      current,
      neuron,
      connections,
      pool,
      ...(normalisation && { normalisation }),
      bias,
    }
  })
  const sources = populations.map(({ connections }) =>
    connections.map(({ from }) => place.get(from)).filter((p) => p !== undefined),
  )
  const stages = stagesOf(sources)
  for (const { populations: members, recurrent } of stages)
    for (const p of members)
      if (recurrent && populations[p].normalisation === 'bn')
        fail(
          `populations[${p}].normalisation`,
          '"ws" or nothing in a recurrent loop',
          'bn',
          undefined,
          'statistics over all timesteps cannot be known before the first one',
        )
  network.outputs.forEach((name, i) => {
    if (!place.has(name)) fail(`outputs[${i}]`, 'the name of a population', name)
    if (network.outputs.indexOf(name) !== i) fail(`outputs[${i}]`, 'each population once', name)
  })
  return { T: network.T, inputs, populations, outputs: network.outputs, stages }
}
