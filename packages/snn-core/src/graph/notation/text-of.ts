import type { Connection, NetworkGraph, Population } from '../api'
import { CHAIN_INPUT } from '../graph-of'
import { defaultGraphNeuron, writeNeuron } from '../neurons/neuron-form'
import { plainNetwork } from '../plain-form'
import { hasText } from './neuron-text'
import { parseGraph } from './parse'
import { formatGraphTerms, type GraphTerm, type LayerTerm } from './terms'

const layerTerm = (population: Population, encoding: boolean, networkNeuron: string): LayerTerm | undefined => {
  const { name, connections, normalisation, bias, neuron } = population
  const { operator } = connections[0]
  const own = connections.find(({ from }) => from === name)?.operator.kind
  const plain = writeNeuron(neuron)
  if ((operator.kind !== 'conv' && operator.kind !== 'fc') || !hasText(plain)) return undefined
  const depthwise = operator.kind === 'conv' && operator.groups > 1 && operator.groups === connections[0].input.C
  return {
    kind: 'layer',
    at: 0,
    operator: depthwise ? { ...operator, groups: 'depthwise' } : operator,
    encoding,
    ...(normalisation && { normalisation }),
    bias,
    ...(own && { recurrent: own === 'one-to-one' ? 'one-to-one' : 'full' }),
    ...(JSON.stringify(plain) !== networkNeuron && { neuron: plain }),
  }
}

const poolTerms = (population: Population | undefined, next: Connection | undefined): GraphTerm[] => [
  ...(population && population.pool > 1
    ? [{ kind: 'pool', at: 0, size: population.pool, of: 'current' } as const]
    : []),
  ...(next?.pool ? [{ kind: 'pool', at: 0, size: next.pool.size, of: next.pool.kind } as const] : []),
]

/**
 * The text of a network in the notation, where it has one: populations one behind the other under the names that the
 * notation gives, shortcuts that fit into brackets, one input and one read-out.
 * @returns undefined for every other network; its plain form says it all
 */
export const graphText = (graph: NetworkGraph): string | undefined => {
  const { T, inputs, populations } = graph
  const [input] = inputs
  const plainNeuron = writeNeuron(populations[0].neuron)
  if (inputs.length !== 1 || !hasText(plainNeuron)) return undefined
  const networkNeuron = JSON.stringify(plainNeuron)
  // open[p]: brackets that begin before population p; a stack of the terms of brackets that are open
  const open = new Array<number>(populations.length).fill(0)
  const close = new Array<number>(populations.length).fill(0)
  for (const { name, index, connections } of populations)
    for (const { from } of connections.slice(1)) {
      if (from === name) continue
      const source = from === CHAIN_INPUT ? -1 : populations.findIndex((population) => population.name === from)
      if (source + 1 > index) return undefined
      open[source + 1]++
      close[index]++
    }
  const stack: GraphTerm[][] = [poolTerms(undefined, populations[0].connections[0])]
  for (const population of populations) {
    const { index } = population
    for (let i = 0; i < open[index]; i++) stack.push([])
    const term = layerTerm(population, index === 0 && input.values === 'analog', networkNeuron)
    if (!term) return undefined
    stack[stack.length - 1].push(term)
    for (let i = 0; i < close[index]; i++) {
      const terms = stack.pop()
      if (!terms || stack.length === 0) return undefined
      stack[stack.length - 1].push({ kind: 'block', at: 0, end: 0, terms })
    }
    stack[stack.length - 1].push(...poolTerms(population, populations[index + 1]?.connections[0]))
  }
  if (stack.length !== 1) return undefined
  const isDefault = networkNeuron === JSON.stringify(writeNeuron(defaultGraphNeuron))
  const text = formatGraphTerms({ ...(!isDefault && { neuron: plainNeuron }), terms: stack[0] })
  // brackets that cross, other names or operators: the text would mean another network
  try {
    const same = JSON.stringify(plainNetwork(parseGraph(text, { input: input.shape, T })))
    return same === JSON.stringify(plainNetwork(graph)) ? text : undefined
  } catch {
    return undefined
  }
}
