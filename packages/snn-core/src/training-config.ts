import { elementary } from '@h2learn/elementary'
import type { Backend, Loss, NeuronConfig, Precision } from './api'
import { stepsPerEpoch } from './batches'
import { InputError } from './errors'
import { defaultNeuron, validateNeuron } from './neuron'
import { type Optimizer, type OptimizerConfig, optimizerConfig } from './optimizer'

/** How a network is trained. Every default is a modelling choice (h2learn.md section 1): the paper prints none. */
export interface TrainingOptions {
  /** Passes over the samples; default 1. */
  readonly epochs?: number
  /** Ends the run after so many optimiser steps, whatever `epochs` says. */
  readonly maxSteps?: number
  /** Samples a batch group; default 64. */
  readonly batch?: number
  /** Default rate-mse. */
  readonly loss?: Loss['kind']
  /** Default Adam at 1e-3. */
  readonly optimizer?: OptimizerConfig
  /** Seed of the order of samples and of rate coding; default 1. */
  readonly seed?: number
  /**
   * Arithmetic of the passes; default f32. f16 rounds weights and neuron constants to binary16 for the passes and
   * updates float32 master weights.
   */
  readonly precision?: Precision
  /** Factor on ∂L/∂s before the backward pass, taken out of ∇w again before the update; default 1. */
  readonly lossScale?: number
  readonly neuron?: NeuronConfig
  /** constant: η. cosine: η·(1 + cos(π·step/steps)) / 2, from η down to 0 over the run. Default cosine. */
  readonly schedule?: 'constant' | 'cosine'
  /**
   * equal: every layer has the learning rate. fan-in: every layer has it divided by its fan-in C·R·S. An Adam step moves
   * each weight by about the rate, and a neuron sums as many of them as its fan-in has spikes: with equal rates the
   * layers of large fan-in are moved too far long before those of small fan-in learn (Yang et al., "Tensor Programs V",
   * 2022, table 3: rates of hidden layers under Adam go with 1 / fan-in). Default equal.
   */
  readonly layerRates?: 'equal' | 'fan-in'
  /**
   * Default fast for f32 and f16, reference for f64: the weights come out the same bit for bit. folded and fused are
   * faster with `APk` and round differently (f32 only: with f16 they are fast); with fused the bits also depend on the
   * runtime. What the kernels do not support is computed by the reference.
   */
  readonly backend?: Backend
}

/** Training options with every default filled in and every number checked. */
export interface TrainingConfig extends Required<Omit<TrainingOptions, 'maxSteps' | 'optimizer'>> {
  readonly maxSteps?: number
  readonly optimizer: Optimizer['config']
}

const bad = (expected: string, got: unknown): never => {
  throw new InputError({
    where: 'training',
    expected,
    got: typeof got === 'number' ? String(got) : JSON.stringify(got),
  })
}

/** Fills in the defaults. @throws InputError that names the option, what it may be and what came */
export const trainingConfig = (options: TrainingOptions = {}): TrainingConfig => {
  const { epochs = 1, maxSteps, batch = 64, loss = 'rate-mse', seed = 1, precision = 'f32', lossScale = 1 } = options
  const { schedule = 'cosine', neuron = defaultNeuron, layerRates = 'equal' } = options
  const { backend: asked = precision === 'f64' ? 'reference' : 'fast' } = options
  // FP16 is exact, whatever it costs
  const backend = precision === 'f16' && (asked === 'folded' || asked === 'fused') ? 'fast' : asked
  for (const [name, value] of Object.entries({ epochs, batch, ...(maxSteps === undefined ? {} : { maxSteps }) }))
    if (!Number.isSafeInteger(value) || value < 1) bad(`${name} as an integer >= 1`, value)
  if (!Number.isSafeInteger(seed)) bad('seed as an integer', seed)
  if (!(Number.isFinite(lossScale) && lossScale > 0)) bad('lossScale as a finite number > 0', lossScale)
  if (loss !== 'rate-mse' && loss !== 'count-cross-entropy') bad("loss 'rate-mse' or 'count-cross-entropy'", loss)
  if (precision !== 'f64' && precision !== 'f32' && precision !== 'f16') bad('precision f64, f32 or f16', precision)
  if (schedule !== 'constant' && schedule !== 'cosine') bad("schedule 'constant' or 'cosine'", schedule)
  if (layerRates !== 'equal' && layerRates !== 'fan-in') bad("layerRates 'equal' or 'fan-in'", layerRates)
  if (backend !== 'fast' && backend !== 'folded' && backend !== 'fused' && backend !== 'reference')
    bad("backend 'fast', 'folded', 'fused' or 'reference'", backend)
  return {
    epochs,
    ...(maxSteps === undefined ? {} : { maxSteps }),
    batch,
    loss,
    optimizer: optimizerConfig(options.optimizer),
    seed,
    precision,
    lossScale,
    neuron: validateNeuron(neuron),
    schedule,
    layerRates,
    backend,
  }
}

/** Optimiser steps of the whole run on `count` samples. */
export const totalSteps = ({ epochs, maxSteps, batch }: TrainingConfig, count: number): number =>
  Math.min(epochs * stepsPerEpoch(count, batch), maxSteps ?? Infinity)

/** Learning rate η of one step (from 0) of `steps`. */
export const learningRateAt = ({ schedule, optimizer }: TrainingConfig, step: number, steps: number): number =>
  schedule === 'cosine'
    ? (optimizer.learningRate * (1 + elementary.cos((Math.PI * step) / steps))) / 2
    : optimizer.learningRate
