import type { RealArray } from '../api'
import { type FieldReader, fieldReader, type Json } from '../field-reader'
import { type GoldenReader, goldenReader } from '../golden-file'
import { packBits, tensor } from '../tensor'
import type { GraphParameters, MapShape, NetworkGraph, Signal } from './api'
import { buildNetwork } from './build'
import type { GraphLossKind } from './losses/graph-loss'
import { neuronModels } from './neurons/models'
import { mapSize } from './operators/operator'
import { graphParameterSpecs } from './parameters'
import { realSignal } from './signals'

/** How the files begin their field `format`. */
export const GRAPH_GOLDEN_FORMAT = 'h2learn-graph-golden-1'

/** Reference values of one population, TBCHW; the last four only of populations that fire. */
export interface GraphGoldenPopulation {
  readonly u: RealArray
  readonly du: RealArray
  readonly s?: RealArray
  readonly mask?: RealArray
  readonly ds?: RealArray
}

/** A golden file of a network of populations, read and checked. */
export interface GraphGoldenCase {
  readonly name: string
  readonly precision: 'f64' | 'f32'
  readonly graph: NetworkGraph
  readonly B: number
  readonly labels: readonly number[]
  readonly loss: number
  readonly lossKind: GraphLossKind
  readonly labelSmoothing: number
  readonly inputs: Readonly<Record<string, Signal>>
  readonly parameters: GraphParameters
  readonly gradients: GraphParameters
  readonly populations: readonly GraphGoldenPopulation[]
}

/** Numbers of neurons by their names in the files. */
const parameterNames: Readonly<Record<string, string>> = {
  leak: 'leak',
  leak_syn: 'synapticLeak',
  th: 'fireThreshold',
  kappa: 'adaptation',
  rho: 'adaptationLeak',
  leak_logit: 'leakLogit',
}
const fileNames = Object.fromEntries(Object.entries(parameterNames).map(([file, ours]) => [ours, file]))

const lossKinds: Readonly<Record<string, GraphLossKind>> = {
  'rate-mse': 'rate-mse',
  'count-ce': 'count-cross-entropy',
  'max-ce': 'max-cross-entropy',
  'last-ce': 'last-cross-entropy',
}

/** Renames fields and refuses those that nothing reads. */
const renamed = (holder: Json, at: string, names: Readonly<Record<string, string>>, { only }: FieldReader): Json => {
  only(holder, at, Object.keys(names))
  return Object.fromEntries(Object.entries(holder).map(([key, value]) => [names[key], value]))
}

const plainNeuron = (value: unknown, at: string, read: FieldReader): Json => {
  const neuron = read.object(value, at)
  const { model, beta, window, surrogate, ...rest } = neuron
  const fires = read.oneOf(model, `${at}.model`, Object.keys(neuronModels)) !== 'li'
  const names = {
    ...parameterNames,
    reset: 'reset',
    detach_reset: 'detachReset',
    detach_threshold: 'detachThreshold',
    refractory: 'refractory',
    learn: 'learn',
  }
  const plain = renamed(rest, at, names, read)
  const learn = plain.learn === undefined ? undefined : read.list(plain.learn, `${at}.learn`)
  const own = {
    model,
    ...plain,
    ...(learn && {
      learn: learn.map((name, i) => parameterNames[read.oneOf(name, `${at}.learn[${i}]`, Object.keys(parameterNames))]),
    }),
  }
  if (!fires) {
    // fields of firing neurons say nothing about a read-out without spikes
    const { reset, detachReset, detachThreshold, refractory, fireThreshold, ...left } = own as Record<string, unknown>
    return left
  }
  return {
    // unless they say so, the files differentiate s by the potential alone
    detachThreshold: true,
    ...own,
    ...(window !== undefined && { gradWindow: window }),
    surrogate: surrogate ?? { kind: 'rectangular', height: beta ?? 1 },
  }
}

const operatorNames = { op: 'kind', out: 'out', k: 'kernel', stride: 'stride', pad: 'padding', groups: 'groups' }

const plainConnection = (value: unknown, at: string, read: FieldReader): Json => {
  const { from, delay, pool_from: pool, ...operator } = read.object(value, at)
  const pooled = pool === undefined ? undefined : read.object(pool, `${at}.pool_from`)
  if (pooled) read.only(pooled, `${at}.pool_from`, ['kind', 'k'])
  return {
    from,
    ...(delay !== undefined && { delay }),
    ...(pooled && { pool: { kind: pooled.kind === 'avg' ? 'average' : pooled.kind, size: pooled.k } }),
    operator: renamed(operator, at, operatorNames, read),
  }
}

/** The network of a file in our plain form. */
const plainOf = (file: Json, read: FieldReader): Json => ({
  T: file.T,
  inputs: read.list(file.inputs, 'inputs').map((item, i) => {
    const { name, shape, kind = 'spikes' } = read.object(item, `inputs[${i}]`)
    return { name, shape, values: kind }
  }),
  populations: read.list(file.network, 'network').map((item, p) => {
    const at = `network[${p}]`
    const population = read.object(item, at)
    read.only(population, at, ['name', 'shape', 'neuron', 'connections', 'pool', 'bias', 'norm'])
    const { name, shape, neuron, connections, pool, bias, norm } = population
    return {
      name,
      ...(shape !== undefined && { shape }),
      neuron: plainNeuron(neuron, `${at}.neuron`, read),
      connections: read
        .list(connections, `${at}.connections`)
        .map((connection, i) => plainConnection(connection, `${at}.connections[${i}]`, read)),
      ...(pool !== undefined && { pool }),
      ...(bias !== undefined && { bias }),
      ...(norm !== undefined && norm !== null && { normalisation: norm }),
    }
  }),
  outputs: file.outputs ?? [file.output],
})

const readSignal = (
  value: unknown,
  field: string,
  shape: MapShape,
  analog: boolean,
  T: number,
  B: number,
  precision: 'f64' | 'f32',
  read: GoldenReader,
): Signal => {
  const { C, H, W } = shape
  const n = T * B * mapSize(shape)
  if (!analog) {
    const bits = read.bits(value, field, n, [T, B, C], precision)
    return { kind: 'spikes', data: tensor('TBCHW', 'bit', { T, B, ...shape }, packBits(bits)) }
  }
  const values = read.array(value, field, n, [T, B, C, H, W], precision)
  const part = n / T
  if (values.some((x, i) => x !== values[i % part])) return realSignal(values, shape, T, B, precision)
  return {
    kind: 'analog',
    data:
      values instanceof Float64Array
        ? tensor('BCHW', 'f64', { B, ...shape }, values.slice(0, part))
        : tensor('BCHW', 'f32', { B, ...shape }, values.slice(0, part)),
  }
}

/** Whether parsed JSON calls itself a golden file of a network of populations. */
export const isGraphGolden = (json: unknown): json is Json =>
  typeof json === 'object' &&
  json !== null &&
  'format' in json &&
  typeof json.format === 'string' &&
  json.format.startsWith('h2learn-graph-golden')

/**
 * Reads a golden file of a network of populations; the file explains its own format.
 * @throws InputError naming the field that is missing, unknown, of the wrong type or length
 */
export const readGraphGolden = (json: unknown, where: string): GraphGoldenCase => {
  const read = goldenReader(where)
  const file = read.object(json, 'file')
  if (!isGraphGolden(file) || !/^h2learn-graph-golden-1(;|$)/.test(String(file.format)))
    return read.fail('format', `a text that begins with "${GRAPH_GOLDEN_FORMAT}"`, file.format)
  const precision = read.oneOf(file.dtype, 'dtype', ['float64', 'float32'] as const) === 'float64' ? 'f64' : 'f32'
  const T = read.integer(file.T, 'T', 1)
  const B = read.integer(file.batch, 'batch', 1)
  const graph = buildNetwork(plainOf(file, fieldReader(where)), where)
  const data = read.object(file.input_data, 'input_data')
  const inputs = Object.fromEntries(
    graph.inputs.map(({ name, shape, values }) => [
      name,
      readSignal(data[name], `input_data.${name}`, shape, values === 'analog', T, B, precision, read),
    ]),
  )
  const arrays = (field: 'parameters' | 'gradients'): GraphParameters => {
    const holder = read.object(file[field], field)
    const specs = graphParameterSpecs(graph).map((spec) => {
      const own = spec.name.slice(spec.population.length + 1)
      return { ...spec, fileName: `${spec.population}/${spec.role === 'neuron' ? fileNames[own] : own}` }
    })
    read.only(
      holder,
      field,
      specs.map(({ fileName }) => fileName),
    )
    return Object.fromEntries(
      specs.map(({ name, fileName, length, role, shape }) => [
        name,
        read.array(holder[fileName], `${field}.${fileName}`, length, role === 'weights' ? [shape[0]] : [], precision),
      ]),
    )
  }
  const records = read.object(file.populations, 'populations')
  const populations = graph.populations.map(({ name, shape, neuron }): GraphGoldenPopulation => {
    const at = `populations.${name}`
    const record = read.object(records[name], at)
    const n = T * B * mapSize(shape)
    const maps = (key: string) => read.array(record[key], `${at}.${key}`, n, [T, B, shape.C], precision)
    const bits = (key: string) => read.bits(record[key], `${at}.${key}`, n, [T, B, shape.C], precision)
    const potential = { u: maps('u'), du: maps('du') }
    return neuronModels[neuron.model].fires
      ? { ...potential, s: bits('s'), mask: bits('mask'), ds: maps('ds') }
      : potential
  })
  const labels = read.list(file.labels, 'labels')
  if (labels.length !== B) read.fail('labels', `${B} labels, one per sample of the batch`, labels)
  const kind = read.oneOf(file.loss_kind, 'loss_kind', Object.keys(lossKinds))
  return {
    name: typeof file.name === 'string' ? file.name : where,
    precision,
    graph,
    B,
    labels: labels.map((label, i) => read.integer(label, `labels[${i}]`, 0)),
    loss: read.finite(file.loss, 'loss'),
    lossKind: lossKinds[kind],
    labelSmoothing: file.label_smoothing === undefined ? 0 : read.finite(file.label_smoothing, 'label_smoothing'),
    inputs,
    parameters: arrays('parameters'),
    gradients: arrays('gradients'),
    populations,
  }
}
