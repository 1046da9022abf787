import { analyticBenchmark } from '../benchmark'
import type { Reproduction } from '../compare/reproduced'
import { paper } from '../published'
import { timedBenchmarks } from '../roofline'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

/** Fig. 10: what the pipeline is worth, and how busy it keeps the engines. */
export const pipelineFigure = ({ chip, benchmark }: ReproduceContext): FigureParts => {
  const serial = new Map(
    timedBenchmarks.map(
      (name) => [name, analyticBenchmark(name, { chip: { schedule: { engines: 'serial' } } })] as const,
    ),
  )
  const rows = timedBenchmarks.flatMap((name): readonly Reproduction[] => {
    const run = benchmark(name)
    const beside = `sparsities of Table III, batch group of ${run.samplesPerGroup}`
    const notPrinted = (quantity: string, model: number, unit: string, note = beside): Reproduction => ({
      id: 'Fig. 10',
      quantity: `${quantity}, ${name}`,
      paper: null,
      model,
      unit,
      kind: 'not printed',
      note,
    })
    const period = run.period.periodCycles
    return [
      notPrinted(
        'overlapped engines over engines in series',
        run.samples_per_s / serial.get(name)!.samples_per_s,
        'ratio',
      ),
      notPrinted('steady-state period of a sub-batch', run.period_s * 1e3, 'ms'),
      notPrinted(
        'lower bound of that period (closed form)',
        (run.closedFormCycles / chip.clockHz) * 1e3,
        'ms',
        `bound by ${run.closedForm.boundBy}`,
      ),
      ...(['forward', 'backward', 'weight-update'] as const).map((role) =>
        notPrinted(`share of the period in which ${role} is at work`, (100 * run.engineCycles[role]) / period, '%'),
      ),
    ]
  })
  return {
    rows: [
      {
        id: 'Fig. 10',
        quantity: 'samples of a sub-batch',
        paper: paper.chip.subBatch.value,
        model: chip.subBatch,
        unit: 'samples',
        kind: 'identity',
      },
      {
        id: 'Fig. 10',
        quantity: 'what overlaps',
        paper: paper.pipeline.overlap.value,
        model: `engines ${chip.schedule.engines}`,
        kind: 'identity',
        agrees: chip.schedule.engines === 'overlapped',
        note: paper.pipeline.overlap.note,
      },
      ...rows,
    ],
    series: [
      {
        title: 'Engines at work in a period',
        caption: 'Time each engine needs for a sub-batch, beside the period of the schedule.',
        mark: 'bar',
        x: 'benchmark',
        y: 'ms per sub-batch',
        points: timedBenchmarks.flatMap((name) => {
          const run = benchmark(name)
          return [
            ...(['forward', 'backward', 'weight-update'] as const).map((role) => ({
              x: name,
              y: (run.engineCycles[role] / chip.clockHz) * 1e3,
              series: role as string,
            })),
            { x: name, y: run.period_s * 1e3, series: 'period' },
          ]
        }),
      },
    ],
  }
}
