import { extname } from 'node:path'
import { InputError, type NetworkInput } from '@h2learn/snn-core'
import { buildNetwork, type NetworkGraph, parseGraph } from '@h2learn/snn-core/graph'
import { readStructured } from '../chip/structured-file'

type PlainNeuron = Readonly<Record<string, unknown>>

const isFile = (network: string): boolean => ['.json', '.yaml', '.yml'].includes(extname(network).toLowerCase())

/** What no chain has: brackets, braces, groups, pooling by the largest, and the marks of populations. */
const additions = /[[\]{}]|MP\d|C[\dSP\s]+G\d|\((BN|WS|LI|rec1?|bias|DW)\)/

/** Whether --network names a file, or a text that only a network of populations can mean. */
export const isGraphNetwork = (network: string | undefined): network is string =>
  network !== undefined && (isFile(network) || additions.test(network))

/**
 * The network of populations that --network means: the plain form in a file, or a text.
 * @param size input and timesteps of a text; a file states its own
 * @param neuron plain form of the neurons that the network does not state
 * @throws InputError with file and path, NetworkError with a caret
 */
export const readGraphNetwork = async (
  network: string,
  size: NetworkInput,
  neuron: PlainNeuron,
): Promise<NetworkGraph> => {
  if (!isFile(network)) return parseGraph(network, size, neuron)
  const plain = await readStructured(network)
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain))
    throw new InputError({
      where: network,
      expected: 'a network: T, inputs, populations (docs/networks.md)',
      got: plain === null ? 'nothing' : Array.isArray(plain) ? 'a list' : JSON.stringify(plain),
    })
  return buildNetwork({ neuron, ...plain }, network)
}
