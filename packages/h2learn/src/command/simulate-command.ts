import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'
import { jsonOption } from './files'
import { integerOption, positiveOption, windowOption, wordOption } from './numbers'

/** Options of `h2learn simulate` as given. */
export interface SimulateCommandOptions {
  readonly network?: string
  readonly input?: string
  readonly T?: number
  readonly batch?: number
  readonly trace?: string
  readonly density?: string
  readonly benchmark?: SimulatedBenchmark
  readonly pooling?: 'current' | 'spikes'
  readonly chip?: string
  readonly set?: readonly string[]
  readonly subBatches?: number
  readonly lossScale?: number
  readonly threshold?: number
  readonly gradWindow?: readonly [number, number]
  readonly seed?: number
  readonly timeline?: string
  readonly out?: string
  readonly json?: string
}

/** The paper's benchmarks by the names that `--benchmark` takes. */
export const simulatedBenchmarks = ['mnist', 'cifar10', 'n-mnist', 'cifar10-dvs', 'imagenet'] as const
export type SimulatedBenchmark = (typeof simulatedBenchmarks)[number]

const simulateHelp = `
One of --trace, --density and --benchmark says what the chip works on:
  --trace      NumPy .npz that another framework recorded: spikes/<layer>, mask/<layer>, gradU/<layer>, potential/<layer>
               of shape [T,B,C,H,W] or [T,B,N]; bits as uint8 or np.packbits (..._packed with shape/<layer>), reals as
               float16 or float32. Layers are conv1, conv2, ..., fc1, ... Missing tensors are drawn and marked.
  --density    shares of non-zeros by layer as JSON or CSV (layer,spikes,mask,gradU), or Table III's rows as JSON;
               beside --trace: the densities that missing tensors are drawn with
  --benchmark  a network of Table VI with the sparsities of Table III; --T runs it at other timesteps than the table's

Examples:
  $ h2learn simulate --network "64C3(Encoding)-128C3-AP2-10FC" --input 32x32x3 --T 4 --trace step.npz
  $ h2learn simulate --network "64C3(Encoding)-128C3-AP2-10FC" --input 32x32x3 --T 4 --density layers.csv
  $ h2learn simulate --benchmark imagenet --set memory.bandwidthGBps=256 --timeline trace.json
  $ h2learn simulate --benchmark cifar10 --chip chip.yaml --out out

A timeline opens in Perfetto (ui.perfetto.dev) or chrome://tracing. docs/traces.md shows how to record a trace.`

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

/** `h2learn simulate`: the chip on spikes, masks and gradients from elsewhere, or on statistics alone. */
export const simulateCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('simulate')
      .description('run the chip on recorded spikes, masks and gradients (.npz), or on densities alone')
      .option('--network <text>', 'network in the notation of Table VI')
      .option('--input <HxWxC>', 'input size HxWxC or HxW')
      .option('--T <n>', 'timesteps', integerOption('--T', 1, 1000))
      .option(
        '--batch <n>',
        'samples of a batch group; default those of the trace, else 64',
        integerOption('--batch', 1, 65536),
      )
      .option('--trace <file>', 'recorded tensors (.npz)')
      .option('--density <file>', 'shares of non-zeros by layer (JSON or CSV)')
      .option('--benchmark <name>', simulatedBenchmarks.join(', '), wordOption('--benchmark', simulatedBenchmarks))
      .option(
        '--pooling <name>',
        'what AP2 of a benchmark averages: current (default) or spikes',
        wordOption('--pooling', ['current', 'spikes']),
      )
      .option('--chip <file>', 'another chip than the paper’s (YAML or JSON)')
      .option('--set <field=value...>', 'set one field of the chip, such as schedule.layers=barrier', several)
      .option('--sub-batches <n>', 'sub-batches of the trace to run; default all', integerOption('--sub-batches', 1))
      .option('--loss-scale <x>', 'factor on gradients before FP16; default 1', positiveOption('--loss-scale'))
      .option('--threshold <x>', 'th_f, for spikes derived from potentials; default 1', positiveOption('--threshold'))
      .option(
        '--grad-window <low,high>',
        '(th_l, th_r), for masks derived from potentials',
        windowOption('--grad-window'),
      )
      .option('--seed <n>', 'seed of what is drawn; default 1', integerOption('--seed', Number.MIN_SAFE_INTEGER))
      .option(
        '--timeline <file>',
        'write the timeline of a batch group as Trace Event JSON; - for standard output',
        jsonOption,
      )
      .option('--out <dir>', 'folder for report.html, report.json and trace.json'),
  )
    .addHelpText('after', simulateHelp)
    .action(async (given: SimulateCommandOptions & CommonOptions) => {
      const { simulateTrace } = await import('./simulate')
      // a timeline on standard output is alone there, as other JSON is
      const onStdout = given.timeline === '-' ? { ...given, json: '-' } : given
      exitWith(await simulateTrace(given, consoleOf(onStdout)))
    })
}
