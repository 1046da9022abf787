import { elementary } from '@h2learn/elementary'
/**
 * Cross-entropy of softmax(scores) with one-hot targets, which `smoothing` mixes with the uniform distribution:
 * L = −Σ_k y_k · log softmax(scores)_k, y_k = (1 − smoothing) · [k = label] + smoothing / classes; mean over the batch.
 * @param scores B × classes
 * @returns the samples' share of the mean loss, and ∂L/∂scores = (softmax − y) / batch
 */
export const crossEntropy = (
  scores: Float64Array,
  labels: ArrayLike<number>,
  batch: number,
  smoothing: number,
): { readonly loss: number; readonly gradient: Float64Array } => {
  const classes = scores.length / labels.length
  const gradient = new Float64Array(scores.length)
  let loss = 0
  for (let b = 0; b < labels.length; b++) {
    const own = scores.subarray(b * classes, (b + 1) * classes)
    const most = own.reduce((a, n) => Math.max(a, n))
    const total = own.reduce((sum, n) => sum + elementary.exp(n - most), 0)
    let expected = 0
    for (let k = 0; k < classes; k++) {
      const target = (1 - smoothing) * (labels[b] === k ? 1 : 0) + smoothing / classes
      expected += target * (own[k] - most)
      gradient[b * classes + k] = (elementary.exp(own[k] - most) / total - target) / batch
    }
    loss += elementary.log(total) - expected
  }
  return { loss: loss / batch, gradient }
}
