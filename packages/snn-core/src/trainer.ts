import type { Network, RealArray, Samples } from './api'
import { checkSamples } from './batches'
import { type GradientSource, localGradients } from './gradient-source'
import { parameterCount } from './network'
import { createOptimizer } from './optimizer'
import { requireFiniteWeights } from './parameters'
import { rateSegments } from './rate-segments'
import type { TrainingConfig } from './training-config'
import type { TrainingState } from './training-state'
import { type TrainingHooks, type TrainingOutcome, trainSteps } from './training-steps'

/** A run: what to train, on what, and what to do on the way. */
export interface TrainingRun {
  readonly network: Network
  readonly samples: Samples
  readonly config: TrainingConfig
  /**
   * Where to start: `startTraining` of initial weights, or a decoded checkpoint. Not modified, unless its weights lie in
   * the `room` of `gradients`.
   */
  readonly state: TrainingState
  /** Default: in this thread. Closed by whoever made it. */
  readonly gradients?: GradientSource
  readonly hooks?: TrainingHooks
  /** Stops after the step in progress. */
  readonly signal?: AbortSignal
}

/**
 * The state before the first step: a copy of the weights, in float64 for precision f64 and in float32 otherwise.
 * @param options.keep the weights themselves instead of a copy, where their number type is right
 */
export const startTraining = (
  config: TrainingConfig,
  weights: RealArray,
  { keep = false }: { readonly keep?: boolean } = {},
): TrainingState => {
  const Real = config.precision === 'f64' ? Float64Array : Float32Array
  const own = keep && weights instanceof Real ? weights : Real.from(weights)
  return {
    step: 0,
    weights: own,
    optimizer: createOptimizer(config.optimizer, own).state,
    history: { loss: [], accuracy: [], tieShare: [], zeroLossShare: [] },
  }
}

/**
 * Trains a network by BPTT, optimiser step by optimiser step. Deterministic: the result depends on network, samples,
 * configuration and start state alone, not on the number of threads, nor on where the run was cut and resumed.
 * A batch is the mean over its own samples (the last one of an epoch may be smaller).
 * @throws DivergenceError (a TrainingError) when loss, gradients or weights are no longer finite; `state` is that before the failed step
 * @throws ShapeError, InputError when samples, network, configuration and state do not belong together
 */
export const trainNetwork = async (run: TrainingRun): Promise<TrainingOutcome> => {
  if (run.gradients) return trainWith(run, run.gradients)
  const gradients = localGradients()
  try {
    return await trainWith(run, gradients)
  } finally {
    await gradients.close()
  }
}

const trainWith = async (run: TrainingRun, source: GradientSource): Promise<TrainingOutcome> => {
  const { network, samples, config, state, hooks, signal } = run
  const { neuron, loss, precision, lossScale, backend } = config
  checkSamples(samples, network)
  return trainSteps({
    title: network.text,
    parameters: parameterCount(network),
    layers: network.layers.map(({ name }) => name),
    samples: samples.count,
    segments: rateSegments(config, network),
    requireFinite: (weights) => requireFiniteWeights('trainNetwork', network, weights),
    config,
    state,
    hooks,
    signal,
    gradients: (indices, draw, weights) =>
      source.gradients({ network, neuron, loss, precision, lossScale, samples, indices, draw, backend }, weights),
    largest: source.largest,
    update: source.update,
  })
}
