import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'
import { integerOption } from './numbers'

/** Options of `h2learn sweep` as given. */
export interface SweepCommandOptions {
  readonly out?: string
  readonly threads?: number
  readonly shard?: string
  readonly retryErrors?: boolean
  readonly json?: string
}

const sweepHelp = `
The file (YAML or JSON) names what to vary, and on what:
  benchmarks: [cifar10, imagenet]     networks of Table VI with the sparsities of Table III
  chip: { memory: { layout: three } } what is common to all points; or the name of a file
  batch: 64
  vary:                               any field of the chip, or batch, pooling, trials, T, assume.<name>
    memory.bandwidthGBps: [64, 128, 256]
    backward.tile: [4, 8, 16]
    clock.MHz: { from: 400, to: 1200, steps: 5 }
  sample: 200                         random configurations instead of the whole grid
  seed: 1
  networks:                           networks of your own
    - { name: mine, network: "...", input: 32x32x3, T: 4, density: layers.csv }

A chip's field that takes whole numbers runs at whole numbers only, each value once. What is not the chip's (batch, pooling, trials,
seed, T, assume) is the problem: fronts compare chips on one problem at a time.

Points that differ in clock, memory, schedule, prices, buffer sizes or batch alone share the measured work.

Examples:
  $ h2learn sweep study.yaml --out study        goes on where an interrupted sweep stopped
  $ h2learn sweep study.yaml --shard 3/16 --out study       any number of shards into one folder
  $ h2learn merge part-* --out study            results that were made apart

Exit codes: 0 all points ran, 1 some failed or are missing (with a count of each cause), 2 wrong input, 130 interrupted.

Results: results.jsonl, results.csv, the Pareto front over speed, energy and area as pareto-*.svg and report.html.`

/** `h2learn sweep`: many chips on many networks. */
export const sweepCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('sweep')
      .argument('<file>', 'what to vary (YAML or JSON)')
      .description('run a grid or a random sample of chips on several networks, find the Pareto front')
      .option('--out <dir>', 'folder for the results; default h2learn-out/sweep-NAME')
      .option('--threads <n>', 'points that run at a time, default one a core', integerOption('--threads', 1, 256))
      .option('--shard <i/n>', 'run the i-th of n equal parts of the points')
      .option('--retry-errors', 'run points again that failed before'),
  )
    .addHelpText('after', sweepHelp)
    .action(async (file: string, given: SweepCommandOptions & CommonOptions) => {
      const { runSweep } = await import('./sweep')
      exitWith(await runSweep(file, given, consoleOf(given)))
    })
}

/** `h2learn merge`: the parts of a sweep become one. */
export const mergeCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('merge')
      .argument('<results...>', 'folders of h2learn sweep, or their results.jsonl')
      .description('merge the shards of a sweep')
      .requiredOption('--out <dir>', 'folder for the merged results'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ h2learn merge out/shard-1 out/shard-2 --out out/all
  $ h2learn merge out/shard-*/results.jsonl --out out/all --json -`,
    )
    .action(async (paths: readonly string[], given: { readonly out: string } & CommonOptions) => {
      const { mergeSweeps } = await import('./merge')
      exitWith(await mergeSweeps(paths, given, consoleOf(given)))
    })
}
