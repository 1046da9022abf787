import { accelerator } from '@h2learn/accelerator'
import { type EngineTiming, requireInteger } from '@h2learn/hw'
import { forwardEngine, forwardWhatIf } from '@h2learn/lut-pe'
import { streamEngine } from '@h2learn/pipeline'
import { type Layer, parseNetwork } from '@h2learn/snn-core'
import { backwardEngine, backwardWhatIf } from '@h2learn/sparse-backward'
import { weightUpdateEngine, weightUpdateWhatIf } from '@h2learn/weight-update'

/** The dimensions that Fig. 14 varies: PE rows, PE columns, and lanes (PEs per group in the Backward Engine). */
export type ScalingDimension = 'rows' | 'cols' | 'parallelism'
export type ScalingEngine = 'forward' | 'weightUpdate' | 'backward'

/** The layer on which configurations are compared; the page with the paper's own is missing in our copy. */
export interface ScalingCase {
  /** Input and output channels; default 256. */
  readonly channels?: number
  /** Edge of the map; default 16. */
  readonly size?: number
  /** Shares of zeros in ∇s̃ and ∇ũ; default 0.75 each, as in Fig. 13. */
  readonly outputSparsity?: number
  readonly inputSparsity?: number
  /** How the Forward Engine writes potentials; default compressed. */
  readonly potentials?: 'compressed' | 'dense'
  /** Backward Engine: true leaves only PEs and fill in the way. Default false. */
  readonly idealRates?: boolean
  /** Random tiles averaged; default 40. */
  readonly trials?: number
}

/** One cell of Fig. 14. */
export interface ScalingCell {
  readonly engine: ScalingEngine
  readonly dimension: ScalingDimension
  /** halved: speed of the chosen configuration over that with half; doubled: speed with double over the chosen one. */
  readonly change: 'halved' | 'doubled'
  readonly speedup: number
}

const samples = 4
const T = 10

/** What a configuration with one dimension changed is called by each engine. */
const config = {
  forward: { rows: 64, cols: 16, lanes: 4 },
  weightUpdate: { rows: 10, cols: 128, lanes: 4 },
  backward: { rows: 16, cols: 64, groupSize: 4 },
} as const

const nameOf = (engine: ScalingEngine, dimension: ScalingDimension) =>
  dimension !== 'parallelism' ? dimension : engine === 'backward' ? 'groupSize' : 'lanes'

/** Timing of the layer on an engine with one dimension changed. */
const timing = (
  engine: ScalingEngine,
  changes: Record<string, number>,
  layer: Layer,
  given: Required<ScalingCase>,
): EngineTiming => {
  if (engine === 'forward') {
    const outputDensity = given.potentials === 'dense' ? 1 : 1 - given.outputSparsity
    // a Soma for every column, as Table VII has it
    const all = { ...changes, ...(changes.cols === undefined ? {} : { somas: changes.cols }) }
    return forwardEngine(all).time(forwardWhatIf({ layer, T, B: samples, outputDensity }, all))
  }
  if (engine === 'weightUpdate')
    return weightUpdateEngine(changes).time(weightUpdateWhatIf({ layer, T, B: samples }, changes))
  const { outputSparsity, inputSparsity, trials, idealRates } = given
  const whatIf = { layer, T, B: samples, outputSparsity, inputSparsity, trials }
  const all = { ...changes, idealRates }
  return backwardEngine(all).time(backwardWhatIf(whatIf, all))
}

/** What of a case an engine depends on. */
const decisive = (
  engine: ScalingEngine,
  { outputSparsity, inputSparsity, potentials, idealRates, trials }: ScalingCase,
) =>
  engine === 'forward'
    ? [potentials === 'dense' ? 0 : outputSparsity]
    : engine === 'backward'
      ? [outputSparsity, inputSparsity, idealRates, trials]
      : []

/** Cycles by engine, configuration and case: cases that differ in what an engine does not see share them. */
const known = new Map<string, number>()

/**
 * Fig. 14: throughput of every engine with rows, columns and parallelism halved and doubled, one at a time, the others as in
 * Table VII, behind a memory of 128 GB/s. 18 cells.
 * @throws ConfigError for sizes that are no integers >= 1 or shares outside 0..1
 */
export const engineScaling = (given: ScalingCase = {}): readonly ScalingCell[] => {
  const work: Required<ScalingCase> = {
    channels: 256,
    size: 16,
    outputSparsity: 0.75,
    inputSparsity: 0.75,
    potentials: 'compressed',
    idealRates: false,
    trials: 40,
    ...given,
  }
  const C = requireInteger('engineScaling/channels', work.channels)
  const size = requireInteger('engineScaling/size', work.size)
  const layer = parseNetwork(`${C}C3`, { input: { C, H: size, W: size }, T }).layers[0]!
  const { bytesPerCycle } = accelerator()
  const cyclesOf = (engine: ScalingEngine, changes: Record<string, number>): number => {
    const key = JSON.stringify([engine, changes, C, size, ...decisive(engine, work)])
    const cycles =
      known.get(key) ?? streamEngine(timing(engine, changes, layer, work), bytesPerCycle, bytesPerCycle).cycles
    known.set(key, cycles)
    return cycles
  }
  return (Object.keys(config) as ScalingEngine[]).flatMap((engine) => {
    const chosen = cyclesOf(engine, {})
    return (['rows', 'cols', 'parallelism'] as const).flatMap((dimension): ScalingCell[] => {
      const name = nameOf(engine, dimension)
      const value = (config[engine] as Record<string, number>)[name]!
      return [
        { engine, dimension, change: 'halved', speedup: cyclesOf(engine, { [name]: value / 2 }) / chosen },
        { engine, dimension, change: 'doubled', speedup: chosen / cyclesOf(engine, { [name]: 2 * value }) },
      ]
    })
  })
}
