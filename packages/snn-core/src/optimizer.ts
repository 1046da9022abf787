import { requireKnown, requireObject } from '@h2learn/config'
import type { RealArray } from './api'
import { InputError, ShapeError } from './errors'
import { checkSegments, forEachSegment, type RateSegment } from './rate-segments'
import { updateRange } from './update-range'

/** SGD with momentum (Sutskever's form without dampening): v ← μ·v + ∇w, w ← w − η·v. */
export interface SgdConfig {
  readonly kind: 'sgd'
  /** η >= 0. */
  readonly learningRate: number
  /** μ in [0, 1); default 0. */
  readonly momentum?: number
}

/** Adam (Kingma & Ba 2015) with bias correction, without weight decay. */
export interface AdamConfig {
  readonly kind: 'adam'
  /** η >= 0; default 1e-3. */
  readonly learningRate?: number
  /** Decay of the mean of ∇w in [0, 1); default 0.9. */
  readonly beta1?: number
  /** Decay of the mean of ∇w² in [0, 1); default 0.999. */
  readonly beta2?: number
  /** Added to the root of the mean square, > 0; default 1e-8. */
  readonly epsilon?: number
}

export type OptimizerConfig = SgdConfig | AdamConfig

/** What the optimiser remembers between steps: plain arrays, so that a checkpoint holds them exactly. */
export interface OptimizerState {
  /** Updates made so far. */
  readonly steps: number
  /** sgd with momentum: [v]; sgd without: []; adam: [mean of ∇w, mean of ∇w²]. Number type of the weights. */
  readonly moments: readonly RealArray[]
}

/** A validated configuration with every default filled in, and the state before the first step. */
export interface Optimizer {
  readonly config: Required<SgdConfig> | Required<AdamConfig>
  readonly state: OptimizerState
}

const check = (name: string, value: number, expected: string, ok: boolean): number => {
  if (!ok) throw new InputError({ where: 'createOptimizer', expected: `${name} as ${expected}`, got: String(value) })
  return value
}
const rate = (x: number) =>
  check('learningRate', x, 'a finite number >= 0 (such as 0.001)', Number.isFinite(x) && x >= 0)
const decay = (name: string, x: number) => check(name, x, 'a number in [0, 1)', x >= 0 && x < 1)

/** Fills in the defaults: Adam at 1e-3 with 0.9, 0.999, 1e-8 (h2learn.md section 1; modelling choice). @throws InputError */
export const optimizerConfig = (config: OptimizerConfig = { kind: 'adam' }): Optimizer['config'] => {
  requireObject('createOptimizer', config, "an optimiser with its kind, 'sgd' or 'adam'")
  if (config.kind === 'sgd') {
    requireKnown('createOptimizer', config, ['kind', 'learningRate', 'momentum'])
    return { kind: 'sgd', learningRate: rate(config.learningRate), momentum: decay('momentum', config.momentum ?? 0) }
  }
  if (config.kind === 'adam') {
    requireKnown('createOptimizer', config, ['kind', 'learningRate', 'beta1', 'beta2', 'epsilon'])
    const epsilon = config.epsilon ?? 1e-8
    return {
      kind: 'adam',
      learningRate: rate(config.learningRate ?? 1e-3),
      beta1: decay('beta1', config.beta1 ?? 0.9),
      beta2: decay('beta2', config.beta2 ?? 0.999),
      epsilon: check('epsilon', epsilon, 'a finite number > 0', Number.isFinite(epsilon) && epsilon > 0),
    }
  }
  throw new InputError({
    where: 'createOptimizer',
    expected: "kind 'sgd' or 'adam'",
    got: JSON.stringify((config as { kind: unknown }).kind),
  })
}

/** An array of the same number type and length, filled with zeros. */
const zerosLike = (a: RealArray): RealArray =>
  a instanceof Float64Array ? new Float64Array(a.length) : new Float32Array(a.length)

/**
 * Checks the configuration and makes the state before the first step: moments of zeros.
 * @param weights all weights of the network in one array; only its length and number type count
 * @throws InputError when a number is NaN, negative or outside its range
 */
export const createOptimizer = (config: OptimizerConfig, weights: RealArray): Optimizer => {
  const full = optimizerConfig(config)
  const count = full.kind === 'adam' ? 2 : full.momentum > 0 ? 1 : 0
  return { config: full, state: { steps: 0, moments: Array.from({ length: count }, () => zerosLike(weights)) } }
}

/** Weights and optimiser state together: what one update turns into the next. */
export interface OptimizedWeights {
  readonly weights: RealArray
  readonly state: OptimizerState
}

/**
 * One update of all weights. Pure: `from` stays as it is. Each element is computed in double and rounded once into
 * the number type of the weights.
 * sgd:  v ← μ·v + ∇w;  w ← w − η·v
 * adam: m ← β₁·m + (1 − β₁)·∇w;  v ← β₂·v + (1 − β₂)·∇w²;  w ← w − η·(m / (1 − β₁ⁿ)) / (√(v / (1 − β₂ⁿ)) + ε)
 * @param learningRate η of this step (the schedule's), in place of the configured one
 * @param options.into buffers of an earlier update that may be overwritten; not those of `from`
 * @param options.segments layers with a rate of their own; without them all have that of the step
 * @throws ShapeError when gradient and weights differ in length, the state belongs to other weights, or the segments do
 */
export const updateWeights = (
  config: Optimizer['config'],
  from: OptimizedWeights,
  gradW: RealArray,
  learningRate: number = config.learningRate,
  {
    into,
    segments,
  }: { readonly into?: OptimizedWeights | undefined; readonly segments?: readonly RateSegment[] | undefined } = {},
): OptimizedWeights => {
  const n = from.weights.length
  const moments = config.kind === 'adam' ? 2 : config.momentum > 0 ? 1 : 0
  if (gradW.length !== n || from.state.moments.length !== moments || from.state.moments.some((m) => m.length !== n))
    throw new ShapeError({
      where: 'updateWeights',
      expected: `${n} gradients and ${moments} moments of ${n} values`,
      got: `${gradW.length} gradients and moments of ${from.state.moments.map((m) => m.length).join(', ') || 'none'}`,
    })
  checkSegments(segments, n)
  const steps = from.state.steps + 1
  const next = {
    weights: into?.weights ?? zerosLike(from.weights),
    state: { steps, moments: into?.state.moments ?? from.state.moments.map(zerosLike) },
  }
  const old = { weights: from.weights, moments: from.state.moments }
  const made = { weights: next.weights, moments: next.state.moments }
  forEachSegment(segments, 0, n, (begin, end, factor) =>
    updateRange({ config, learningRate: learningRate * factor, steps }, old, gradW, made, begin, end),
  )
  return next
}
