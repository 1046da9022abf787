import { type DataParallelPoint, dataParallel } from '@h2learn/accelerator'
import type { Reproduction } from '../compare/reproduced'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'

/** Links and batch of the curves: our choices, since the paper only says that several chips can gather gradients. */
const link = { bandwidthGBps: 25, latency_us: 2 }
const counts = [1, 2, 4, 8, 16, 32] as const
const batch = 128

/** Several chips on CIFAR10 and ImageNet, strong and weak scaling, ring and tree. */
export const dataParallelFigure = ({ benchmark }: ReproduceContext): FigureParts => {
  const curves = (['CIFAR10', 'ImageNet'] as const).flatMap((name) => {
    const run = benchmark(name)
    return (['strong', 'weak'] as const).flatMap((scaling) =>
      (['ring', 'tree'] as const).map((algorithm) => ({
        name,
        scaling,
        algorithm,
        points: dataParallel({
          chip: run.chip,
          network: run.network,
          run,
          chips: counts,
          link,
          algorithm,
          scaling,
          batch,
        }),
      })),
    )
  })
  const note = `links of ${link.bandwidthGBps} GB/s and ${link.latency_us} us each way, FP16 gradients, nothing overlapped`
  const row = (
    curve: (typeof curves)[number],
    { chips, efficiency, allReduce_s, step_s }: DataParallelPoint,
  ): readonly Reproduction[] => {
    const at = `${chips} chips, ${curve.name}, ${curve.scaling} scaling, ${curve.algorithm}`
    const base = { id: 'Section IV-C1', paper: null, unit: '%', kind: 'not printed', note } as const
    return [
      {
        ...base,
        quantity: `parallel efficiency, ${at}`,
        model: 100 * efficiency,
        note: `${note}; batch ${batch}${curve.scaling === 'weak' ? ' a chip' : ' in all'}`,
      },
      { ...base, quantity: `all-reduce, share of the step, ${at}`, model: (100 * allReduce_s) / step_s },
    ]
  }
  return {
    rows: curves.flatMap((curve) =>
      curve.points.filter(({ chips }) => chips === 8 || chips === 32).flatMap((point) => row(curve, point)),
    ),
    series: (['CIFAR10', 'ImageNet'] as const).map((name) => ({
      title: `Several chips, ${name}`,
      caption: `Speed-up over one chip; ${note}; batch ${batch}, in all (strong) or a chip (weak).`,
      mark: 'line' as const,
      x: 'chips',
      y: 'speed-up',
      logX: true,
      logY: true,
      points: curves
        .filter((curve) => curve.name === name)
        .flatMap(({ scaling, algorithm, points }) =>
          points.map(({ chips, speedup }) => ({ x: chips, y: speedup, series: `${scaling}, ${algorithm}` })),
        ),
    })),
    notes: [
      'The paper says that several chips can gather weight gradients, without numbers; link, algorithm and batch are our choices.',
    ],
  }
}
