import type { Samples } from '@h2learn/snn-core'
import { checkFields, checkInteger } from './check-config'
import { encode } from './rate-encode'

/**
 * Latency code: a pixel spikes once, the brighter the earlier, t = floor((255 − q)·T / 256), and never below `threshold`.
 * @param config T ≥ 1 timesteps; threshold from 1 to 255, default 1: every pixel that is not black spikes
 * @returns spikes N·T·C·H·W
 * @throws InputError for samples that are not pixels, T or threshold out of range
 * Modelling choice: time-to-first-spike, linear in brightness; the paper names no such code.
 */
export const latencyEncode = (
  samples: Samples,
  config: { readonly T: number; readonly threshold?: number },
): Samples => {
  checkFields('latencyEncode', config, ['T', 'threshold'])
  const { T, threshold = 1 } = config
  checkInteger('latencyEncode', 'threshold', threshold, 1, 255)
  return encode('latencyEncode', samples, T, 'latency code', (pixels, out) => {
    for (let p = 0; p < pixels.length; p++) {
      const q = pixels[p]!
      if (q >= threshold) out[Math.floor(((255 - q) * T) / 256) * pixels.length + p] = 1
    }
  })
}
