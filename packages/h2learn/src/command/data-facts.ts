import type { Samples } from '@h2learn/snn-core'

/** Facts of a part of a data set: lines to print, and the same as JSON. */
export interface Facts {
  readonly title: string
  readonly facts: Readonly<Record<string, string | number>>
  readonly histograms?: Readonly<Record<string, readonly number[]>>
}

/** Samples of each label. */
export const labelCounts = (labels: ArrayLike<number>, classes: number): number[] => {
  const counts = new Array<number>(classes).fill(0)
  for (let i = 0; i < labels.length; i++) counts[labels[i]!]!++
  return counts
}

/** What a block of samples holds. */
export const sampleFacts = (title: string, samples: Samples): Facts => {
  const { C, H, W } = samples.shape
  const { data } = samples
  const values = new Array<number>(samples.kind === 'pixels' ? 16 : 2).fill(0)
  let [sum, zeros] = [0, 0]
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!
    sum += value
    if (value === 0) zeros++
    values[samples.kind === 'pixels' ? value >> 4 : value]!++
  }
  return {
    title,
    facts: {
      samples: samples.count,
      shape: `${samples.kind === 'spikes' ? `${samples.T}x` : ''}${C}x${H}x${W}`,
      classes: samples.classes,
      labels: labelCounts(samples.labels, samples.classes).slice(0, 20).join(' '),
      ...(samples.kind === 'pixels'
        ? { mean: sum / data.length, zero_share: zeros / data.length }
        : { density: sum / data.length }),
    },
    ...(samples.kind === 'pixels' && { histograms: { 'pixel values, 16 a bin': values } }),
  }
}
