import type { Reproduction } from '../compare/reproduced'
import { type Benchmark, paper } from '../published'
import { benchmarkAccuracies } from './accuracies'
import type { ReproduceContext } from './context'
import type { FigureParts, FigureSeries } from './figure'
import type { OwnRun } from './own-run'

const benchmarks = Object.keys(paper.sparsities) as Benchmark[]

/** The last run of ours that trained the network of Table VI and recorded its backward passes. */
export const recordedRun = (own: readonly OwnRun[], benchmark: Benchmark): OwnRun | undefined =>
  own.findLast((run) => run.benchmark === benchmark && run.tableVI && run.passes !== undefined)

const kinds = [
  ['output', 'outputSparsity'],
  ['input', 'inputSparsity'],
] as const

const rowsOf = (benchmark: Benchmark, run: OwnRun | undefined): readonly Reproduction[] => {
  const published = paper.sparsities[benchmark]
  return published.layers.flatMap((layer, i) =>
    kinds.map(([kind, share]): Reproduction => {
      const ours = run?.passes?.find((pass) => pass.layer === layer)
      return {
        id: 'Table III',
        quantity: `${kind} sparsity of the backward pass through ${layer}, ${benchmark}`,
        paper: published[kind].value[i]!,
        model: ours === undefined ? null : 100 * ours[share],
        unit: '%',
        kind: 'estimate',
        note:
          run === undefined
            ? 'no run of ours'
            : `${run.name}, after ${run.samplesSeen} samples: sparsity depends on the stage of training, which the paper does not state`,
      }
    }),
  )
}

const plotOf = (benchmark: Benchmark, run: OwnRun): FigureSeries => ({
  title: `Sparsity of the backward pass, ${benchmark}`,
  caption: `Table III beside ${run.name} after ${run.samplesSeen} samples.`,
  mark: 'bar',
  x: 'layer',
  y: 'sparsity, %',
  points: paper.sparsities[benchmark].layers.flatMap((layer, i) =>
    kinds.flatMap(([kind, share]) => [
      { x: layer, y: paper.sparsities[benchmark][kind].value[i]!, series: `${kind}, Table III` },
      ...(run.passes ?? [])
        .filter((pass) => pass.layer === layer)
        .map((pass) => ({ x: layer, y: 100 * pass[share], series: `${kind}, our run` })),
    ]),
  ),
})

/** Table III: sparsities of the backward pass beside those of our own training, and accuracies. */
export const sparsityTable = (context: ReproduceContext): FigureParts => {
  const runs = benchmarks.map((name) => [name, recordedRun(context.own, name)] as const)
  return {
    rows: [...runs.flatMap(([name, run]) => rowsOf(name, run)), ...benchmarkAccuracies(context)],
    series: runs.flatMap(([name, run]) => (run === undefined ? [] : [plotOf(name, run)])),
    notes: [
      'The scan of the paper shifts the names of the rows; they are read by the number of values in a row.',
      'The model takes these sparsities as its input; nothing is predicted here.',
    ],
  }
}
