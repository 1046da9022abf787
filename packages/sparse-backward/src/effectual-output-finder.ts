import { ConfigError, type Cycles, cycles, type Unit } from '@h2learn/hw'

/** One column's output tile: ∇s̃ bits in raster order and the potentials stored for the set ones. */
export interface OutputTile {
  readonly h: number
  readonly w: number
  /** h·w bytes, 0 or 1. */
  readonly mask: Uint8Array
  /** One value per set bit, in raster order (what the Soma stored). */
  readonly compressed: ArrayLike<number>
}

export interface EffectualOutputs {
  /** Output ID Buffers: raster positions of the valid outputs, one list per PE of a group. */
  readonly ids: readonly (readonly number[])[]
  /** h·w potentials, 0 where the mask is closed. */
  readonly potentials: Float32Array
}

/**
 * Deals the valid outputs of a tile to `groupSize` buffers in turn: the k-th in raster order goes to buffer k mod g,
 * restarting with every tile (edge rule 12; Fig. 8a shows two buffers).
 */
export const dealOutputIds = (mask: ArrayLike<number>, groupSize: number): number[][] => {
  const ids: number[][] = Array.from({ length: groupSize }, () => [])
  for (let at = 0, k = 0; at < mask.length; at++) if (mask[at]) ids[k++ % groupSize].push(at)
  return ids
}

/** Geometry of one column's Output ID Buffers. */
export interface OutputFinderConfig {
  readonly groupSize: number
  readonly tile: number
  readonly idBuffers?: 1 | 2
}

/** Bits of one set of Output ID Buffers: an ID for every position of a tile, dealt to `groupSize` buffers. */
export const idBufferBits = ({ groupSize, tile }: OutputFinderConfig): number =>
  groupSize * Math.ceil((tile * tile) / groupSize) * Math.max(1, 32 - Math.clz32(tile * tile - 1))

/** What deals a column's outputs to its PEs: the finder, or a baseline's counter over all of them. */
export type OutputFinder = Unit<
  OutputTile,
  EffectualOutputs,
  { readonly rows: number },
  'outputFinder.scan',
  'outputFinder' | 'idBuffer.bit'
>

/**
 * Potentials of a tile, 0 where the mask is closed.
 * @throws ConfigError when a tile does not have one stored potential per set bit
 */
export const expandTile = ({ mask, compressed }: OutputTile): Float32Array => {
  const potentials = new Float32Array(mask.length)
  let k = 0
  for (let at = 0; at < mask.length; at++) if (mask[at]) potentials[at] = compressed[k++]
  if (k !== compressed.length)
    throw new ConfigError({
      where: 'effectual-output-finder',
      expected: `${k} potentials, one per set bit`,
      got: String(compressed.length),
    })
  return potentials
}

/**
 * Effectual Output Finder of one column (Fig. 8a): scans ∇s̃ one tile row per cycle, deals the IDs of valid outputs to
 * the Output ID Buffers, and expands the compressed potentials for the Grad unit. The rate is a modelling choice
 * (edge rule 11).
 * @param config groupSize ≥ 1 buffers; tile ≥ 1 rows and columns at most; idBuffers 2 (default) when scanning runs one tile
 *   ahead, else 1
 * @throws ConfigError when a tile does not have one stored potential per set bit
 */
export const effectualOutputFinder = ({ groupSize, tile, idBuffers = 2 }: OutputFinderConfig) => {
  return {
    name: 'effectual output finder',
    run: (input: OutputTile): EffectualOutputs => ({
      ids: dealOutputIds(input.mask, groupSize),
      potentials: expandTile(input),
    }),
    measure: ({ h }: OutputTile) => ({ rows: h }),
    time: ({ rows }: { readonly rows: number }): { latency: Cycles; interval: Cycles } => ({
      latency: cycles(rows),
      interval: cycles(rows),
    }),
    count: ({ rows }: { readonly rows: number }) => ({ 'outputFinder.scan': rows }),
    parts: { outputFinder: 1, 'idBuffer.bit': idBuffers * idBufferBits({ groupSize, tile }) },
  } satisfies OutputFinder
}
