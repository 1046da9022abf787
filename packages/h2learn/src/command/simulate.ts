import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import {
  type Accelerator,
  type AnalyticChip,
  analyticAccelerator,
  analyticRun,
  type ChipRun,
  type MeasuredSubBatch,
  measuredRun,
  measureRecords,
} from '@h2learn/accelerator'
import {
  analyticBenchmark,
  type Benchmark,
  benchmarkTimestepsNote,
  benchmarkWork,
  paper as published,
} from '@h2learn/paper'
import { pipelineTrace } from '@h2learn/pipeline'
import { formatPage } from '@h2learn/report/terminal'
import { defaultNeuron, InputError, type Network, parseInputSize, parseNetwork } from '@h2learn/snn-core'
import { writeWhole } from '@h2learn/snn-core/threads'
import { chipOfConfig, readChipConfig } from '../chip/chip-config'
import { readTextFile } from '../text-file'
import { parseDensities, sparsitiesOf } from '../trace/densities'
import { type ByteSource, openNpz } from '../trace/npz'
import { openTrace, type TraceEntry } from '../trace/recorded-trace'
import { type Console, clock } from './console'
import { exitCodes } from './failure'
import { jsonTarget, writeJson, writeText } from './files'
import { inOwnFolder } from './folder-lock'
import { recordedSparsities } from './recording'
import type { SimulateCommandOptions } from './simulate-command'
import { simulatePage, simulatePlots } from './simulate-page'
import { type SimulatedLayer, type SimulateSource, simulateReport } from './simulate-report'

/** Table VI's names by those of the command. */
const paperNames = {
  mnist: 'MNIST',
  cifar10: 'CIFAR10',
  'n-mnist': 'N-MNIST',
  'cifar10-dvs': 'CIFAR10-DVS',
  imagenet: 'ImageNet',
} as const satisfies Record<string, Benchmark>

/** What was simulated, before it becomes a report. */
interface Simulated {
  readonly network: Network
  readonly chip: Accelerator
  readonly run: ChipRun
  readonly batch: number
  readonly source: SimulateSource
  readonly tensors: readonly TraceEntry[]
  readonly layers: readonly SimulatedLayer[]
  readonly speedup?: number
  readonly notes: readonly string[]
}

const required = <T>(option: string, value: T | undefined, what: string): T => {
  if (value !== undefined) return value
  throw new InputError({ where: 'h2learn simulate', expected: `${option} ${what}`, got: 'none' })
}

/** The network that the options name. */
const networkOf = ({ network, input, T }: SimulateCommandOptions): Network =>
  parseNetwork(required('--network', network, '"..." in the notation of Table VI'), {
    input: parseInputSize(required('--input', input, 'HxWxC')),
    T: required('--T', T, 'n, the timesteps'),
  })

/** A file that is read in parts. */
const openFile = (path: string): ByteSource & { readonly close: () => void } => {
  const file = openSync(path, 'r')
  const { size } = fstatSync(file)
  return {
    name: path,
    size,
    read: (from, length) => {
      const bytes = new Uint8Array(length)
      let got = 0
      while (got < length) {
        const n = readSync(file, bytes, got, length - got, from + got)
        if (n === 0) throw new InputError({ where: path, expected: `${size} bytes`, got: `${from + got}` })
        got += n
      }
      return bytes
    },
    close: () => closeSync(file),
  }
}

const fromBenchmark = (options: SimulateCommandOptions, config: AnalyticChip): Simulated => {
  const { benchmark, network, input, T, trace, density, batch = 64, pooling, seed } = options
  for (const [name, value] of Object.entries({ network, input, trace, density }))
    if (value !== undefined)
      throw new InputError({
        where: '--benchmark',
        expected: 'a benchmark alone, which brings its network and sparsities',
        got: `--${name} beside it`,
        hint: 'leave one of them out',
      })
  const name = paperNames[benchmark!]
  const choices = {
    chip: config,
    batch,
    ...(pooling && { pooling }),
    ...(T !== undefined && { T }),
    ...(seed !== undefined && { seed }),
  }
  const run = analyticBenchmark(name, choices)
  const { outputSparsity, inputSparsity } = benchmarkWork(name, choices)
  const passed = run.network.layers.filter(({ kind, index }) => kind === 'conv' && index > 0)
  // the table has a column a pass: the output sparsity is that of the layer below
  const column = (values: readonly number[], find: (index: number) => boolean) =>
    values[passed.findIndex(({ index }) => find(index))] ?? null
  return {
    network: run.network,
    chip: run.chip,
    run,
    batch,
    source: { kind: 'benchmark', name, origin: 'Table VI and Table III (published sparsities)' },
    tensors: [],
    layers: run.network.layers.map((layer) => ({
      name: layer.name,
      firing_rate: null,
      output_sparsity: column(outputSparsity, (index) => index === layer.index + 1),
      input_sparsity: column(inputSparsity, (index) => index === layer.index),
    })),
    ...(run.speedup && { speedup: run.speedup.scheduled }),
    notes: [
      'Masks are random with the given shares of zeros; real ones of equal sparsity cost more where they cluster.',
      ...(T !== undefined && T !== published.networks[name].T ? [benchmarkTimestepsNote] : []),
    ],
  }
}

const fromDensities = async (options: SimulateCommandOptions, config: AnalyticChip): Promise<Simulated> => {
  const { density, batch = 64, seed } = options
  const network = networkOf(options)
  const densities = parseDensities(network, await readTextFile(density!, 'a file of densities (JSON or CSV)'), density!)
  const run = analyticRun({
    network,
    ...sparsitiesOf(network, densities),
    batch,
    chip: config,
    ...(seed !== undefined && { seed }),
  })
  return {
    network,
    chip: run.chip,
    run,
    batch,
    source: { kind: 'density', name: basename(density!), origin: density! },
    tensors: [],
    layers: network.layers.map(({ name }) => ({
      name,
      firing_rate: densities.layers[name]!.spikes,
      output_sparsity: 1 - densities.layers[name]!.mask,
      input_sparsity: 1 - densities.layers[name]!.gradU,
    })),
    notes: [
      'Masks are random with the given shares of zeros; real ones of equal sparsity cost more where they cluster.',
      'Fully connected layers run dense and the first layer has no Backward pass, so that their gradient densities change nothing.',
    ],
  }
}

const fromTrace = async (options: SimulateCommandOptions, config: AnalyticChip, out: Console): Promise<Simulated> => {
  const { trace: path, density, lossScale = 1, seed = 1, threshold, gradWindow } = options
  const network = networkOf(options)
  const densities =
    density === undefined
      ? undefined
      : parseDensities(network, await readTextFile(density, 'a file of densities (JSON or CSV)'), density)
  const neuron = {
    ...defaultNeuron,
    ...(threshold !== undefined && { fireThreshold: threshold }),
    ...(gradWindow && { gradWindow }),
  }
  const chip = analyticAccelerator({ chip: config })
  const file = openFile(path!)
  try {
    const trace = openTrace({
      network,
      neuron,
      archive: openNpz(file),
      name: path!,
      seed,
      lossScale,
      ...(densities && { densities }),
    })
    const batch = options.batch ?? trace.B
    const all = Math.ceil(trace.B / chip.subBatch)
    const count = Math.min(options.subBatches ?? all, all)
    const bar = out.progress(count)
    const measured: MeasuredSubBatch[] = []
    const rates: ReturnType<typeof recordedSparsities>[] = []
    // one sub-batch's tensors at a time
    for (let k = 0; k < count; k++) {
      const from = k * chip.subBatch
      const record = trace.record(from, Math.min(chip.subBatch, trace.B - from), batch)
      measured.push(...measureRecords(chip, [record], { lossScale }))
      rates.push(recordedSparsities([record]))
      bar.update(k + 1, `sub-batch ${k + 1} of ${count}`)
    }
    bar.stop()
    const mean = (of: (row: (typeof rates)[number][number]) => number, l: number) =>
      rates.reduce((sum, rows) => sum + of(rows[l]!), 0) / rates.length
    const ignored =
      trace.ignored.length > 0 ? [`Names in the file that say nothing here: ${trace.ignored.join(', ')}.`] : []
    const drawn = trace.entries.filter(({ from }) => from === 'drawn')
    return {
      network,
      chip,
      run: measuredRun(chip, network, batch, measured),
      batch,
      source: { kind: 'trace', name: basename(path!), origin: path!, samples: trace.B, sub_batches: count },
      tensors: trace.entries,
      layers: network.layers.map(({ name }, l) => ({
        name,
        firing_rate: mean((row) => row.firingRate, l),
        output_sparsity: mean((row) => row.outputSparsity, l),
        input_sparsity: mean((row) => row.inputSparsityF16, l),
      })),
      notes: [
        'Input sparsity is that of gradients rounded to FP16, as the chip holds them.',
        'Weights, pixels and the values of potentials change no cycle and no energy; they are not read.',
        ...(drawn.length > 0
          ? [
              `${drawn.length} of ${trace.entries.length} tensors were not in the file and are drawn at random; where no density is stated they are drawn dense, which claims no sparsity.`,
            ]
          : []),
        ...trace.overflows.map(
          ({ array, values }) =>
            `${array}: ${values} values are too large for FP16 (beyond 65504${array.startsWith('gradU') && lossScale !== 1 ? ` with loss scale ${lossScale}` : ''}); the chip rounds them to infinity.`,
        ),
        ...ignored,
      ],
    }
  } finally {
    file.close()
  }
}

/** Simulates, prints and writes; into a folder where there is one. */
const simulateInto = async (
  folder: string | undefined,
  options: SimulateCommandOptions,
  out: Console,
): Promise<number> => {
  const config = await chipOfConfig(await readChipConfig(options.chip, options.set))
  const started = performance.now()
  const simulated =
    options.benchmark !== undefined
      ? fromBenchmark(options, config)
      : options.trace !== undefined
        ? await fromTrace(options, config, out)
        : options.density !== undefined
          ? await fromDensities(options, config)
          : required<Simulated>('--trace FILE.npz, --density FILE or --benchmark', undefined, 'NAME')
  const seconds = (performance.now() - started) / 1000
  const report = simulateReport({ ...simulated, seconds })
  const page = simulatePage(report)
  out.say(formatPage(page, { columns: out.columns, color: out.color }))
  out.note(`simulated in ${seconds < 60 ? `${seconds.toFixed(2)} s` : clock(seconds)}`)
  const timeline = () => `${JSON.stringify(pipelineTrace(simulated.run.timeline, simulated.chip.clockHz / 1e6))}\n`
  if (options.timeline !== undefined) await writeText(options.timeline, timeline())
  if (folder !== undefined) {
    const { renderPage } = await import('@h2learn/report')
    const html = join(folder, 'report.html')
    await writeWhole(html, await renderPage(simulatePlots(page, report, simulated.run.timeline)))
    await writeWhole(join(folder, 'report.json'), `${JSON.stringify(report, null, 2)}\n`)
    await writeWhole(join(folder, 'trace.json'), timeline())
    out.note(`report: ${html}`)
  }
  if (options.json !== undefined) await writeJson(options.json, report)
  return exitCodes.done
}

/**
 * `h2learn simulate`: the chip on what another framework recorded, on densities, or on a benchmark of Table VI.
 * @returns 0
 * @throws InputError for anything that cannot be
 */
export const simulateTrace = async (options: SimulateCommandOptions, out: Console): Promise<number> => {
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  if (options.timeline !== undefined) await jsonTarget('--timeline', options.timeline)
  if (options.json === '-' && options.timeline === '-')
    throw new InputError({
      where: '--json - --timeline -',
      expected: 'one of the two on standard output',
      got: 'both',
      hint: 'write one of them to a file',
    })
  return options.out === undefined
    ? simulateInto(undefined, options, out)
    : inOwnFolder('--out', options.out, (folder) => simulateInto(folder, options, out))
}
