import type { Network, Samples } from './api'
import { batchInput, batchOf, epochOrder } from './batches'
import { breather } from './breather'
import { type InitialWeights, type InitialWeightsOptions, initialWeightsStepwise } from './init'
import type { TrainingConfig } from './training-config'

/** Most samples that the gains of the first weights are fitted on, whatever the batch (modelling choice). */
export const GAIN_SAMPLES = 32

/** Most potentials of a layer over these samples: fewer samples are looked at where T and maps are large. */
const GAIN_POTENTIALS = 2 ** 25

/**
 * Samples that `firstWeights` looks at: those of a batch, at most 32, and at most so many that no layer has more than
 * 2^25 potentials over time, but always one. So its memory (some 0.5 GB at most, but for layers that take more for one
 * sample) does not grow with the batch.
 */
export const gainSamples = ({ layers, T }: Network, batch: number): number => {
  const largest = layers.reduce((most, { K, outH, outW, convH, convW }) => {
    const places = Math.max(outH * outW, convH * convW)
    return Math.max(most, K * places * T)
  }, 1)
  return Math.max(1, Math.min(batch, GAIN_SAMPLES, Math.floor(GAIN_POTENTIALS / largest)))
}

/** What the first weights are made for. */
export interface FirstWeightsWork extends Omit<InitialWeightsOptions, 'seed' | 'neuron'> {
  readonly network: Network
  readonly samples: Samples
  readonly config: TrainingConfig
  /** Ends the search between two steps, tens of milliseconds each for small networks. */
  readonly signal?: AbortSignal
}

/**
 * `initialWeights` for a training: fitted on the first samples of its first batch (`gainSamples`), in steps between
 * which timers, signals and other work have their turn.
 * @returns undefined when the signal fired before the weights were there
 * @throws ShapeError when samples and network do not fit; otherwise as `initialWeights`
 */
export const firstWeights = async ({
  network,
  samples,
  config,
  signal,
  ...options
}: FirstWeightsWork): Promise<InitialWeights | undefined> => {
  const { seed, neuron, batch } = config
  const indices = batchOf(epochOrder(samples.count, seed, 0), gainSamples(network, batch), 0)
  const input = batchInput(samples, indices, network, { seed, epoch: 0 })
  const steps = initialWeightsStepwise(network, input, { ...options, seed, neuron })
  const pause = breather()
  for (;;) {
    await pause()
    if (signal?.aborted) return undefined
    const { done, value } = steps.next()
    if (done) return value
  }
}
