import { type ConfigOf, flag, integer, integers, number, readFields } from '@h2learn/config'
import { CapacityError } from '@h2learn/hw'

/** Largest sizes that the engines' formulas are meant for; what is larger is taken for a slip (modelling choice). */
const most = { array: 65536, units: 1048576, tile: 1024, time: 65536, samples: 65536, kibibytes: 2 ** 30 } as const

/** Fields that the engines of LUT PEs share, with the defaults of one of them (Table VII). */
export const lutArrayFields = (table7: {
  readonly rows: number
  readonly rowsAre: string
  readonly cols: number
  readonly colsAre: string
  readonly subLutInputs: readonly number[]
  readonly glbKiB: number
}) => ({
  rows: integer(table7.rows, { max: most.array, doc: `PE rows: ${table7.rowsAre}` }),
  cols: integer(table7.cols, { max: most.array, doc: `PE columns: ${table7.colsAre}` }),
  lanes: integer(4, { max: most.array, doc: 'sliding windows a PE takes per cycle (section V-B)' }),
  subLutInputs: integers(table7.subLutInputs, {
    max: 12,
    most: 64,
    doc: 'inputs folded by each sub-LUT of a PE, which has 2^n entries for n of them',
  }),
  tile: integer(8, { max: most.tile, unit: 'neurons', doc: 'edge of a tile (modelling choice)' }),
  subBatch: integer(4, { max: most.samples, unit: 'samples', doc: 'largest sub-batch (section IV-C)' }),
  shadowLut: flag(false, { doc: 'a second copy of the sub-LUTs hides their filling and pays the bits' }),
  glbKiB: number(table7.glbKiB, { above: 0, max: most.kibibytes, unit: 'KiB', doc: 'global buffer' }),
  requireFit: flag(false, { doc: 'refuse a layer whose buffers do not fit, in place of reporting what it needs' }),
})

/** Every field of the Forward Engine; the defaults are Table VII's where it prints them. */
export const forwardEngineFields = {
  ...lutArrayFields({
    rows: 64,
    rowsAre: 'input channels of one grid iteration',
    cols: 16,
    colsAre: 'output channels of one grid iteration',
    subLutInputs: [3, 3, 3],
    glbKiB: 503,
  }),
  somas: integer(16, { max: most.units, doc: 'Soma units, each of `lanes` neurons per cycle (section III)' }),
  tMax: integer(10, { max: most.time, unit: 'timesteps', doc: 'timesteps of one grid iteration' }),
} as const

/** Geometry of the Forward Engine. */
export type ForwardEngineConfig = ConfigOf<typeof forwardEngineFields>

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
 * @throws ConfigError for a field that does not exist, or a value out of its range
 */
export const forwardEngineConfig = (given: Partial<ForwardEngineConfig> = {}): ForwardEngineConfig =>
  readFields('forward-engine', forwardEngineFields, given)
