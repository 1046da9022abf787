import type { Samples } from '../../api'
import { batchInput, type DrawSeed, type SampleReader } from '../../batches'
import { InputError } from '../../errors'
import type { NetworkGraph, Population, Signal } from '../api'
import { graphText } from '../notation/text-of'
import { mapSize } from '../operators/operator'

/** The population whose scores are the prediction: the first that is read out. */
export const readOut = ({ populations, outputs }: NetworkGraph): Population =>
  populations.find(({ name }) => name === outputs[0])!

/** The network in its notation, or the names of its populations: what messages and reports call it. */
export const graphTitle = (graph: NetworkGraph): string =>
  graphText(graph) ?? `the network of ${graph.populations.map(({ name }) => name).join(', ')}`

/** How a network of populations reads samples. @throws InputError when it has more than one input */
export const sampleReader = (graph: NetworkGraph): SampleReader => {
  const { T, inputs, populations } = graph
  const [{ shape, values }] = inputs
  if (inputs.length !== 1)
    throw new InputError({
      where: 'training',
      expected: 'a network with one input',
      got: `${inputs.length} inputs (${inputs.map(({ name }) => name).join(', ')})`,
      hint: 'data sets have one map a sample; give the inputs to forwardGraph yourself',
    })
  return {
    input: shape,
    T,
    classes: mapSize(readOut(graph).shape),
    get text() {
      return graphTitle(graph)
    },
    layers: [
      { name: populations[0].name, encoding: values === 'analog' },
      { name: readOut(graph).name, encoding: false },
    ],
  }
}

/** The samples of a batch as the input of the network, as a chain reads them (`batchInput`). */
export const sampleInputs = (
  graph: NetworkGraph,
  samples: Samples,
  indices: ArrayLike<number>,
  draw: DrawSeed,
): Readonly<Record<string, Signal>> => ({
  [graph.inputs[0].name]: batchInput(samples, indices, sampleReader(graph), draw),
})
