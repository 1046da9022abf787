import { calibrate } from '@h2learn/accelerator'
import {
  clockEnergy,
  leakageEnergy,
  leakagePower,
  type PricedPart,
  type PriceTable,
  priceArea,
  priceEnergy,
  type Seconds,
  type Tally,
} from '@h2learn/cost-model'
import { cycles } from '@h2learn/hw'
import {
  type BackwardConfig,
  type BackwardMode,
  type BackwardPeCycles,
  backwardConfig,
  backwardEngine,
  backwardTileActivity,
  backwardWhatIf,
  denseBackwardEngine,
  inputSparseBackwardEngine,
  outputSparseBackwardEngine,
} from '@h2learn/sparse-backward'
import { paper } from '../published'
import { designPrices, referenceLayer } from './prices'

/** The four Backward Engines of Fig. 13, the baseline first. */
const comparedModes = ['dense', 'input', 'output', 'both'] as const satisfies readonly BackwardMode[]

const engineOf = {
  dense: denseBackwardEngine,
  input: inputSparseBackwardEngine,
  output: outputSparseBackwardEngine,
  both: backwardEngine,
} as const

/** Sparsities and random tiles of a comparison of Backward Engines. */
export interface BackwardCase {
  /** Shares of zeros in ∇s̃ and ∇ũ, 0..1; the paper compares at 0.75 and 0.75. */
  readonly outputSparsity: number
  readonly inputSparsity: number
  /** Random tiles averaged; default 200. */
  readonly trials?: number
  readonly seed?: number
}

/** Area of a Backward Engine by what it is for, mm2, `k_area` included (calibrated). */
export interface BackwardAreaSplit {
  /** MACs, their registers and the Acc adders. */
  readonly peArray: number
  /** Partial sums, gradient tiles and weight buffers of the PEs. */
  readonly peBuffers: number
  /** Both kinds of finders and the ID buffers. */
  readonly finders: number
  readonly grad: number
  readonly glb: number
  readonly total: number
}

/** Energy of one tile of the full array by what it is for, pJ, `k_energy` included (calibrated). */
export interface BackwardEnergySplit {
  /** Multiplications, additions and the register files around them. */
  readonly macs: number
  readonly acc: number
  readonly finders: number
  readonly glbAccesses: number
  readonly glbLeakage: number
  readonly logicLeakage: number
  /** Ungated clocks; 0 under the default choices. */
  readonly clock: number
  readonly total: number
}

/** One Backward Engine on the reference layer, beside the dense one. */
export interface BackwardDesignPoint {
  readonly mode: BackwardMode
  readonly groupSize: number
  readonly tile: number
  readonly area_mm2: BackwardAreaSplit
  /** Mean cycles of a tile of the full array, fill included, with nothing but its PEs in the way. */
  readonly tileCycles: number
  readonly tileEnergy_pJ: BackwardEnergySplit
  /** Cycles of the reference layer for a sub-batch: PEs and fill alone, and with the rates of finders, Acc and Grad. */
  readonly layerCycles: number
  readonly layerCyclesWithRates: number
  /** Dense over this engine; the dense one has the same geometry. */
  readonly speedup: number
  readonly speedupWithRates: number
  readonly energySaving: number
  /** Where the PE-cycles of the reference layer go, rates included. */
  readonly peCycles: BackwardPeCycles
}

const kinds: readonly (readonly [keyof Omit<BackwardAreaSplit, 'total'>, RegExp])[] = [
  ['peArray', /^(mac|acc|pipe)\./],
  ['peBuffers', /^(psum|gradTile|weightBuffer)\./],
  ['finders', /^(inputFinder|outputFinder|idBuffer)/],
  ['grad', /^grad\./],
  ['glb', /^glb\./],
]

const areaSplit = (parts: Tally<PricedPart>, prices: PriceTable): BackwardAreaSplit => {
  const { byPart, total } = priceArea(parts, prices, calibrate(prices).kArea)
  const of = (kind: RegExp) =>
    Object.entries<number | undefined>(byPart)
      .filter(([name]) => kind.test(name))
      .reduce((sum, [, area]) => sum + (area ?? 0), 0)
  const split = Object.fromEntries(kinds.map(([name, kind]) => [name, of(kind)])) as Omit<BackwardAreaSplit, 'total'>
  return { ...split, total }
}

/** Energy and cycles of one tile of the full array. */
const tileOf = (mode: BackwardMode, work: BackwardCase, config: Partial<BackwardConfig>, prices: PriceTable) => {
  const { counts, cycles: taken, tiles } = backwardTileActivity(mode, { trials: 200, ...work }, config)
  const { parts } = engineOf[mode](config)
  const { kEnergy } = calibrate(prices)
  const spent = priceEnergy(counts, prices, kEnergy).byAction
  const of = (kind: RegExp) =>
    Object.entries<number | undefined>(spent)
      .filter(([name]) => kind.test(name))
      .reduce((sum, [, energy]) => sum + (energy ?? 0), 0) / tiles
  const leak = leakagePower(parts, prices)
  const time = (taken / tiles / paper.chip.clock.value) as Seconds
  const split = {
    macs: of(/^(mac|gradTile|weightBuffer|psum)\./),
    acc: of(/^acc\./),
    finders: of(/^(inputFinder|outputFinder)\./),
    glbAccesses: of(/^glb\./),
    glbLeakage: leakageEnergy(leak.buffers, time),
    logicLeakage: leakageEnergy(leak.logic, time),
    clock: clockEnergy(parts, cycles(taken), prices, kEnergy) / tiles,
  }
  const total = Object.values(split).reduce((sum, energy) => sum + energy, 0)
  return { tileCycles: taken / tiles, energy: { ...split, total } }
}

const layerOf = (mode: BackwardMode, work: BackwardCase, config: Partial<BackwardConfig>) => {
  const { layer, T } = referenceLayer()
  const whatIf = { trials: 200, ...work, layer, T, B: 4 }
  const latency = (idealRates: boolean) => {
    const known = backwardWhatIf(whatIf, { ...config, idealRates }, mode)
    return { cycles: known.iterations.cycles.reduce((sum, n) => sum + n, 0), peCycles: known.peCycles }
  }
  return { ideal: latency(true), real: latency(false) }
}

/**
 * One Backward Engine against the dense one of the same geometry, on random masks of the given sparsity.
 * @param config differences from Table VII
 * @throws ConfigError for an impossible geometry or a share outside 0..1
 */
export const backwardDesignPoint = (
  mode: BackwardMode,
  work: BackwardCase,
  config: Partial<BackwardConfig> = {},
  prices: PriceTable = designPrices(),
): BackwardDesignPoint => {
  const sideOf = (which: BackwardMode) => ({
    tile: tileOf(which, work, config, prices),
    layer: layerOf(which, work, config),
  })
  const [own, dense] = [sideOf(mode), sideOf('dense')]
  const { groupSize, tile } = backwardConfig(config)
  return {
    mode,
    groupSize,
    tile,
    area_mm2: areaSplit(engineOf[mode](config).parts, prices),
    tileCycles: own.tile.tileCycles,
    tileEnergy_pJ: own.tile.energy,
    layerCycles: own.layer.ideal.cycles,
    layerCyclesWithRates: own.layer.real.cycles,
    speedup: dense.layer.ideal.cycles / own.layer.ideal.cycles,
    speedupWithRates: dense.layer.real.cycles / own.layer.real.cycles,
    energySaving: dense.tile.energy.total / own.tile.energy.total,
    peCycles: own.layer.real.peCycles,
  }
}

/** Fig. 13(b): the four engines on the reference layer, dense first. */
export const backwardVariants = (
  work: BackwardCase,
  config: Partial<BackwardConfig> = {},
  prices: PriceTable = designPrices(),
): readonly BackwardDesignPoint[] => comparedModes.map((mode) => backwardDesignPoint(mode, work, config, prices))

/** Fig. 13(a): PEs per group, with areas; the paper has 4. */
export const backwardGroupSizes = (
  work: BackwardCase,
  groupSizes: readonly number[] = [1, 2, 4, 8, 16],
  prices: PriceTable = designPrices(),
): readonly BackwardDesignPoint[] =>
  groupSizes.map((groupSize) => backwardDesignPoint('both', work, { groupSize }, prices))

/** Tile sizes side by side with what each implies: buffers in the PEs and so area, cycles, speed-up, energy. */
export const backwardTileSizes = (
  work: BackwardCase,
  tiles: readonly number[] = [4, 8, 16],
  prices: PriceTable = designPrices(),
): readonly BackwardDesignPoint[] => tiles.map((tile) => backwardDesignPoint('both', work, { tile }, prices))
