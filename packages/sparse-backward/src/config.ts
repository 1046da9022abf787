import { type ConfigOf, flag, integer, number, readFields } from '@h2learn/config'
import { CapacityError } from '@h2learn/hw'

/** Which zeros a Backward Engine skips: the paper's engine both kinds, its baselines of Fig. 13 one kind or none. */
export type BackwardMode = (typeof backwardModes)[number]

/** The modes, the paper's first. */
export const backwardModes = ['both', 'dense', 'input', 'output'] as const

/** True for engines that have Effectual Output Finders. */
export const skipsOutputs = (mode: BackwardMode): boolean => mode === 'both' || mode === 'output'

/** True for engines whose PEs skip zero gradients. */
export const skipsInputs = (mode: BackwardMode): boolean => mode === 'both' || mode === 'input'

/** Every field of a Backward Engine (Table VII; Fig. 7, 8). */
export const backwardFields = {
  rows: integer(16, { max: 65536, doc: 'PE groups along the channels of ∇u of the layer above' }),
  cols: integer(64, {
    max: 65536,
    doc: 'PE groups along the channels of the spikes below; each column has an Effectual Output Finder, an Acc and a Grad unit',
  }),
  groupSize: integer(4, {
    max: 4096,
    doc: 'PEs of a group = Output ID Buffers of a column = outputs the Acc of a column drains per cycle',
  }),
  tile: integer(8, { max: 1024, unit: 'neurons', doc: 'edge of a tile of ∇s (modelling choice)' }),
  minCycles: integer(1, {
    min: 0,
    max: 2,
    unit: 'cycles',
    doc: 'what an output costs at least, however few valid inputs its window has (modelling choice)',
  }),
  fill: integer(4, {
    min: 0,
    max: 1024,
    unit: 'cycles',
    doc: 'added to every tile (ID decode, tag, encode, MAC); calibrated on the speed-up at 75 % and 75 % sparsity',
  }),
  tMax: integer(10, {
    max: 65536,
    unit: 'timesteps',
    doc: 'timesteps of one grid iteration; more run in blocks, ∇u carried from the later to the earlier',
  }),
  kernel: integer(3, {
    max: 255,
    odd: true,
    doc: 'kernel the buffers of a PE are laid out for: sets the size of gradient tile and weight buffers',
  }),
  glbKiB: number(4840.5, { above: 0, max: 2 ** 30, unit: 'KiB', doc: 'global buffer' }),
  requireFit: flag(false, { doc: 'refuse a layer whose buffers do not fit, in place of reporting what it needs' }),
  idealRates: flag(false, {
    doc: 'scanning, Acc and Grad never bound a tile, the first loads are free and ID buffers single, as in the throughput study',
  }),
  fullSizeStorage: flag(false, {
    doc: '∇u of a pooled layer lies in memory at the size before pooling, as in the throughput study',
  }),
} as const

/** Geometry and rates of a Backward Engine. */
export type BackwardConfig = ConfigOf<typeof backwardFields>

/**
 * The paper's configuration (Table VII) with the given changes.
 * @throws ConfigError for a field that does not exist, or a value out of its range
 */
export const backwardConfig = (changes: Partial<BackwardConfig> = {}): BackwardConfig =>
  readFields('backward-engine', backwardFields, changes)

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
