import { accelerator, analyticStages, type DesignPoint, designPoint } from '@h2learn/accelerator'
import { adderForwardEngine } from '@h2learn/lut-pe'
import { denseBackwardEngine } from '@h2learn/sparse-backward'
import { adderWeightUpdateEngine } from '@h2learn/weight-update'
import type { Reproduction } from '../compare/reproduced'
import { designPrices } from '../design-space/prices'
import { type Benchmark, paper } from '../published'
import { benchmarkNetwork, timedBenchmarks } from '../roofline'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

/** Chips with the paper's baselines in place of its engines. */
const baselines = [
  { name: 'the paper’s chip', adders: false, dense: false },
  { name: 'non-LUT Forward and Weight Update', adders: true, dense: false },
  { name: 'dense Backward', adders: false, dense: true },
  { name: 'non-LUT and dense', adders: true, dense: true },
] as const

const batch = 64

/** A benchmark on one of those chips, with the sparsities of Table III. */
const pointOf = (benchmark: Benchmark, { adders, dense }: (typeof baselines)[number]): DesignPoint => {
  const chip = accelerator({
    prices: designPrices(),
    ...(adders && { forward: adderForwardEngine(), weightUpdate: adderWeightUpdateEngine() }),
    ...(dense && { backward: denseBackwardEngine() }),
  })
  const { output, input } = paper.sparsities[benchmark]
  const shares = (percent: readonly number[]) => percent.map((p) => p / 100)
  const network = benchmarkNetwork(benchmark)
  const work = {
    network,
    outputSparsity: shares(output.value),
    inputSparsity: shares(input.value),
    ...(dense && { chip: { backwardMode: 'dense' as const } }),
  }
  const stages = analyticStages(chip, work, chip.subBatch)
  return designPoint(chip, network, batch, [{ B: chip.subBatch, stages }])
}

/** Whole chips with the non-LUT and dense baselines: what each idea of the paper is worth in the end. */
export const baselineTable = (_: ReproduceContext): FigureParts => {
  const points = timedBenchmarks.map(
    (name) => [name, baselines.map((baseline) => ({ baseline, point: pointOf(name, baseline) }))] as const,
  )
  const row = (quantity: string, model: number): Reproduction => ({
    id: 'Baselines',
    quantity,
    paper: null,
    model,
    unit: 'ratio',
    kind: 'not printed',
    note: 'whole chip, sparsities of Table III, leakage of the whole chip included',
  })
  const [, first] = points[0]!
  return {
    rows: [
      ...first
        .slice(1)
        .map(({ baseline, point }) =>
          row(`area, ${baseline.name} over the paper’s`, point.area_mm2 / first[0]!.point.area_mm2),
        ),
      ...points.flatMap(([name, chips]) =>
        chips
          .slice(1)
          .flatMap(({ baseline, point }) => [
            row(
              `speed of the paper’s chip over ${baseline.name}, ${name}`,
              chips[0]!.point.samples_per_s / point.samples_per_s,
            ),
            row(
              `energy per sample, ${baseline.name} over the paper’s, ${name}`,
              point.energy_per_sample_J / chips[0]!.point.energy_per_sample_J,
            ),
          ]),
      ),
    ],
    series: [
      {
        title: 'Energy per sample of chips with baseline engines',
        caption: 'Sparsities of Table III; the paper gives ratios of single engines only.',
        mark: 'bar',
        x: 'benchmark',
        y: 'mJ',
        points: points.flatMap(([name, chips]) =>
          chips.map(({ baseline, point }) => ({ x: name, y: point.energy_per_sample_J * 1e3, series: baseline.name })),
        ),
      },
    ],
    notes: [
      'Non-LUT engines take the LUT engines’ cycles less the filling of tables, so that they are a little faster; what LUTs save is area and energy.',
    ],
  }
}
