import { deriveSeed, rng, type Samples } from '@h2learn/snn-core'
import { blockBytes, checkFields, checkInteger, checkNumber, checkPixels, checkWord } from './check-config'

/**
 * Rate code: pixel q spikes at every timestep with probability p = min(1, gain·q/256), each step drawn alone, so that the
 * mean over time tends to the value q/256 that an encoding layer would read. Deterministic: at step t when ⌊(t+1)·p⌋ > ⌊t·p⌋,
 * evenly spaced, ⌊T·p⌋ spikes in all.
 * @param config T ≥ 1 timesteps; seed any integer; gain from 0 to 16, default 1; mode bernoulli (default) or deterministic
 * @returns spikes N·T·C·H·W; sample i depends on its pixels and (seed, i) alone
 * @throws InputError for samples that are not pixels, T, seed or gain out of range
 * Modelling choice: the paper feeds pixels to an encoding layer; this is the usual Bernoulli rate code for comparison.
 */
export const rateEncode = (
  samples: Samples,
  config: {
    readonly T: number
    readonly seed: number
    readonly gain?: number
    readonly mode?: 'bernoulli' | 'deterministic'
  },
): Samples => {
  checkFields('rateEncode', config, ['T', 'seed', 'gain', 'mode'])
  const { T, seed, gain = 1, mode = 'bernoulli' } = config
  checkWord('rateEncode', 'mode', mode, ['bernoulli', 'deterministic'])
  checkInteger('rateEncode', 'seed', seed, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
  checkNumber('rateEncode', 'gain', gain, 0, 16)
  if (mode === 'deterministic')
    return encode('rateEncode', samples, T, 'deterministic rate code', (pixels, out) => {
      for (let t = 0; t < T; t++)
        for (let p = 0; p < pixels.length; p++) {
          const rate = Math.min(1, (gain * pixels[p]!) / 256)
          if (Math.floor((t + 1) * rate) > Math.floor(t * rate)) out[t * pixels.length + p] = 1
        }
    })
  return encode('rateEncode', samples, T, `rate code, seed ${seed}`, (pixels, out, n) => {
    const { next } = rng(deriveSeed(seed, 'rate', n))
    for (let t = 0; t < T; t++)
      for (let p = 0; p < pixels.length; p++)
        if (pixels[p]! > 0 && next() < (gain * pixels[p]!) / 256) out[t * pixels.length + p] = 1
  })
}

/**
 * Makes spike samples of pixel samples, one after the other.
 * @param channels of spikes for each channel of pixels
 * @throws InputError for samples that are not pixels, or a bad T
 */
export const encode = (
  where: string,
  samples: Samples,
  T: number,
  how: string,
  one: (pixels: Uint8Array, out: Uint8Array, n: number) => void,
  channels = 1,
): Samples => {
  checkInteger(where, 'T', T, 1, 1_000_000)
  checkPixels(where, samples)
  const { count, shape } = samples
  const pixels = shape.C * shape.H * shape.W
  const spikes = T * channels * pixels
  const data = new Uint8Array(blockBytes(where, count, spikes))
  for (let n = 0; n < count; n++)
    one(samples.data.subarray(n * pixels, (n + 1) * pixels), data.subarray(n * spikes, (n + 1) * spikes), n)
  const C = channels * shape.C
  return { ...samples, kind: 'spikes', T, shape: { ...shape, C }, origin: `${samples.origin}, ${how}`, data }
}
