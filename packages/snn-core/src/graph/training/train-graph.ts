import type { RealArray, Samples } from '../../api'
import { checkSamples } from '../../batches'
import { InputError } from '../../errors'
import { firstNonFinite } from '../../finite'
import type { RateSegment } from '../../rate-segments'
import type { TrainingConfig } from '../../training-config'
import type { TrainingState } from '../../training-state'
import { type TrainingHooks, type TrainingOutcome, trainSteps } from '../../training-steps'
import type { NetworkGraph } from '../api'
import type { GraphLoss } from '../losses/graph-loss'
import { checkGraphLoss } from '../losses/losses'
import { graphParameterCount, graphParameterSpecs, graphParametersOf } from '../parameters'
import { graphGradients } from './graph-gradients'
import { graphTitle, sampleReader } from './sample-input'

/** A training of a network of populations. */
export interface GraphTrainingRun {
  readonly graph: NetworkGraph
  readonly samples: Samples
  readonly loss: GraphLoss
  /** Its neuron, loss and backend are not looked at: neurons stand in the network, the reference computes. */
  readonly config: TrainingConfig
  /** Where to start: `startTraining` of `initialGraphParameters`, or a decoded checkpoint. */
  readonly state: TrainingState
  readonly hooks?: TrainingHooks
  readonly signal?: AbortSignal
}

/** Learning rates per array where they go with the fan-in. */
const segmentsOf = ({ layerRates }: TrainingConfig, graph: NetworkGraph): readonly RateSegment[] | undefined => {
  if (layerRates !== 'fan-in') return undefined
  let to = 0
  return graphParameterSpecs(graph).map(({ length, fanIn }) => {
    to += length
    return { to, factor: 1 / fanIn }
  })
}

/** @throws InputError that names the first array with a value that is not finite */
const requireFiniteParameters = (graph: NetworkGraph, parameters: RealArray): void => {
  for (const [name, values] of Object.entries(graphParametersOf(graph, parameters))) {
    const at = firstNonFinite(values)
    if (at >= 0)
      throw new InputError({
        where: `trainGraph: ${name}[${at}]`,
        expected: 'a finite number',
        got: String(values[at]),
      })
  }
}

/**
 * Trains a network of populations by BPTT with the reference passes, in the loop of `trainNetwork`: the same order of
 * samples, optimisers, schedules, checks and history.
 * @throws TrainingError, ShapeError, InputError as `trainNetwork`
 */
export const trainGraph = async (run: GraphTrainingRun): Promise<TrainingOutcome> => {
  const { graph, samples, loss, config, state, hooks, signal } = run
  checkSamples(samples, sampleReader(graph))
  checkGraphLoss(graph, loss)
  const { precision, lossScale } = config
  return trainSteps({
    title: graphTitle(graph),
    parameters: graphParameterCount(graph),
    layers: graph.populations.map(({ name }) => name),
    samples: samples.count,
    segments: segmentsOf(config, graph),
    requireFinite: (weights) => requireFiniteParameters(graph, weights),
    config,
    state,
    hooks,
    signal,
    gradients: async (indices: Uint32Array, draw, weights: RealArray) =>
      graphGradients({ graph, loss, precision, lossScale, samples, indices, draw }, weights),
  })
}
