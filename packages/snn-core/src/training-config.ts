import { choice, type Field, integer, number, optional, readFields, requireKnown } from '@h2learn/config'
import { elementary } from '@h2learn/elementary'
import type { Backend, Loss, NeuronConfig, Precision } from './api'
import { stepsPerEpoch } from './batches'
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

/** Every option but optimiser and neuron, which have fields of their own. */
export const trainingFields = {
  epochs: integer(1, { max: 1_000_000, doc: 'passes over the samples' }),
  maxSteps: optional(integer(1, { max: 2 ** 40, doc: 'ends the run after so many optimiser steps' })),
  batch: integer(64, { max: 2 ** 31 - 1, unit: 'samples', doc: 'samples of a batch group' }),
  loss: choice('rate-mse', ['rate-mse', 'count-cross-entropy'], {
    doc: 'loss on the spike counts of the output layer',
  }),
  seed: integer(1, {
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    doc: 'seed of the order of samples and of rate coding',
  }),
  precision: choice('f32', ['f64', 'f32', 'f16'], { doc: 'arithmetic of the passes' }),
  lossScale: number(1, { above: 0, max: 1e30, doc: 'factor on ∂L/∂s before the backward pass' }),
  schedule: choice('cosine', ['constant', 'cosine'], { doc: 'learning rate over the steps' }),
  layerRates: choice('equal', ['equal', 'fan-in'], {
    doc: 'every layer has the learning rate, or the rate divided by its fan-in',
  }),
  backend: optional<Backend>(
    choice('fast', ['fast', 'folded', 'fused', 'reference'], {
      doc: 'what computes the passes; without a choice fast, and reference for f64',
    }),
  ),
} as const satisfies {
  readonly [Name in Exclude<keyof TrainingOptions, 'optimizer' | 'neuron'>]: Field<TrainingOptions[Name]>
}

/** Fills in the defaults. @throws InputError that names the option, what it may be and what came */
export const trainingConfig = (options: TrainingOptions = {}): TrainingConfig => {
  const known = [...Object.keys(trainingFields), 'optimizer', 'neuron']
  const { optimizer, neuron, ...rest } = requireKnown('trainingConfig', options, known) as TrainingOptions
  const { maxSteps, backend: asked, ...all } = readFields('trainingConfig', trainingFields, rest)
  const { precision } = all
  const preset = precision === 'f64' ? 'reference' : 'fast'
  return {
    ...all,
    ...(maxSteps === undefined ? {} : { maxSteps }),
    optimizer: optimizerConfig(optimizer),
    neuron: validateNeuron(neuron ?? defaultNeuron),
    // FP16 is exact, whatever it costs
    backend: precision === 'f16' && (asked === 'folded' || asked === 'fused') ? 'fast' : (asked ?? preset),
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
