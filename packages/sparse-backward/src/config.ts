import { CapacityError, ConfigError, requireInteger } from '@h2learn/hw'

/** Which zeros a Backward Engine skips: the paper's engine both kinds, its baselines of Fig. 13 one kind or none. */
export type BackwardMode = 'dense' | 'input' | 'output' | 'both'

/** True for engines that have Effectual Output Finders. */
export const skipsOutputs = (mode: BackwardMode): boolean => mode === 'both' || mode === 'output'

/** True for engines whose PEs skip zero gradients. */
export const skipsInputs = (mode: BackwardMode): boolean => mode === 'both' || mode === 'input'

/** Geometry and rates of a Backward Engine (Table VII; Fig. 7, 8). */
export interface BackwardConfig {
  /** PE groups along the channels of ∇u^{l+1}. */
  readonly rows: number
  /** PE groups along the channels of s^l; each column has an Effectual Output Finder, an Acc and a Grad unit. */
  readonly cols: number
  /** PEs of a group = Output ID Buffers of a column = outputs the Acc of a column drains per cycle. */
  readonly groupSize: number
  /** Edge of a tile of ∇s in neurons (8, a modelling choice: cost-model section 6). */
  readonly tile: number
  /** Cycles an output costs at least, however few valid inputs its window has: 0, 1 or 2 (modelling choice). */
  readonly minCycles: number
  /** Cycles added to every tile (ID decode, tag, encode, MAC); calibrated on the paper's speed-up at 75 %/75 %. */
  readonly fill: number
  /** Timesteps one grid iteration holds; more run in several blocks, ∇u carried from the later to the earlier. */
  readonly tMax: number
  /** Kernel the PE's buffers are laid out for (odd): it sets the size of the gradient tile and weight buffers. */
  readonly kernel: number
  /** Global buffer in KiB of 1024 bytes. */
  readonly glbKiB: number
  /** True: a layer whose buffers do not fit is refused; false (default): `bufferBytes` of the work says what it needs. */
  readonly requireFit: boolean
  /**
   * True: scanning, Acc and Grad never bound a tile, the first loads are free, ID buffers are single. These are the
   * assumptions of the throughput study (`cost-model.md` section 6); false adds the rates of edge rule 11.
   */
  readonly idealRates: boolean
  /** True: ∇u of a pooled layer lies in memory at the size before pooling, as in the throughput study. */
  readonly fullSizeStorage: boolean
}

const defaults: BackwardConfig = {
  rows: 16,
  cols: 64,
  groupSize: 4,
  tile: 8,
  minCycles: 1,
  fill: 4,
  tMax: 10,
  kernel: 3,
  glbKiB: 4840.5,
  requireFit: false,
  idealRates: false,
  fullSizeStorage: false,
}

const where = (name: string) => `backward-engine config.${name}`

const inRange = (name: 'minCycles' | 'fill', config: BackwardConfig, max: number) => {
  const value = config[name]
  requireInteger(where(name), value, 0)
  if (value > max)
    throw new ConfigError({ where: where(name), expected: `an integer from 0 to ${max}`, got: String(value) })
}

/**
 * The paper's configuration (Table VII) with the given changes.
 * @throws ConfigError for an unknown name, a size that is not a positive integer, minCycles outside 0..2, fill outside
 *   0..1024, an even kernel, or a buffer size that is not a positive number
 */
export const backwardConfig = (changes: Partial<BackwardConfig> = {}): BackwardConfig => {
  for (const name of Object.keys(changes))
    if (!(name in defaults))
      throw new ConfigError({
        where: 'backward-engine config',
        expected: `one of ${Object.keys(defaults).join(', ')}`,
        got: name,
      })
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  const config: BackwardConfig = { ...defaults, ...Object.fromEntries(given) }
  for (const name of ['rows', 'cols', 'groupSize', 'tile', 'tMax', 'kernel'] as const)
    requireInteger(where(name), config[name])
  inRange('minCycles', config, 2)
  inRange('fill', config, 1024)
  if (config.kernel % 2 === 0)
    throw new ConfigError({ where: where('kernel'), expected: 'an odd kernel', got: String(config.kernel) })
  for (const name of ['requireFit', 'idealRates', 'fullSizeStorage'] as const)
    if (typeof config[name] !== 'boolean')
      throw new ConfigError({ where: where(name), expected: 'true or false', got: String(config[name]) })
  if (!(config.glbKiB > 0 && config.glbKiB < Infinity))
    throw new ConfigError({ where: where('glbKiB'), expected: 'a positive number of KiB', got: String(config.glbKiB) })
  return config
}

/**
 * Refuses a layer that does not fit the global buffer, where the configuration asks for that.
 * @throws CapacityError with the need and the capacity in KiB
 */
export const checkBuffer = (
  { glbKiB, requireFit }: BackwardConfig,
  layer: string,
  { bufferBytes }: { readonly bufferBytes: number },
): void => {
  if (!requireFit || bufferBytes <= 1024 * glbKiB) return
  throw new CapacityError({
    where: `backward-engine ${layer}/buffer`,
    expected: `at most ${glbKiB} KiB, the global buffer`,
    got: `${Math.ceil(bufferBytes / 1024)} KiB, double-buffered`,
    hint: 'raise `glbKiB`, or take smaller tiles, sub-batches or T',
  })
}
