import { type BackwardConfig, type BackwardMode, skipsOutputs } from './config'
import type { BackwardSweep } from './grid'
import type { TileTally } from './tile-tally'

/** Tiles collected into grid iterations, before Grad and the first scan are added. */
export interface CollectedTiles {
  /** Per grid iteration: cycles of its tiles, Σ C_tile, effectual MACs, windows without a valid input. */
  readonly cycles: Float64Array
  readonly busiestCycles: Float64Array
  readonly effectualMacs: Float64Array
  readonly emptyWindows: Float64Array
  /** PE-cycles of windows; multiplications; Σ over groups of their busiest PE; C_tile × PEs that have a channel. */
  readonly busy: number
  readonly performed: number
  readonly groupBusiest: number
  readonly usedBusiest: number
  /** (C_tile + fill) × PEs that have a channel. */
  readonly usedSteps: number
  /** Tiles; cycles they waited for scanning and for draining. */
  readonly steps: number
  readonly scan: number
  readonly acc: number
  readonly validOutputs: number
  readonly computedOutputs: number
  readonly accAdds: number
}

type Totals = { -readonly [Name in keyof CollectedTiles]: CollectedTiles[Name] }

/** True when the engine has output finders and their rate counts. */
export const countsScans = (config: BackwardConfig, mode: BackwardMode): boolean =>
  !config.idealRates && skipsOutputs(mode)

/**
 * Collects tiles into grid iterations. A tile costs max(C_tile + fill, rows of the next tile to scan,
 * ⌈outputs of the fullest column / 4⌉ to drain) (edge rule 11); `config.idealRates` leaves only C_tile + fill.
 * @param draws random tiles added for each real one: everything is divided by it (a what-if)
 */
export const collectTiles = (
  config: BackwardConfig,
  mode: BackwardMode,
  sweeps: readonly BackwardSweep[],
  draws = 1,
) => {
  const rowBlocks = sweeps[0].rows.length
  const perIteration = () => new Float64Array(sweeps.length * rowBlocks)
  const scans = countsScans(config, mode)
  const sum: Totals = {
    cycles: perIteration(),
    busiestCycles: perIteration(),
    effectualMacs: perIteration(),
    emptyWindows: perIteration(),
    busy: 0,
    performed: 0,
    groupBusiest: 0,
    usedBusiest: 0,
    usedSteps: 0,
    steps: 0,
    scan: 0,
    acc: 0,
    validOutputs: 0,
    computedOutputs: 0,
    accAdds: 0,
  }
  return {
    /** Adds `times` tiles like this one to row block `row` of a sweep; `nextRows`: height of the tile that follows. */
    add: (sweep: number, row: number, tile: TileTally, nextRows: number, times = 1): void => {
      const i = sweep * rowBlocks + row
      const { rows, cols } = sweeps[sweep]
      const high = rows[row].to - rows[row].from
      const used = high * (cols.to - cols.from) * config.groupSize
      const compute = tile.busiest + config.fill
      const scan = scans ? nextRows : 0
      const drain = config.idealRates ? 0 : Math.ceil(tile.fullestColumn / config.groupSize)
      const step = Math.max(compute, scan, drain)
      sum.cycles[i] += times * step
      sum.busiestCycles[i] += times * tile.busiest
      sum.effectualMacs[i] += times * tile.effectual
      sum.emptyWindows[i] += times * tile.emptyWindows
      if (step > compute) sum[scan === step ? 'scan' : 'acc'] += times * (step - compute)
      sum.busy += times * tile.busy
      sum.performed += times * tile.performed
      sum.groupBusiest += times * tile.groupBusiest
      sum.usedBusiest += times * used * tile.busiest
      sum.usedSteps += times * used * compute
      sum.steps += times
      sum.validOutputs += times * tile.validOutputs
      sum.computedOutputs += times * tile.computedOutputs
      sum.accAdds += times * tile.computedOutputs * high
    },
    /** What was added, per real tile. */
    collected: (): CollectedTiles =>
      Object.fromEntries(
        Object.entries(sum).map(([name, value]) => [
          name,
          typeof value === 'number' ? value / draws : value.map((n) => n / draws),
        ]),
      ) as unknown as CollectedTiles,
  }
}
