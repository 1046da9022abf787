import { parseJson } from '@h2learn/config'
import { type FieldReader, fieldReader, type Json } from '../field-reader'
import type { NetworkGraph, Neuron, Normalisation, Operator, SpikePool } from './api'
import { defaultGraphNeuron, readNeuron, writeNeuron } from './neurons/neuron-form'
import { operators, rulesOf } from './operators/operators'
import { spikePools } from './spike-pools/spike-pools'

/**
 * The plain form of a network, as it stands in a JSON or YAML file. What may be left out has a default: `delay` 0,
 * `pool` none, `bias` false, `neuron` that of the network, and that of the network the default LIF neuron.
 */
export interface PlainNetwork {
  readonly T: number
  readonly inputs: readonly {
    readonly name: string
    /** [C, H, W] */
    readonly shape: readonly number[]
    readonly values?: 'spikes' | 'analog'
  }[]
  readonly neuron?: Json
  readonly populations: readonly PlainPopulation[]
  /** Names of the populations that are read out; by default the last one. */
  readonly outputs?: readonly string[]
}

export interface PlainPopulation {
  readonly name: string
  /** [C, H, W]; inferred where it is left out. */
  readonly shape?: readonly number[]
  readonly neuron?: Json
  readonly connections: readonly {
    readonly from: string
    readonly delay?: number
    readonly pool?: SpikePool
    readonly operator: Json
  }[]
  readonly pool?: number
  readonly normalisation?: Normalisation
  readonly bias?: boolean
}

/** A connection as it was read: shapes are not known yet. */
export interface ReadConnection {
  /** Path of the connection, for messages. */
  readonly at: string
  readonly from: string
  readonly delay: 0 | 1
  readonly pool?: SpikePool
  readonly operator: Operator
}

/** A population as it was read. */
export interface ReadPopulation {
  readonly at: string
  readonly name: string
  readonly shape?: readonly [number, number, number]
  readonly neuron: Neuron
  readonly connections: readonly ReadConnection[]
  readonly pool: number
  readonly normalisation?: Normalisation
  readonly bias: boolean
}

export interface ReadNetwork {
  readonly T: number
  readonly inputs: readonly {
    readonly name: string
    readonly shape: readonly [number, number, number]
    readonly values: 'spikes' | 'analog'
  }[]
  readonly populations: readonly ReadPopulation[]
  readonly outputs: readonly string[]
}

const NAME = /^[A-Za-z0-9_][\w.+-]*$/

const readName = (value: unknown, at: string, read: FieldReader): string => {
  const name = read.text(value, at)
  if (name === '__proto__' || !NAME.test(name))
    read.fail(at, 'a name of letters, digits and _ . + -', value, undefined, 'names become names of arrays and files')
  return name
}

const readShape = (value: unknown, at: string, read: FieldReader): readonly [number, number, number] => {
  const list = read.list(value, at)
  if (list.length !== 3) read.fail(at, 'three numbers [C, H, W]', value)
  const [C, H, W] = list.map((x, i) => read.integer(x, `${at}[${i}]`, 1))
  return [C, H, W]
}

const readOperator = (value: unknown, at: string, read: FieldReader): Operator => {
  const plain = read.object(value, at)
  const kind = read.oneOf(plain.kind, `${at}.kind`, Object.keys(operators) as Operator['kind'][])
  const rules = rulesOf(kind)
  read.only(plain, at, ['kind', ...rules.fields])
  return rules.read(plain, at, read)
}

const readPool = (value: unknown, at: string, read: FieldReader): SpikePool => {
  const plain = read.object(value, at)
  read.only(plain, at, ['kind', 'size'])
  const kind = read.oneOf(plain.kind, `${at}.kind`, Object.keys(spikePools) as SpikePool['kind'][])
  return { kind, size: read.integer(plain.size, `${at}.size`, 1, spikePools[kind].most) }
}

const readConnection = (value: unknown, at: string, read: FieldReader): ReadConnection => {
  const plain = read.object(value, at)
  read.only(plain, at, ['from', 'delay', 'pool', 'operator'])
  const pool = plain.pool === undefined ? undefined : readPool(plain.pool, `${at}.pool`, read)
  return {
    at,
    from: read.text(plain.from, `${at}.from`),
    delay: plain.delay === undefined ? 0 : (read.integer(plain.delay, `${at}.delay`, 0, 1) as 0 | 1),
    ...(pool && pool.size > 1 && { pool }),
    operator: readOperator(plain.operator, `${at}.operator`, read),
  }
}

const readPopulation = (value: unknown, at: string, neuron: Neuron, read: FieldReader): ReadPopulation => {
  const plain = read.object(value, at)
  read.only(plain, at, ['name', 'shape', 'neuron', 'connections', 'pool', 'normalisation', 'bias'])
  const connections = read.list(plain.connections, `${at}.connections`)
  if (connections.length === 0) read.fail(`${at}.connections`, 'at least one connection', connections)
  return {
    at,
    name: readName(plain.name, `${at}.name`, read),
    ...(plain.shape !== undefined && { shape: readShape(plain.shape, `${at}.shape`, read) }),
    neuron: plain.neuron === undefined ? neuron : readNeuron(plain.neuron, `${at}.neuron`, read),
    connections: connections.map((connection, i) => readConnection(connection, `${at}.connections[${i}]`, read)),
    pool: plain.pool === undefined ? 1 : read.integer(plain.pool, `${at}.pool`, 1),
    ...(plain.normalisation !== undefined && {
      normalisation: read.oneOf(plain.normalisation, `${at}.normalisation`, ['bn', 'ws'] as const),
    }),
    bias: plain.bias === undefined ? false : read.bool(plain.bias, `${at}.bias`),
  }
}

/**
 * Reads the plain form field by field, without looking at how the parts fit together.
 * @param where what messages call it: a file name, say
 * @throws InputError with the path of the field; unknown fields are refused
 */
export const readPlainNetwork = (value: unknown, where: string): ReadNetwork => {
  const read = fieldReader(where)
  const plain = read.object(value, 'network')
  read.only(plain, '', ['T', 'inputs', 'neuron', 'populations', 'outputs'])
  const inputs = read.list(plain.inputs, 'inputs').map((item, i) => {
    const at = `inputs[${i}]`
    const input = read.object(item, at)
    read.only(input, at, ['name', 'shape', 'values'])
    return {
      name: readName(input.name, `${at}.name`, read),
      shape: readShape(input.shape, `${at}.shape`, read),
      values:
        input.values === undefined ? 'spikes' : read.oneOf(input.values, `${at}.values`, ['spikes', 'analog'] as const),
    } as const
  })
  const neuron = plain.neuron === undefined ? defaultGraphNeuron : readNeuron(plain.neuron, 'neuron', read)
  const populations = read
    .list(plain.populations, 'populations')
    .map((item, p) => readPopulation(item, `populations[${p}]`, neuron, read))
  if (inputs.length === 0) read.fail('inputs', 'at least one input', plain.inputs)
  if (populations.length === 0) read.fail('populations', 'at least one population', plain.populations)
  const outputs =
    plain.outputs === undefined
      ? [populations[populations.length - 1].name]
      : read.list(plain.outputs, 'outputs').map((name, i) => read.text(name, `outputs[${i}]`))
  if (outputs.length === 0) read.fail('outputs', 'at least one population that is read out', plain.outputs)
  return { T: read.integer(plain.T, 'T', 1), inputs, populations, outputs }
}

/** Reads JSON text of the plain form. @throws InputError */
export const parsePlainJson = (text: string, where: string): unknown => parseJson(where, text, 'is the file cut short?')

/** The plain form of a network; building it again gives the same network. Defaults are left out. */
export const plainNetwork = ({ T, inputs, populations, outputs }: NetworkGraph): PlainNetwork => ({
  T,
  inputs: inputs.map(({ name, shape: { C, H, W }, values }) => ({
    name,
    shape: [C, H, W],
    ...(values !== 'spikes' && { values }),
  })),
  populations: populations.map(({ name, shape, neuron, connections, pool, normalisation, bias }) => ({
    name,
    shape: [shape.C, shape.H, shape.W],
    neuron: writeNeuron(neuron),
    connections: connections.map(({ from, delay, pool: spikePool, operator }) => ({
      from,
      ...(delay !== 0 && { delay }),
      ...(spikePool && { pool: { ...spikePool } }),
      operator: rulesOf(operator.kind).write(operator),
    })),
    ...(pool !== 1 && { pool }),
    ...(normalisation && { normalisation }),
    ...(bias && { bias }),
  })),
  outputs: [...outputs],
})
