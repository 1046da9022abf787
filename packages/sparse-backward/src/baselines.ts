import type { BackwardConfig } from './config'
import { type BackwardEngineUnit, engineOf } from './engine-of'

/** Dense baseline of Fig. 13: no finders, k² MACs for every output, padding included. Same function. */
export const denseBackwardEngine = (config: Partial<BackwardConfig> = {}): BackwardEngineUnit =>
  engineOf('dense backward engine', 'dense', config)

/** Baseline of Fig. 13 that skips zero gradients but computes every output. Same function. */
export const inputSparseBackwardEngine = (config: Partial<BackwardConfig> = {}): BackwardEngineUnit =>
  engineOf('input-sparse backward engine', 'input', config)

/** Baseline of Fig. 13 that computes valid outputs only, from all k² inputs of their windows. Same function. */
export const outputSparseBackwardEngine = (config: Partial<BackwardConfig> = {}): BackwardEngineUnit =>
  engineOf('output-sparse backward engine', 'output', config)
