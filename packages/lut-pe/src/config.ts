import { CapacityError, ConfigError, requireInteger } from '@h2learn/hw'
import type { ForwardEngineConfig } from './api'

const table7: ForwardEngineConfig = {
  rows: 64,
  cols: 16,
  lanes: 4,
  subLutInputs: [3, 3, 3],
  somas: 16,
  tile: 8,
  tMax: 10,
  subBatch: 4,
  shadowLut: false,
  glbKiB: 503,
  requireFit: false,
}

/** Largest number of inputs one sub-LUT may fold: 2^12 entries. */
const maxInputs = 12

/**
 * Checks the inputs folded by each sub-LUT of a PE.
 * @throws ConfigError unless there is at least one and each is an integer in 1..12
 */
export const checkSubLutInputs = (where: string, inputs: readonly number[]): void => {
  if (inputs.length > 0 && inputs.every((n) => Number.isInteger(n) && n >= 1 && n <= maxInputs)) return
  throw new ConfigError({
    where: `${where}/subLutInputs`,
    expected: `a list of integers in 1..${maxInputs}, one per sub-LUT`,
    got: JSON.stringify(inputs),
    hint: 'a sub-LUT of n inputs has 2^n entries',
  })
}

/** @throws ConfigError unless the global buffer is a finite size above 0. */
export const checkGlb = (where: string, glbKiB: number): void => {
  if (!(glbKiB > 0 && glbKiB < Infinity))
    throw new ConfigError({ where: `${where}/glbKiB`, expected: 'a finite size above 0', got: String(glbKiB) })
}

/** What a layer needs of an engine's global buffer. */
interface BufferNeed {
  /** Engine and layer. */
  readonly where: string
  readonly bufferBytes: number
}

/**
 * Refuses a layer that does not fit the global buffer, where the configuration asks for that.
 * @throws CapacityError with the need and the capacity in KiB
 */
export const checkBuffer = (
  { glbKiB, requireFit }: { readonly glbKiB: number; readonly requireFit: boolean },
  { where, bufferBytes }: BufferNeed,
): void => {
  if (!requireFit || bufferBytes <= 1024 * glbKiB) return
  throw new CapacityError({
    where: `${where}/buffer`,
    expected: `at most ${glbKiB} KiB, the global buffer`,
    got: `${Math.ceil(bufferBytes / 1024)} KiB, double-buffered`,
    hint: 'raise `glbKiB`, or take smaller tiles, sub-batches or T',
  })
}

/**
 * Fills in Table VII for what is left out and checks the rest.
 * @throws ConfigError for sizes that are not integers >= 1, sub-LUTs outside 1..12 inputs or an impossible buffer
 */
export const forwardEngineConfig = (given: Partial<ForwardEngineConfig> = {}): ForwardEngineConfig => {
  const config = { ...table7, ...given }
  for (const name of ['rows', 'cols', 'lanes', 'somas', 'tile', 'tMax', 'subBatch'] as const)
    requireInteger(`forward-engine/${name}`, config[name])
  checkSubLutInputs('forward-engine', config.subLutInputs)
  checkGlb('forward-engine', config.glbKiB)
  return config
}
