import { InputError } from '../../errors'
import type { Json } from '../../field-reader'
import type { NetworkInput } from '../../network'
import { NetworkError } from '../../network-error'
import type { MapShape, NetworkGraph, Operator, SpikePool } from '../api'
import { buildNetwork } from '../build'
import { CHAIN_INPUT } from '../graph-of'
import { mapText } from '../operators/operator'
import { rulesOf } from '../operators/operators'
import type { PlainNetwork, PlainPopulation } from '../plain-form'
import { pooledShape } from '../spike-pools/spike-pool'
import { spikePools } from '../spike-pools/spike-pools'
import { formatGraphTerms, type GraphTerm, type LayerTerm, type PoolTerm, parseGraphTerms } from './terms'

/** What the next layer reads: a population or the input, after the poolings written behind it. */
interface Source {
  readonly from: string
  readonly map: MapShape
  readonly pool?: SpikePool
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }
type Draft = Writable<Omit<PlainPopulation, 'connections' | 'pool'>> & {
  connections: PlainPopulation['connections'][number][]
  pool: number
  /** Map of the summed current, before `pool`. */
  current: MapShape
  readonly term: LayerTerm
}

const mapOf = ({ map, pool }: Source): MapShape => (pool ? pooledShape(map, pool.size) : map)

const connectionFrom = ({ from, pool }: Source, operator: Operator) => ({
  from,
  ...(pool && { pool }),
  operator: rulesOf(operator.kind).write(operator),
})

/** Stride of a 1×1 convolution that turns a map of `from` places a side into one of `to`; undefined: there is none. */
const strideBetween = (from: MapShape, to: MapShape): number | undefined => {
  for (let stride = 1; stride <= Math.max(from.H, from.W); stride++)
    if (Math.floor((from.H - 1) / stride) + 1 === to.H && Math.floor((from.W - 1) / stride) + 1 === to.W) return stride
  return undefined
}

/** The shortcut of a bracket: the input itself where the maps agree, else its projection. */
const shortcut = (from: MapShape, to: MapShape): Operator | undefined => {
  if (mapText(from) === mapText(to)) return { kind: 'identity' }
  const stride = strideBetween(from, to)
  if (stride !== undefined) return { kind: 'conv', out: to.C, kernel: 1, stride, padding: 0, groups: 1 }
  return to.H === 1 && to.W === 1 ? { kind: 'fc', out: to.C } : undefined
}

/**
 * Reads a network in the notation of Table VI with its additions and infers every shape. Populations are named conv1,
 * conv2, …, fc1, … in the order of the text, the input "input"; the last layer is read out.
 * @param size input C×H×W and T
 * @param neuron plain form of the neuron of layers that name none; braces before the first layer win over it
 * @throws NetworkError with the text and a caret
 */
export const parseGraph = (text: string, { input, T }: NetworkInput, neuron?: Json): NetworkGraph => {
  const parsed = parseGraphTerms(text)
  const fail = (at: number, expected: string, got: string, hint?: string): never => {
    throw new NetworkError({ text, column: at + 1, expected, got, ...(hint ? { hint } : {}) })
  }
  const populations: Draft[] = []
  let analog = false
  let convolutions = 0
  let source: Source = { from: CHAIN_INPUT, map: { C: input.C, H: input.H, W: input.W } }

  const pool = ({ at, size, of }: PoolTerm) => {
    const last = populations.at(-1)
    const map = mapOf(source)
    if (size > Math.min(map.H, map.W))
      fail(at, `a pooling size up to ${Math.min(map.H, map.W)}`, String(size), `the map here is ${map.H}x${map.W}`)
    if (of === 'current') {
      if (!last || source.pool)
        return fail(at, last ? 'APk before the pooling of spikes' : 'a convolution before APk', `AP${size}`)
      last.pool *= size
      source = { from: source.from, map: pooledShape(last.current, last.pool) }
      return
    }
    if (source.pool && source.pool.kind !== of)
      fail(at, `pooling of spikes of one kind (${source.pool.kind})`, of, 'put a layer between them')
    const whole = (source.pool?.size ?? 1) * size
    if (whole > spikePools[of].most)
      fail(at, `${of} pooling over at most ${spikePools[of].most} places a side`, String(whole))
    if (whole > 1) source = { ...source, pool: { kind: of, size: whole } }
  }

  const operatorOf = ({ operator }: LayerTerm, map: MapShape): Operator =>
    operator.kind === 'fc'
      ? operator
      : { ...operator, groups: operator.groups === 'depthwise' ? map.C : operator.groups }

  const layer = (term: LayerTerm) => {
    if (term.encoding && populations.length > 0)
      fail(term.at, '(Encoding) on the first layer only', `(Encoding) on layer ${populations.length + 1}`)
    if (term.encoding) analog = true
    const map = mapOf(source)
    const operator = operatorOf(term, map)
    if (operator.kind === 'conv') convolutions++
    const current = rulesOf(operator.kind).shape(operator, map, (expected, got) => fail(term.at, expected, got))
    const name = operator.kind === 'conv' ? `conv${convolutions}` : `fc${populations.length - convolutions + 1}`
    const draft: Draft = { name, connections: [connectionFrom(source, operator)], pool: 1, current, term }
    if (term.recurrent) {
      const own: Operator =
        term.recurrent === 'one-to-one'
          ? { kind: 'one-to-one' }
          : operator.kind === 'conv'
            ? { ...operator, stride: 1, padding: Math.floor(operator.kernel / 2), groups: 1 }
            : operator
      draft.connections.push({ delay: 1, ...connectionFrom({ from: name, map: current }, own) })
    }
    populations.push(draft)
    source = { from: name, map: current }
  }

  const walk = (terms: readonly GraphTerm[]) => {
    for (const term of terms) {
      if (term.kind === 'pool') pool(term)
      else if (term.kind === 'layer') layer(term)
      else {
        const entry = source
        const before = populations.length
        walk(term.terms)
        const last = populations.at(-1)
        if (!last || populations.length === before) return fail(term.at, 'a layer in the bracket', 'only pooling')
        const operator = shortcut(mapOf(entry), last.current)
        if (!operator)
          return fail(
            term.end,
            `a map that a stride leads to from ${mapText(mapOf(entry))}`,
            mapText(last.current),
            'the input of a bracket is added to its last layer before the pooling there',
          )
        last.connections.push(connectionFrom(entry, operator))
      }
    }
  }
  walk(parsed.terms)
  const last = populations.at(-1)
  if (!last) return fail(text.length, 'a convolution or FC layer', 'only pooling', 'end the network with 10FC, say')
  if (source.pool) fail(text.length, 'a layer after the pooling of spikes', 'the end of the network')
  const own = parsed.neuron ?? neuron
  const plain: PlainNetwork = {
    T,
    inputs: [{ name: CHAIN_INPUT, shape: [input.C, input.H, input.W], values: analog ? 'analog' : 'spikes' }],
    ...(own && { neuron: own }),
    populations: populations.map(({ name, connections, pool: size, term: { neuron: named, normalisation, bias } }) => ({
      name,
      ...(named && { neuron: named }),
      connections,
      ...(size > 1 && { pool: size }),
      ...(normalisation && { normalisation }),
      ...(bias && { bias }),
    })),
  }
  try {
    return buildNetwork(plain, 'network')
  } catch (error) {
    // what only the whole network shows is told at the layer it belongs to
    const index = error instanceof InputError ? /populations\[(\d+)\]/.exec(error.where)?.[1] : undefined
    if (!(error instanceof InputError) || index === undefined) throw error
    return fail(populations[Number(index)].term.at, error.expected, error.got, error.hint)
  }
}

/** The canonical text of a network text. @throws NetworkError */
export const canonicalGraphText = (text: string): string => formatGraphTerms(parseGraphTerms(text))
