import type { Reproduction } from '../compare/reproduced'
import { type Benchmark, paper } from '../published'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'
import type { OwnRun } from './own-run'

/** Beside a published accuracy ours says only that the software learns: network, data or training differ. */
const ownNote = ({ name, network, T, samplesSeen, trainingSamples, testSamples, command }: OwnRun) =>
  `${name}: ${network}, T ${T}; ${samplesSeen} samples seen of ${trainingSamples}, tested on ${testSamples}; ${command}`

/** Below this an accuracy is a matter of luck and is left out. */
const fewestTested = 50

const withAccuracy = (own: readonly OwnRun[]) =>
  own.filter(({ accuracy_pct, testSamples }) => accuracy_pct !== undefined && testSamples >= fewestTested)

/** Our runs on the data set of a published accuracy, one row each. */
const beside = (
  id: string,
  own: readonly OwnRun[],
  benchmark: Benchmark,
  published: number | undefined,
  what: string,
) =>
  withAccuracy(own)
    .filter((run) => run.benchmark === benchmark)
    .map(
      (run): Reproduction => ({
        id,
        quantity: `accuracy on ${benchmark}, ${what}, beside our ${run.name}`,
        paper: published ?? null,
        model: run.accuracy_pct!,
        unit: '%',
        kind: published === undefined ? 'not printed' : 'estimate',
        note: ownNote(run),
      }),
    )

/** Table I: accuracies that the paper cites, and our own runs beside the best of each data set. */
export const accuracyTable = ({ own }: ReproduceContext): FigureParts => {
  const cited = paper.accuracies.map(
    ({ method, reference, dataset, network, accuracy }): Reproduction => ({
      id: 'Table I',
      quantity: `accuracy, ${method} ${reference}, ${dataset}, ${network}`,
      paper: accuracy.value,
      model: null,
      unit: '%',
      kind: 'estimate',
      note: 'cited from other work; not modelled',
    }),
  )
  const sets = [...new Set<Benchmark>(paper.accuracies.map(({ dataset }) => dataset as Benchmark))]
  const ours = sets.flatMap((dataset) => {
    const best = paper.accuracies
      .filter((row) => row.method === 'BPTT' && row.dataset === dataset)
      .reduce((most, { accuracy }) => Math.max(most, accuracy.value), 0)
    return beside('Table I', own, dataset, best, 'best BPTT of Table I')
  })
  return {
    rows: [...cited, ...ours],
    notes: [
      'Our runs train other networks, or on fewer samples: they show that the learning core learns, not that it is as good.',
    ],
  }
}

/** Accuracies of Table III beside ours. */
export const benchmarkAccuracies = ({ own }: ReproduceContext): readonly Reproduction[] =>
  (Object.keys(paper.sparsities) as Benchmark[]).flatMap((name) => {
    const published = paper.sparsities[name].accuracy
    const ours = beside('Table III', own, name, published?.value, 'network of Table VI')
    if (ours.length > 0 || published === undefined) return ours
    return [
      {
        id: 'Table III',
        quantity: `accuracy on ${name}, network of Table VI`,
        paper: published.value,
        model: null,
        unit: '%',
        kind: 'estimate',
        note: ['no run of ours', published.note].filter(Boolean).join('; '),
      } satisfies Reproduction,
    ]
  })
