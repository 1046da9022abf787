import { InputError, ShapeError } from '../../errors'
import type { GraphTrace, NetworkGraph, OutputGradient } from '../api'
import { neuronModels } from '../neurons/models'
import { mapSize } from '../operators/operator'
import { countCrossEntropyLoss } from './count-cross-entropy'
import type { GraphLoss, GraphLossKind, GraphLossRules } from './graph-loss'
import { lastCrossEntropy } from './last-cross-entropy'
import { maxCrossEntropy } from './max-cross-entropy'
import { rateMeanSquare } from './rate-mse'

/** The losses by name: one without an entry does not compile. */
export const graphLosses: Readonly<Record<GraphLossKind, GraphLossRules>> = {
  'rate-mse': rateMeanSquare,
  'count-cross-entropy': countCrossEntropyLoss,
  'max-cross-entropy': maxCrossEntropy,
  'last-cross-entropy': lastCrossEntropy,
}

/** @throws InputError when a read-out cannot have this loss, or the smoothing lies outside [0, 1) */
export const checkGraphLoss = (
  { populations, outputs }: NetworkGraph,
  { kind, labelSmoothing = 0 }: GraphLoss,
): void => {
  const rules = Object.hasOwn(graphLosses, kind) ? graphLosses[kind] : undefined
  if (!rules)
    throw new InputError({
      where: 'loss',
      expected: Object.keys(graphLosses).join(', '),
      got: JSON.stringify(kind) ?? 'nothing',
    })
  if (!(labelSmoothing >= 0 && labelSmoothing < 1))
    throw new InputError({ where: 'loss', expected: 'labelSmoothing in [0, 1)', got: String(labelSmoothing) })
  if (kind === 'rate-mse' && labelSmoothing !== 0)
    throw new InputError({ where: 'loss rate-mse', expected: 'no labelSmoothing', got: String(labelSmoothing) })
  for (const { name, neuron } of populations)
    if (outputs.includes(name) && rules.reads === 'spikes' && !neuronModels[neuron.model].fires)
      throw new InputError({
        where: `loss ${kind}`,
        expected: 'a read-out that fires',
        got: `${name}, whose neurons (${neuron.model}) have no spikes`,
        hint: 'use max-cross-entropy or last-cross-entropy, which read potentials',
      })
}

/**
 * Loss of a network: that of every read-out, added; all of them are given the same labels.
 * @param batch samples of the whole batch group the mean is taken over; default those of the trace
 * @returns the samples' share of the mean loss, and its gradient at every read-out
 * @throws InputError, ShapeError (labels)
 */
export const evaluateGraphLoss = (
  graph: NetworkGraph,
  trace: GraphTrace,
  labels: ArrayLike<number>,
  loss: GraphLoss,
  batch: number = labels.length,
): { readonly loss: number; readonly gradients: readonly OutputGradient[] } => {
  checkGraphLoss(graph, loss)
  const rules = graphLosses[loss.kind]
  let sum = 0
  const gradients = graph.populations
    .filter(({ name }) => graph.outputs.includes(name))
    .map(({ name, index, shape }): OutputGradient => {
      const classes = mapSize(shape)
      if (labels.length !== trace.B)
        throw new ShapeError({ where: `loss at ${name}`, expected: `${trace.B} labels`, got: String(labels.length) })
      for (let b = 0; b < labels.length; b++)
        if (!(Number.isInteger(labels[b]) && labels[b] >= 0 && labels[b] < classes))
          throw new ShapeError({
            where: `loss at ${name}`,
            expected: `labels in 0..${classes - 1}`,
            got: `${labels[b]} for sample ${b}`,
            hint: 'the population that is read out needs one neuron per class',
          })
      const { labelSmoothing = 0 } = loss
      const made = rules.evaluate({ trace: trace.populations[index], labels, batch, labelSmoothing })
      sum += made.loss
      return { population: name, [rules.reads]: made.gradient }
    })
  return { loss: sum, gradients }
}
