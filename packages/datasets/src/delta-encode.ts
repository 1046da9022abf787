import { requireObject } from '@h2learn/config'
import { InputError, type Samples } from '@h2learn/snn-core'
import { checkFields, checkInteger, checkNumber } from './check-config'
import { encode } from './rate-encode'

/** A signal of one's own over time, such as a sequence of pictures: T·n values, n of them a timestep. */
export interface DeltaSignal {
  readonly values: ArrayLike<number>
  /** Timesteps. */
  readonly T: number
}

/** How a signal becomes changes. */
export interface DeltaConfig {
  /** Change that makes a spike, above 0, in units of the signal; for samples in units of q/256. */
  readonly threshold: number
  /** True (default): a second channel for falling values. False: rising values only. */
  readonly off?: boolean
}

/** How samples become changes: they are held for T ≥ 1 timesteps. */
export interface DeltaSamplesConfig extends DeltaConfig {
  readonly T: number
}

/**
 * Delta modulation: a value spikes when it has moved by the threshold since its last spike (the first step: since 0); the
 * memory then moves by the threshold towards it, at most one spike a step and value.
 *
 * Samples of pixels, as every encoder takes them, stand still: each shows q/256 for T steps, so that a pixel spikes at the
 * first ⌊q / (256·threshold)⌋ of them. A signal that moves is given as its values.
 * @returns of samples: spikes N·T·2C·H·W, the C channels of OFF (falling), then those of ON (rising), or N·T·C·H·W with
 * `off: false`; of a signal: T·2·n bytes of 0 or 1, channel 0 = OFF, 1 = ON, or T·n
 * @throws InputError for what is neither samples of pixels nor a signal, a T that does not divide the values, or a
 * threshold that is not above 0
 * Modelling choice: asynchronous delta modulation as neuromorphic sensors do it; the paper takes recorded events.
 */
export function deltaEncode(samples: Samples, config: DeltaSamplesConfig): Samples
export function deltaEncode(signal: DeltaSignal, config: DeltaConfig): Uint8Array<ArrayBuffer>
export function deltaEncode(
  input: Samples | DeltaSignal,
  config: DeltaConfig | DeltaSamplesConfig,
): Samples | Uint8Array<ArrayBuffer> {
  requireObject(where, input, 'samples of pixels, or a signal { values, T }')
  const signal = 'values' in input ? input : undefined
  checkFields(where, config, signal ? ['threshold', 'off'] : ['T', 'threshold', 'off'])
  const { threshold, off = true } = config
  checkNumber(where, 'threshold', threshold, Number.MIN_VALUE, Number.MAX_VALUE)
  if (typeof off !== 'boolean') throw new InputError({ where, expected: 'off to be true or false', got: String(off) })
  if (signal === undefined) {
    const { T } = config as DeltaSamplesConfig
    const hold = (pixels: Uint8Array, out: Uint8Array) =>
      changes((i) => pixels[i]! / 256, pixels.length, T, threshold, off, out)
    return encode(where, input as Samples, T, `delta code, threshold ${threshold}`, hold, off ? 2 : 1)
  }
  const { values, T } = signal
  checkInteger(where, 'T', T, 1, 1_000_000)
  if (!(values?.length > 0) || values.length % T !== 0)
    throw new InputError({ where, expected: `values for ${T} timesteps`, got: `${values?.length ?? 'no'} values` })
  const n = values.length / T
  const spikes = new Uint8Array(T * (off ? 2 : 1) * n)
  changes((i, t) => values[t * n + i]!, n, T, threshold, off, spikes)
  return spikes
}

const where = 'deltaEncode'

/** Fills `spikes` (T·1·n or T·2·n, all 0) from the n values of every timestep. */
const changes = (
  value: (i: number, t: number) => number,
  n: number,
  T: number,
  threshold: number,
  off: boolean,
  spikes: Uint8Array,
): void => {
  const C = off ? 2 : 1
  const memory = new Float64Array(n)
  for (let t = 0; t < T; t++)
    for (let i = 0; i < n; i++) {
      const change = value(i, t) - memory[i]!
      if (change >= threshold) {
        spikes[(t * C + (C - 1)) * n + i] = 1
        memory[i]! += threshold
      } else if (-change >= threshold) {
        if (off) spikes[t * C * n + i] = 1
        memory[i]! -= threshold
      }
    }
}
