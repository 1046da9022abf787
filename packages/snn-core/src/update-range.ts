import { elementary } from '@h2learn/elementary'
import type { RealArray } from './api'
import type { Optimizer } from './optimizer'

/** The step's numbers that are the same for every weight. */
interface StepNumbers {
  readonly config: Optimizer['config']
  readonly learningRate: number
  /** Updates made with this one. */
  readonly steps: number
}

/** Weights and moments of one step; those of the next may be the same arrays. */
interface Parameters {
  readonly weights: RealArray
  readonly moments: readonly RealArray[]
}

/** The update of weights `from` .. `to` − 1: see `updateWeights`. */
export const updateRange = (
  { config, learningRate, steps }: StepNumbers,
  { weights: w, moments: [oldM, oldV] }: Parameters,
  gradW: RealArray,
  { weights: nextW, moments: [m, v] }: Parameters,
  from: number,
  to: number,
): void => {
  if (config.kind === 'adam') {
    const { beta1, beta2, epsilon } = config
    const keep1 = 1 - beta1
    const keep2 = 1 - beta2
    const scale1 = 1 / (1 - elementary.pow(beta1, steps))
    const scale2 = 1 / (1 - elementary.pow(beta2, steps))
    for (let i = from; i < to; i++) {
      const g = gradW[i]!
      const mean = beta1 * oldM![i]! + keep1 * g
      const square = beta2 * oldV![i]! + keep2 * g * g
      m![i] = mean
      v![i] = square
      nextW[i] = w[i]! - (learningRate * (mean * scale1)) / (Math.sqrt(square * scale2) + epsilon)
    }
  } else if (config.momentum > 0) {
    for (let i = from; i < to; i++) {
      const velocity = config.momentum * oldM![i]! + gradW[i]!
      m![i] = velocity
      nextW[i] = w[i]! - learningRate * velocity
    }
  } else for (let i = from; i < to; i++) nextW[i] = w[i]! - learningRate * gradW[i]!
}
