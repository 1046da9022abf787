import type { Bytes, Cycles, PicoJoules, SquareMillimetres } from './api'
import { ConfigError } from './errors'

const checked = (unit: string, value: number): number => {
  if (!(value >= 0 && value < Infinity))
    throw new ConfigError({ where: `hw/${unit}`, expected: 'a finite number >= 0', got: String(value) })
  return value
}

/** Clock cycles, >= 0. @throws ConfigError for negative, infinite or NaN values. */
export const cycles = (value: number): Cycles => checked('cycles', value) as Cycles
/** Bytes, >= 0. @throws ConfigError for negative, infinite or NaN values. */
export const bytes = (value: number): Bytes => checked('bytes', value) as Bytes
/** Picojoules, >= 0. @throws ConfigError for negative, infinite or NaN values. */
export const picoJoules = (value: number): PicoJoules => checked('picoJoules', value) as PicoJoules
/** Square millimetres, >= 0. @throws ConfigError for negative, infinite or NaN values. */
export const squareMillimetres = (value: number): SquareMillimetres =>
  checked('squareMillimetres', value) as SquareMillimetres

/** ⌈a / b⌉ for non-negative a and positive b. */
export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b)
