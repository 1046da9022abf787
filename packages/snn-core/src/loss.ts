import type { Loss } from './api'
import { crossEntropy } from './cross-entropy'
import { ShapeError } from './errors'

type LossWork = Parameters<Loss['evaluate']>[0]

/** B and classes of a loss's work, checked. */
const extent = (where: string, spikeCounts: Int32Array, labels: ArrayLike<number>) => {
  const B = labels.length
  const classes = spikeCounts.length / B
  if (B < 1 || !Number.isInteger(classes) || classes < 1)
    throw new ShapeError({
      where,
      expected: 'spike counts of B × classes for B labels',
      got: `${spikeCounts.length} counts for ${B} labels`,
    })
  for (let b = 0; b < B; b++)
    if (!(Number.isInteger(labels[b]) && labels[b] >= 0 && labels[b] < classes))
      throw new ShapeError({
        where,
        expected: `labels in 0..${classes - 1}`,
        got: `${labels[b]} for sample ${b}`,
        hint: 'the last layer needs one neuron per class',
      })
  return { B, classes }
}

/**
 * Rate coding: mean over batch × classes of (r − y)², r = Σ_t s_t / T, y one-hot.
 * ∂L/∂s_t = 2 · (r − y) / (B·K·T) at every t, B the whole batch group. (h2learn section 1.)
 */
export const rateMse: Loss = {
  kind: 'rate-mse',
  evaluate: ({ spikeCounts, labels, T, batch }: LossWork) => {
    const { B, classes } = extent('rateMse', spikeCounts, labels)
    const gradOutput = new Float64Array(B * classes)
    let loss = 0
    for (let b = 0; b < B; b++)
      for (let k = 0; k < classes; k++) {
        const error = spikeCounts[b * classes + k] / T - (labels[b] === k ? 1 : 0)
        loss += error * error
        gradOutput[b * classes + k] = (2 * error) / (batch * classes * T)
      }
    return { loss: loss / (batch * classes), gradOutput }
  },
}

/**
 * Cross-entropy on spike counts: mean over the batch of −log softmax(n)[label], n = Σ_t s_t.
 * ∂L/∂s_t = (softmax(n) − y) / B at every t. An option beside the paper's rate coding.
 */
export const countCrossEntropy: Loss = {
  kind: 'count-cross-entropy',
  evaluate: ({ spikeCounts, labels, batch }: LossWork) => {
    extent('countCrossEntropy', spikeCounts, labels)
    const { loss, gradient } = crossEntropy(Float64Array.from(spikeCounts), labels, batch, 0)
    return { loss, gradOutput: gradient }
  },
}

/** The losses by name. */
export const losses: Readonly<Record<Loss['kind'], Loss>> = {
  'rate-mse': rateMse,
  'count-cross-entropy': countCrossEntropy,
}

/**
 * Predicted class of each sample: the output neuron that fired most; of several that did, the one with the highest
 * mean potential over time, and of equal ones the lowest index. Counts tie often at few timesteps, and always going to
 * the lowest index would keep higher classes from being predicted (modelling choice).
 * @param spikeCounts B × classes
 * @param potentials B × classes, each the sum over time of that neuron's potentials (`outputPotentials`); without them
 *   ties go to the lowest index
 * @returns the classes, and how many samples were ties (two or more neurons with the most spikes)
 * @throws ShapeError when the counts are no whole number of samples, or there are not as many potentials
 */
export const predict = (
  spikeCounts: Int32Array,
  classes: number,
  potentials?: Float64Array,
): { readonly labels: Int32Array; readonly ties: number } => {
  const B = spikeCounts.length / classes
  if (!Number.isInteger(B))
    throw new ShapeError({
      where: 'predict',
      expected: `a multiple of ${classes} counts`,
      got: `${spikeCounts.length}`,
    })
  if (potentials !== undefined && potentials.length !== spikeCounts.length)
    throw new ShapeError({
      where: 'predict',
      expected: `${spikeCounts.length} potentials, one a count`,
      got: `${potentials.length}`,
    })
  const labels = new Int32Array(B)
  let ties = 0
  for (let b = 0; b < B; b++) {
    const counts = spikeCounts.subarray(b * classes, (b + 1) * classes)
    const most = counts.reduce((a, n) => Math.max(a, n))
    const first = counts.indexOf(most)
    let best = first
    for (let k = counts.indexOf(most, first + 1); k >= 0; k = counts.indexOf(most, k + 1))
      if (potentials !== undefined && potentials[b * classes + k] > potentials[b * classes + best]) best = k
    labels[b] = best
    if (counts.indexOf(most, first + 1) >= 0) ties++
  }
  return { labels, ties }
}

/**
 * Samples whose ∂L/∂s is exactly zero: with the rate loss those whose output rates equal the target. They add nothing
 * to any gradient, which is where the paper's input sparsity comes from.
 * @param gradOutput B × classes as a loss gives it, unrounded
 */
export const zeroGradientSamples = (gradOutput: Float64Array, classes: number): number => {
  let zero = 0
  for (let from = 0; from < gradOutput.length; from += classes)
    if (gradOutput.subarray(from, from + classes).every((g) => g === 0)) zero++
  return zero
}
