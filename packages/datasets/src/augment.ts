import { deriveSeed, rng, type Samples } from '@h2learn/snn-core'
import { blockBytes, checkInteger } from './check-config'

/** How copies of samples differ from the originals. */
export interface AugmentConfig {
  /** Copies of each sample beside the original, from 0. */
  readonly copies: number
  /** Largest shift of a copy in pixels, drawn evenly for each direction; what moves in is background (0). Default 0. */
  readonly shift?: number
  /** Mirror half of the copies left to right; default false. */
  readonly flip?: boolean
  /** Any integer. */
  readonly seed: number
}

/**
 * Training samples with shifted and mirrored copies: all originals first, then the first copy of each, and so on. Shifts are
 * the same for every channel and timestep of a sample. Copy c of sample i depends on (seed, i, c) alone.
 * @throws InputError for settings out of range, or more samples than can be held
 * Modelling choice: the paper names no augmentation; small subsets of a data set need it.
 */
export const augmentSamples = (samples: Samples, { copies, shift = 0, flip = false, seed }: AugmentConfig): Samples => {
  const where = 'augmentSamples'
  const { H, W, C } = samples.shape
  checkInteger(where, 'copies', copies, 0, 1000)
  checkInteger(where, 'shift', shift, 0, Math.min(H, W) - 1)
  checkInteger(where, 'seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  if (copies === 0) return samples
  const { count } = samples
  const planes = samples.T * C
  const size = planes * H * W
  const data = new Uint8Array(blockBytes(where, count * (copies + 1), size))
  data.set(samples.data)
  const labels =
    samples.labels instanceof Uint8Array ? new Uint8Array(count * (copies + 1)) : new Uint16Array(count * (copies + 1))
  labels.set(samples.labels)
  for (let copy = 1; copy <= copies; copy++)
    for (let i = 0; i < count; i++) {
      const random = rng(deriveSeed(seed, 'augment', i, copy))
      const [dx, dy] = [random.below(2 * shift + 1) - shift, random.below(2 * shift + 1) - shift]
      const mirror = flip && random.next() < 0.5
      const at = copy * count + i
      labels[at] = samples.labels[i]!
      for (let plane = 0; plane < planes; plane++) {
        const from = i * size + plane * H * W
        const to = at * size + plane * H * W
        for (let y = Math.max(0, dy); y < Math.min(H, H + dy); y++)
          for (let x = Math.max(0, dx); x < Math.min(W, W + dx); x++) {
            const sourceX = mirror ? W - 1 - (x - dx) : x - dx
            data[to + y * W + x] = samples.data[from + (y - dy) * W + sourceX]!
          }
      }
    }
  const what = [`shifted by up to ${shift} pixels`, ...(flip ? ['half of them mirrored'] : [])].join(', ')
  return {
    ...samples,
    count: count * (copies + 1),
    origin: `${samples.origin}, with ${copies} ${copies === 1 ? 'copy' : 'copies'} of each ${what}`,
    data,
    labels,
  }
}
