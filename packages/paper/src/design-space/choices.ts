import { type AnalyticAssumptions, analyticAccelerator, studyAssumptions } from '@h2learn/accelerator'
import type { ForwardEngineConfig } from '@h2learn/lut-pe'
import type { BackwardConfig, BackwardMode } from '@h2learn/sparse-backward'
import type { WeightUpdateEngineConfig } from '@h2learn/weight-update'
import { type AnalyticBenchmarkOptions, analyticBenchmark } from '../benchmark'
import type { Benchmark } from '../published'
import { backwardDesignPoint } from './backward'
import { lutDesignPoint } from './lut'

/** One modelling choice of the engines, set otherwise than by default. */
export interface EngineChoice {
  /** What is set otherwise. */
  readonly choice: string
  readonly tile?: number
  readonly shadowLut?: boolean
  readonly backward?: Partial<BackwardConfig>
  readonly backwardMode?: BackwardMode
  readonly assume?: AnalyticAssumptions
  readonly pooling?: 'current' | 'spikes'
  readonly halo?: 'interior' | 'padded'
}

/** The engines' share of the headline figures under one set of choices. Nothing is fitted again. */
export interface EngineHeadlines {
  /** Fig. 13: speed and energy of the Backward Engine over the dense one at 75 % / 75 %. */
  readonly backwardSpeedup: number
  readonly backwardEnergySaving: number
  /** Fig. 11: areas of the LUT engines against the non-LUT ones. */
  readonly forwardAreaSaving: number
  readonly weightUpdateAreaSaving: number
  readonly chipArea_mm2: number
  /** Samples per second over the V100's (Fig. 16), sparsities of Table III, scheduled. */
  readonly speedups: Readonly<Partial<Record<Benchmark, number>>>
}

/** The default choices first, then each alternative that the rules leave open, one at a time; the study's all at once. */
export const engineChoices: readonly EngineChoice[] = [
  { choice: 'default' },
  { choice: 'tiles 4×4', tile: 4 },
  { choice: 'tiles 16×16', tile: 16 },
  { choice: 'an empty window costs nothing (`minCycles` 0)', backward: { minCycles: 0 } },
  { choice: 'an empty window costs two cycles (`minCycles` 2)', backward: { minCycles: 2 } },
  { choice: 'no pipeline fill (`fill` 0)', backward: { fill: 0 } },
  { choice: 'pipeline fill of 16 cycles', backward: { fill: 16 } },
  { choice: 'finders, Acc and Grad never bound a tile (`idealRates`)', assume: { idealRates: true } },
  { choice: 'second copy of the sub-LUTs hides the fill (`shadowLut`)', shadowLut: true },
  { choice: 'fill hidden and not paid (`hiddenFill`)', assume: { hiddenFill: true } },
  { choice: 'pooled spikes in bit planes (`AP2(spikes)`)', pooling: 'spikes' },
  { choice: 'pooled layers stored at full size (`fullSizeStorage`)', assume: { fullSizeStorage: true } },
  { choice: 'zeros beyond the map’s edge (`halo: padded`)', halo: 'padded' },
  { choice: 'pooled gradients zero one by one (`independentMasks`)', assume: { independentMasks: true } },
  { choice: 'first loads are free (`noFirstFill`)', assume: { noFirstFill: true } },
  { choice: 'the Soma is never the bound (`unboundedSoma`)', assume: { unboundedSoma: true } },
  { choice: 'all assumptions of the throughput study', assume: studyAssumptions },
  { choice: 'two PEs a group', backward: { groupSize: 2 } },
  { choice: 'eight PEs a group', backward: { groupSize: 8 } },
  { choice: 'input sparsity only', backwardMode: 'input' },
  { choice: 'output sparsity only', backwardMode: 'output' },
  { choice: 'dense Backward Engine', backwardMode: 'dense' },
]

/** What the engines are made with, by engine. */
const configs = ({ tile, shadowLut, backward, assume }: EngineChoice) => {
  const lut: Partial<ForwardEngineConfig & WeightUpdateEngineConfig> = {
    ...(tile === undefined ? {} : { tile }),
    ...(shadowLut === undefined ? {} : { shadowLut }),
  }
  const own: Partial<BackwardConfig> = {
    ...(tile === undefined ? {} : { tile }),
    ...(assume?.idealRates ? { idealRates: true } : {}),
    ...backward,
  }
  return { forward: lut, weightUpdate: lut, backward: own }
}

/**
 * The headline figures under one choice.
 * @param benchmarks which speed-ups over the V100 to work out; default MNIST, CIFAR10 and ImageNet
 * @param trials random tiles averaged; default 100
 */
export const engineHeadlines = (
  choice: EngineChoice,
  benchmarks: readonly Benchmark[] = ['MNIST', 'CIFAR10', 'ImageNet'],
  trials = 100,
): EngineHeadlines => {
  const { backwardMode = 'both', assume, pooling, halo, shadowLut = false } = choice
  const chip = { ...configs(choice), backwardMode }
  const point = backwardDesignPoint(
    backwardMode,
    { outputSparsity: 0.75, inputSparsity: 0.75, trials },
    configs(choice).backward,
  )
  const options: AnalyticBenchmarkOptions = {
    chip,
    ...(assume && { assume }),
    ...(pooling && { pooling }),
    ...(halo && { halo }),
  }
  const runs = benchmarks.map((name) => [name, analyticBenchmark(name, options)] as const)
  return {
    backwardSpeedup: point.speedup,
    backwardEnergySaving: point.energySaving,
    forwardAreaSaving: lutDesignPoint({ engine: 'forward', shadowLut }).areaSaving,
    weightUpdateAreaSaving: lutDesignPoint({ engine: 'weightUpdate', shadowLut }).areaSaving,
    chipArea_mm2: analyticAccelerator({ chip, ...(assume && { assume }) }).area.total_mm2,
    speedups: Object.fromEntries(
      runs.flatMap(([name, run]) => (run.speedup ? [[name, run.speedup.scheduled] as const] : [])),
    ),
  }
}
