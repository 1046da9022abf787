import { ConfigError } from '@h2learn/hw'
import { type ArrayTile, type SteppedTile, type StepTileConfig, stepTile, type TileCycle } from './step-tile'

/** Every cycle of a tile on the array, and what it came to. */
export interface TileTrace {
  readonly tile: ArrayTile
  readonly groupSize: number
  readonly cycles: readonly TileCycle[]
  readonly result: SteppedTile
}

/**
 * Steps one tile and keeps what every PE did in every cycle. For a tile of recorded masks take `arrayTileOf`.
 * @throws ConfigError as `stepTile`
 */
export const traceTile = (tile: ArrayTile, config: StepTileConfig): TileTrace => {
  const cycles: TileCycle[] = []
  const result = stepTile(tile, config, (cycle) => cycles.push(cycle))
  return { tile, groupSize: config.groupSize, cycles, result }
}

/**
 * A tile's trace as text, one line per cycle: for each PE of one group the output (y,x) it works on and the conv ID it
 * issues (`--` for a cycle without one), how many PEs of the whole array are busy, and what else goes on.
 * @param group row and column of the PE group to show; default the one with the slowest PE
 * @throws ConfigError for a group the array does not have
 */
export const formatTileTrace = (
  { tile, groupSize, cycles, result }: TileTrace,
  group: { readonly row: number; readonly col: number } = slowestGroup(tile, groupSize, result),
): string => {
  const { row, col } = group
  const first = (row * tile.outputs.length + col) * groupSize
  if (!(row in tile.inputs) || !(col in tile.outputs))
    throw new ConfigError({
      where: 'formatTileTrace',
      expected: `a group of ${tile.inputs.length} rows and ${tile.outputs.length} columns`,
      got: `row ${row}, column ${col}`,
    })
  const wide = 9
  const all = tile.inputs.length * tile.outputs.length * groupSize
  const head = ['cycle', ...Array.from({ length: groupSize }, (_, pe) => `PE ${pe}`.padEnd(wide)), 'busy PEs']
  const lines = cycles.map(({ cycle, pes, filling, toScan, toDrain }) => {
    const own = pes.slice(first, first + groupSize).map(({ outputId, convId }) => {
      if (outputId < 0) return '.'.padEnd(wide)
      const at = `${Math.floor(outputId / tile.w)},${outputId % tile.w}`
      return `${at} ${convId < 0 ? '--' : `#${convId}`}`.padEnd(wide)
    })
    const busy = pes.filter(({ outputId }) => outputId >= 0).length
    const draining = toDrain.some((left) => left > 0)
    const notes = [filling && busy === 0 ? 'fill' : '', toScan > 0 ? `scan ${toScan}` : '', draining ? 'drain' : '']
    return [String(cycle).padStart(5), ...own, `${busy}/${all}`, ...notes.filter(Boolean)].join('  ').trimEnd()
  })
  const { peCycles, macs, emptyCycles } = result
  const sum = `${result.cycles} cycles: busiest PE ${peCycles}, ${macs} MACs, ${emptyCycles} cycles for empty windows`
  return [`PE group of row ${row}, column ${col}`, head.join('  '), ...lines, sum].join('\n')
}

const slowestGroup = (tile: ArrayTile, groupSize: number, { busyCycles }: SteppedTile) => {
  const most = busyCycles.reduce((best, cycles, i) => (cycles > busyCycles[best]! ? i : best), 0)
  const group = Math.floor(most / groupSize)
  return { row: Math.floor(group / tile.outputs.length), col: group % tile.outputs.length }
}
