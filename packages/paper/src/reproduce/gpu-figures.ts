import type { EngineRole } from '@h2learn/accelerator'
import { analyticRun } from '@h2learn/accelerator'
import { idealAreaShrink } from '@h2learn/cost-model'
import { analyticBenchmark } from '../benchmark'
import type { Reproduction } from '../compare/reproduced'
import { v100Reference } from '../gpu'
import { type Benchmark, paper } from '../published'
import { benchmarkNetwork, gpuRoofline, rooflineShortfall, timedBenchmarks, v100Estimate } from '../roofline'
import type { ReproduceContext } from './context'
import type { FigureParts } from './figure'
import type { OwnRun } from './own-run'
import { recordedRun } from './sparsities'

const estimated = ['N-MNIST', 'CIFAR10-DVS'] as const satisfies readonly Benchmark[]
const roleNames = { forward: 'Forward', backward: 'Backward', 'weight-update': 'Weight Update' } as const

/** A layer's pass on the V100 over the same on the chip's engine, per sample. */
export interface LayerSpeedup {
  readonly layer: string
  readonly role: EngineRole
  readonly speedup: number
}

/** Fig. 15(b) as an estimate: the V100's epoch of Table II split over layers and passes as its roofline is. */
const layerSpeedups = ({ benchmark, chip }: ReproduceContext): readonly LayerSpeedup[] => {
  const run = benchmark('CIFAR10')
  const shortfall = rooflineShortfall().CIFAR10
  const gpu = gpuRoofline(benchmarkNetwork('CIFAR10')).stages
  return gpu.flatMap(({ layer, role, seconds }) => {
    const stage = run.stages[0]!.find((known) => known.layer === layer && known.role === role)
    if (stage === undefined) return []
    const ours = stage.cycles / chip.clockHz / run.samplesPerSubBatch
    return [{ layer, role, speedup: (seconds * shortfall) / ours }]
  })
}

/** Fig. 15(b): engines against the V100, layer by layer, on CIFAR10. */
export const layerSpeedupFigure = (context: ReproduceContext): FigureParts => {
  const all = layerSpeedups(context)
  const best = all.reduce((most, one) => (one.speedup > most.speedup ? one : most))
  const convs = benchmarkNetwork('CIFAR10').layers.filter(({ kind }) => kind === 'conv')
  const early = new Set(convs.slice(0, Math.ceil(convs.length / 2)).map(({ name }) => name))
  return {
    rows: [
      {
        id: 'Fig. 15(b)',
        quantity: 'where the speed-up over V100 is largest',
        paper: paper.cifar10.layers.value,
        model: `${best.layer}, ${roleNames[best.role]}: ${best.speedup.toFixed(1)}×`,
        kind: 'estimate',
        agrees: best.role === 'weight-update' && early.has(best.layer),
        note: `early: the first half of the convolutions (${[...early].join(', ')})`,
      },
      ...all.map(
        ({ layer, role, speedup }): Reproduction => ({
          id: 'Fig. 15(b)',
          quantity: `speed-up over V100, CIFAR10, ${layer}, ${roleNames[role]}`,
          paper: null,
          model: speedup,
          unit: 'ratio',
          kind: 'estimate',
          note: 'GPU times by layer are not printed: the epoch of Table II, split as the roofline splits it',
        }),
      ),
    ],
    series: [
      {
        title: 'Speed-up over V100 by layer and engine',
        caption: 'An estimate: the V100’s epoch of Table II split over layers as its roofline is. CIFAR10.',
        mark: 'bar',
        x: 'layer',
        y: 'speed-up',
        points: all.map(({ layer, role, speedup }) => ({ x: layer, y: speedup, series: roleNames[role] })),
      },
    ],
  }
}

/** The readings of Table VI's pooling, and the bound of the schedule: the range a speed-up is shown with. */
const readings = [
  ['AP2(spikes), by bit planes', { pooling: 'spikes' }],
  ['full-size storage with binary inputs', { assume: { fullSizeStorage: true } }],
] as const

const ofPaperNetwork = (run: OwnRun) => `sparsities of ${run.name} after ${run.samplesSeen} samples`

/** Speed-up with the sparsities of our own training: from their shares, and on the recorded masks themselves. */
const ownSpeedups = ({ own }: ReproduceContext, name: Benchmark): readonly Reproduction[] => {
  const run = recordedRun(own, name)
  const seconds = v100Reference.secondsPerSample[name]
  if (run?.passes === undefined || seconds === undefined) return []
  const model = analyticRun({
    network: benchmarkNetwork(name),
    outputSparsity: run.passes.map(({ outputSparsity }) => outputSparsity),
    inputSparsity: run.passes.map(({ inputSparsity }) => inputSparsity),
  })
  const row = (quantity: string, value: number, note: string): Reproduction => ({
    id: 'Fig. 16',
    quantity,
    paper: paper.againstV100.speedup.value,
    model: value,
    unit: 'ratio',
    kind: 'estimate',
    note,
  })
  return [
    row(
      `speed-up over V100, ${name}, sparsities of our own training`,
      model.samples_per_s * seconds,
      `${ofPaperNetwork(run)}, as random masks; another stage of training than the paper’s`,
    ),
    ...(run.samples_per_s === undefined
      ? []
      : [
          row(
            `speed-up over V100, ${name}, masks of our own training`,
            run.samples_per_s * seconds,
            `the recorded masks themselves, ${run.name}; ${run.command}`,
          ),
        ]),
  ]
}

const speedupRows = (context: ReproduceContext): readonly Reproduction[] => {
  const published = paper.againstV100.speedup.value
  return timedBenchmarks.flatMap((name): readonly Reproduction[] => {
    const run = context.benchmark(name)
    const pools = benchmarkNetwork(name).layers.some(({ currentPool }) => currentPool > 1)
    const others = (pools ? readings : []).map(
      ([what, options]) => [what, analyticBenchmark(name, options).speedup!.scheduled] as const,
    )
    const values = [run.speedup!.scheduled, run.speedup!.closedForm, ...others.map(([, value]) => value)]
    return [
      {
        id: 'Fig. 16',
        quantity: `speed-up over V100, ${name}`,
        paper: published,
        model: run.speedup!.scheduled,
        low: Math.min(...values),
        high: Math.max(...values),
        unit: 'ratio',
        kind: 'prediction',
        note: 'sparsities of Table III as random masks; range over the readings of pooling and the closed form',
      },
      ...others.map(
        ([what, value]): Reproduction => ({
          id: 'Fig. 16',
          quantity: `speed-up over V100, ${name}, ${what}`,
          paper: published,
          model: value,
          unit: 'ratio',
          kind: 'prediction',
          note: 'another reading of Table VI',
        }),
      ),
      ...ownSpeedups(context, name),
    ]
  })
}

const estimateRows = ({ benchmark }: ReproduceContext): readonly Reproduction[] =>
  estimated.map((name) => {
    const { seconds_per_sample, low, high } = v100Estimate(benchmarkNetwork(name))
    const rate = benchmark(name).samples_per_s
    return {
      id: 'Fig. 16',
      quantity: `speed-up over V100, ${name}`,
      paper: paper.againstV100.speedup.value,
      model: seconds_per_sample * rate,
      low: low * rate,
      high: high * rate,
      unit: 'ratio',
      kind: 'estimate',
      note: 'no epoch time is printed: the V100’s roofline times how far MNIST and CIFAR10 stayed from theirs; range from the bare roofline to the shortfall of ImageNet',
    }
  })

/** Power, energy and their ratios, apart: the abstract says energy, figure and conclusion say power. */
const powerRows = (context: ReproduceContext): readonly Reproduction[] => {
  const { low, high } = v100Reference.impliedPower
  const printed = paper.againstV100.power
  const row = (
    quantity: string,
    values: { model: number; low?: number; high?: number },
    unit: string,
    kind: Reproduction['kind'],
    note?: string,
  ): Reproduction => ({
    id: 'Fig. 16',
    quantity,
    paper: null,
    ...values,
    unit,
    kind,
    note,
  })
  return [
    {
      id: 'Fig. 16',
      quantity: 'power, V100 over chip',
      paper: printed.value,
      model: null,
      unit: 'ratio',
      kind: 'estimate',
      note: `${printed.note}; the GPU’s power is not printed, so it cannot be predicted`,
    },
    row(
      'power of V100 that the printed ratios imply',
      { model: (low + high) / 2, low, high },
      'W',
      'estimate',
      'printed ratios times 20.57 W; without HBM; the board is rated 300 W',
    ),
    ...timedBenchmarks.flatMap((name) => {
      const run = context.benchmark(name)
      const speedup = run.speedup!.scheduled
      const [least, most] = printed.value
      return [
        row(
          `power of the chip, ${name}`,
          context.spread((table) => context.priced(name, table).power_W),
          'W',
          'not printed',
          'steady state; k_energy calibrated on 20.57 W with all engines busy',
        ),
        row(
          `energy per sample of the chip, ${name}`,
          context.spread((table) => context.priced(name, table).energy_per_sample_J * 1e3),
          'mJ',
          'not printed',
          'off-chip memory apart',
        ),
        row(
          `off-chip memory energy per sample, ${name}`,
          { model: (run.energyPerSubBatch.offChip_J / run.samplesPerSubBatch) * 1e3 },
          'mJ',
          'not printed',
          'HBM2 at 3.92 pJ/bit; never part of the chip’s energy',
        ),
        {
          id: 'Fig. 16',
          quantity: `energy per sample, V100 over chip, ${name}`,
          paper: printed.value,
          model: speedup * Math.sqrt(least * most),
          low: speedup * least,
          high: speedup * most,
          unit: 'ratio',
          kind: 'estimate',
          note: 'our speed-up times the printed power ratio: were the abstract’s “energy saving” one of energy, it would have to be this large',
        } satisfies Reproduction,
      ]
    }),
  ]
}

/** Fig. 16: the chip against the V100. */
export const gpuFigure = (context: ReproduceContext): FigureParts => {
  const best = timedBenchmarks.reduce((most, name) =>
    context.benchmark(name).speedup!.scheduled > context.benchmark(most).speedup!.scheduled ? name : most,
  )
  const { area } = paper.againstV100
  return {
    rows: [
      ...speedupRows(context),
      {
        id: 'Fig. 16',
        quantity: 'benchmark with the largest speed-up',
        paper: paper.againstV100.best.value,
        model: best,
        kind: 'prediction',
        agrees: best === paper.againstV100.best.value,
        note: 'see the misses below',
      },
      ...estimateRows(context),
      ...powerRows(context),
      {
        id: 'Fig. 16',
        quantity: 'area of V100 over printed area of the chip',
        paper: area.value,
        model: paper.v100.area.value / paper.chip.area.value,
        unit: 'ratio',
        kind: 'identity',
      },
      {
        id: 'Fig. 16',
        quantity: 'area of V100 over modelled area of the chip',
        paper: area.value,
        model: paper.v100.area.value / context.chip.area.total_mm2,
        unit: 'ratio',
        kind: 'calibrated',
      },
      {
        id: 'Fig. 16',
        quantity: 'area of V100 drawn in 28 nm over modelled area of the chip',
        paper: null,
        model: idealAreaShrink(paper.v100.area.value, { from_nm: 12, to_nm: 28 }) / context.chip.area.total_mm2,
        unit: 'ratio',
        kind: 'estimate',
        note: 'ideal shrink between the two nodes, an upper bound',
      },
    ],
    series: [
      {
        title: 'Speed-up over V100',
        caption:
          'Sparsities of Table III; DVS benchmarks against an estimated GPU time. The paper: 5.74 to 10.20, ImageNet most.',
        mark: 'bar',
        x: 'benchmark',
        y: 'speed-up',
        points: [
          ...timedBenchmarks.flatMap((name) => [
            { x: name as string, y: context.benchmark(name).speedup!.scheduled, series: 'schedule' },
            { x: name as string, y: context.benchmark(name).speedup!.closedForm, series: 'closed form' },
          ]),
          ...estimated.map((name) => ({
            x: name as string,
            y: v100Estimate(benchmarkNetwork(name)).seconds_per_sample * context.benchmark(name).samples_per_s,
            series: 'estimate',
          })),
        ],
      },
    ],
  }
}

/** The roofline that stands in for GPU times that are not printed. */
export const rooflineTable = (_: ReproduceContext): FigureParts => {
  const shortfall = rooflineShortfall()
  return {
    rows: [
      ...timedBenchmarks.map(
        (name): Reproduction => ({
          id: 'Roofline',
          quantity: `time per training sample on V100, ${name}`,
          paper: v100Reference.secondsPerSample[name]! * 1e3,
          model: gpuRoofline(benchmarkNetwork(name)).seconds_per_sample * 1e3,
          unit: 'ms',
          kind: 'estimate',
          note: `a bound from below; the published epoch takes ${shortfall[name].toFixed(2)} times as long`,
        }),
      ),
      ...estimated.map((name): Reproduction => {
        const { seconds_per_sample, low, high } = v100Estimate(benchmarkNetwork(name))
        return {
          id: 'Roofline',
          quantity: `time per training sample on V100, ${name}`,
          paper: null,
          model: seconds_per_sample * 1e3,
          low: low * 1e3,
          high: high * 1e3,
          unit: 'ms',
          kind: 'estimate',
          note: 'roofline times the mean shortfall of MNIST and CIFAR10',
        }
      }),
    ],
    notes: [
      'Dense float32, one kernel for each layer, pass and timestep: max(2·MAC / 15.7 TFLOPS, bytes / 900 GB/s), element-wise kernels on top; no launch times, no data loading.',
    ],
  }
}
