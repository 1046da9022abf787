import type { Cycles, PicoJoules } from '@h2learn/hw'
import { ConfigError } from '@h2learn/hw'
import type { Hertz, Seconds, Watts } from './api'

const checked = (unit: string, value: number): number => {
  if (!(value >= 0 && value < Infinity))
    throw new ConfigError({ where: `cost-model/${unit}`, expected: 'a finite number >= 0', got: String(value) })
  return value
}

/** Watts, >= 0. @throws ConfigError for negative, infinite or NaN values. */
export const watts = (value: number): Watts => checked('watts', value) as Watts
/** Seconds, >= 0. @throws ConfigError for negative, infinite or NaN values. */
export const seconds = (value: number): Seconds => checked('seconds', value) as Seconds
/** Hertz, > 0. @throws ConfigError for values that are not positive and finite. */
export const hertz = (value: number): Hertz => {
  if (!(value > 0 && value < Infinity))
    throw new ConfigError({ where: 'cost-model/hertz', expected: 'a finite number > 0', got: String(value) })
  return value as Hertz
}

/** Time that cycles take at a clock: t = cycles / f. The one place where cycles become seconds. */
export const elapsed = (cycles: Cycles, clock: Hertz): Seconds => seconds(cycles / clock)

/** Average power of an energy spent in a time: P = E / t, from pJ and s to W. @throws ConfigError when time is 0. */
export const averagePower = (energy: PicoJoules, time: Seconds): Watts => {
  if (time === 0) throw new ConfigError({ where: 'cost-model/averagePower', expected: 'a time above 0 s', got: '0' })
  return watts((energy * 1e-12) / time)
}
