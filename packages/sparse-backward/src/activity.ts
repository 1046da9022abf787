import { type Counts, type Cycles, cycles } from '@h2learn/hw'
import { type BackwardAction, backwardCounts, backwardUnits, registerEntries } from './array'
import { type BackwardConfig, type BackwardMode, backwardConfig, skipsInputs, skipsOutputs } from './config'
import { backwardWhatIf } from './what-if'

/** What the full array does in one grid iteration of T_max × 4 tiles, without Grad: the basis of energy comparisons. */
export interface BackwardActivity {
  readonly counts: Counts<BackwardAction>
  /** Cycles of all the tiles. */
  readonly cycles: Cycles
  /** Tiles in the grid iteration; counts and cycles divided by it are those of one tile. */
  readonly tiles: number
}

const samplesPerSubBatch = 4

/**
 * One grid iteration of the full array on interior tiles, its tiles costing `tileCycles` each.
 * Per tile of P outputs (`calibration/calibrate.py` be_energy): k²·P MACs per row and column, times the densities the
 * engine exploits; one Acc addition per computed output and row; global buffer: gradient tile with halo, weights once
 * per grid iteration, partial sums in and out, fills.
 */
const activityOf = (
  config: BackwardConfig,
  mode: BackwardMode,
  tileCycles: number,
  outputDensity: number,
  inputDensity: number,
): BackwardActivity => {
  const { rows, cols, tile, tMax, kernel, groupSize } = config
  const { gradTile } = registerEntries(config)
  const tiles = tMax * samplesPerSubBatch
  const whole = Math.round
  const outputs = tiles * tile * tile * (skipsOutputs(mode) ? outputDensity : 1)
  const macs = whole(outputs * rows * cols * kernel * kernel * (skipsInputs(mode) ? inputDensity : 1))
  const weights = 2 * kernel * kernel * rows * cols
  const psums = whole(2 * cols * outputs)
  const busy = tileCycles * tiles
  return {
    tiles,
    cycles: cycles(busy),
    counts: backwardCounts(config, backwardUnits(config, mode), {
      scannedRows: 0,
      finderCycles: mode === 'dense' ? 0 : whole(busy * rows * cols * groupSize),
      macs: { performed: macs },
      accAdds: whole(outputs * rows * cols),
      poolScales: 0,
      gradUpdates: 0,
      glb: {
        readBytes: tiles * 2 * rows * gradTile + weights + psums,
        writtenBytes: tiles * 2 * rows * tile * tile + weights + psums,
      },
    }),
  }
}

/** Cycles of one full tile of the dense array: ⌈P / groupSize⌉·k² + fill. */
const denseTileCycles = ({ tile, groupSize, kernel, fill }: BackwardConfig) =>
  Math.ceil((tile * tile) / groupSize) * kernel * kernel + fill

/**
 * The dense array at full work: the activity behind the chip's printed power in the fit of `k_energy`
 * (`cost-model.md` section 5, an assumption there).
 */
export const busyBackwardActivity = (changes: Partial<BackwardConfig> = {}): BackwardActivity => {
  const config = backwardConfig(changes)
  return activityOf(config, 'dense', denseTileCycles(config), 1, 1)
}

/**
 * Activity of the full array on random masks, for the energies of Fig. 13: counts from the sparsities, cycles from
 * random tiles (`backwardWhatIf`).
 * @param whatIf shares of zeros 0..1; seed and trials of the random tiles
 */
export const backwardTileActivity = (
  mode: BackwardMode,
  whatIf: {
    readonly outputSparsity: number
    readonly inputSparsity: number
    readonly seed?: number
    readonly trials?: number
  },
  changes: Partial<BackwardConfig> = {},
): BackwardActivity => {
  const config = backwardConfig(changes)
  const { outputSparsity, inputSparsity, ...draws } = whatIf
  return activityOf(
    config,
    mode,
    mode === 'dense'
      ? denseTileCycles(config)
      : fullTileCycles(config, mode, { outputSparsity, inputSparsity, ...draws }),
    1 - outputSparsity,
    1 - inputSparsity,
  )
}

/** Mean cycles of one interior tile of the full array, fill included. */
const fullTileCycles = (
  config: BackwardConfig,
  mode: BackwardMode,
  whatIf: { readonly outputSparsity: number; readonly inputSparsity: number },
): number => {
  const { tile, rows, cols, kernel } = config
  const map = { H: tile, W: tile, convH: tile, convW: tile, outH: tile, outW: tile }
  const layer = {
    name: 'one tile',
    index: 1,
    kind: 'conv',
    encoding: false,
    C: cols,
    K: rows,
    R: kernel,
    S: kernel,
    stride: 1,
    padding: (kernel - 1) / 2,
    currentPool: 1,
    spikePool: 1,
    ...map,
  } as const
  const work = backwardWhatIf({ ...whatIf, layer, T: 1, B: 1 }, { ...config, idealRates: true }, mode)
  return work.iterations.cycles[0]
}
