import { InputError } from '@h2learn/snn-core'
import { checkInteger, checkNumber } from './check-config'

/** A signal over time: T·n values, n of them a timestep. */
export interface DeltaSignal {
  readonly values: ArrayLike<number>
  /** Timesteps. */
  readonly T: number
}

/** How a signal becomes changes. */
export interface DeltaConfig {
  /** Change that makes a spike, above 0, in units of the signal. */
  readonly threshold: number
  /** True (default): a second channel for falling values. False: rising values only. */
  readonly off?: boolean
}

/**
 * Delta modulation: a value spikes when it has moved by the threshold since its last spike (the first step: since 0); the
 * memory then moves by the threshold towards it, at most one spike a step and value.
 * @returns spikes T·C·n bytes of 0 or 1; channel 0 = OFF (falling), 1 = ON (rising), or one channel with `off: false`
 * @throws InputError for a T that does not divide the values, or a threshold that is not above 0
 * Modelling choice: asynchronous delta modulation as neuromorphic sensors do it; the paper takes recorded events.
 */
export const deltaEncode = (
  { values, T }: DeltaSignal,
  { threshold, off = true }: DeltaConfig,
): Uint8Array<ArrayBuffer> => {
  const where = 'deltaEncode'
  checkInteger(where, 'T', T, 1, 1_000_000)
  checkNumber(where, 'threshold', threshold, Number.MIN_VALUE, Number.MAX_VALUE)
  if (values.length === 0 || values.length % T !== 0)
    throw new InputError({ where, expected: `values for ${T} timesteps`, got: `${values.length} values` })
  const n = values.length / T
  const C = off ? 2 : 1
  const spikes = new Uint8Array(T * C * n)
  const memory = new Float64Array(n)
  for (let t = 0; t < T; t++)
    for (let i = 0; i < n; i++) {
      const change = values[t * n + i]! - memory[i]!
      if (change >= threshold) {
        spikes[(t * C + (C - 1)) * n + i] = 1
        memory[i]! += threshold
      } else if (-change >= threshold) {
        if (off) spikes[t * C * n + i] = 1
        memory[i]! -= threshold
      }
    }
  return spikes
}
