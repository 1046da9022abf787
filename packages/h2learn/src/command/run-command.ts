import { Option } from 'commander'
import { benchmarks } from '../benchmarks'
import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'
import {
  integerOption,
  positiveOption,
  rangeOption,
  shareOption,
  surrogateOption,
  windowOption,
  wordOption,
} from './numbers'
import type { RunOptions } from './run-plan'

const presetHelp = () =>
  benchmarks
    .map(({ name, about, presets }) => {
      const lines = presets.map(
        (p) =>
          `    ${p.name.padEnd(6)} ${p.network}, T ${p.T}, ${p.samples} samples seen${p.builtIn.samples === undefined ? '' : ` (${p.builtIn.samples} built-in)`}: ${p.about}`,
      )
      return [`  ${name}: ${about}`, ...lines].join('\n')
    })
    .join('\n')

const runHelp = () => `
Benchmarks and presets:
${presetHelp()}

Networks are written as in Table VI of the paper: nCk[Sx][Px][(Encoding)], APk[(spikes)], nFC[(Encoding)], joined by -.
Networks of populations add [...]+ (residual), (rec) (rec1) (BN) (WS) (bias) (LI) (DW), Gn, MPk(spikes) and neurons such as
{synaptic 0.9 0.8}; they are trained and evaluated by the reference, the chip does not run them yet (docs/networks.md).

Examples:
  $ h2learn run mnist                                  built-in synthetic digits, quick preset
  $ h2learn run mnist --data path/to/mnist --out out   real IDX files (.gz or not), HTML report in out/
  $ h2learn run mnist --network "32FC(Encoding)-10FC" --T 4 --json -
  $ h2learn run mnist --network "32FC(Encoding)(rec)-10FC(LI)" --T 4 --steps 50
  $ h2learn run mnist --resume out/checkpoint.h2l      goes on where an interrupted run stopped

Exit codes: 0 done, 1 the run failed, 2 wrong input, 130 interrupted (a checkpoint is kept).`

/** `h2learn run`: train, simulate, report. */
export const runCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('run')
      .argument('<benchmark>', benchmarks.map((b) => b.name).join(', '))
      .description('train a network, run its recorded steps on the chip, report')
      .option('--preset <name>', 'quick (default) or paper', wordOption('--preset', ['quick', 'paper']))
      .option('--data <dir>', 'folder with the real data set; without it built-in synthetic data stand in')
      .option(
        '--test-data <dir>',
        'folder with other test samples, such as the real ones for a net trained on built-in data',
      )
      .option(
        '--network <text>',
        'network in the notation of Table VI and its additions, or a JSON or YAML file with its plain form',
      )
      .option('--input <HxWxC>', 'input size HxWxC or HxW, such as 28x28x1; default that of the data set')
      .option(
        '--T <n>',
        'timesteps; default that of the preset, as for network, batch and learning rate',
        integerOption('--T', 1, 1000),
      )
      .option('--batch <n>', 'samples of a batch group', integerOption('--batch', 1, 65536))
      .option('--epochs <n>', 'passes over the training samples', integerOption('--epochs', 1))
      .option('--steps <n>', 'optimiser steps, whatever --epochs says', integerOption('--steps', 1))
      .option('--lr <x>', 'learning rate', positiveOption('--lr'))
      .option(
        '--schedule <name>',
        'course of the learning rate over the steps: cosine (default, falls to 0) or constant',
        wordOption('--schedule', ['cosine', 'constant']),
      )
      .option('--optimizer <name>', 'adam (default) or sgd', wordOption('--optimizer', ['adam', 'sgd']))
      .option(
        '--layer-rates <name>',
        'equal, or fan-in: every layer has the learning rate divided by its fan-in; default that of the preset, equal with sgd',
        wordOption('--layer-rates', ['equal', 'fan-in']),
      )
      .option(
        '--loss <name>',
        'rate-mse or count-cross-entropy, default that of the preset; for a read-out (LI) max-cross-entropy (default) or last-cross-entropy',
        wordOption('--loss', ['rate-mse', 'count-cross-entropy', 'max-cross-entropy', 'last-cross-entropy']),
      )
      .option(
        '--precision <name>',
        'f32 (default), f16 (rounded at every operation, slow) or f64',
        wordOption('--precision', ['f32', 'f16', 'f64']),
      )
      .option(
        '--backend <name>',
        'fast (default but for f64; the bits of the reference), folded or fused (faster, other rounding), reference',
        wordOption('--backend', ['fast', 'folded', 'fused', 'reference']),
      )
      .option('--loss-scale <x>', 'factor on the loss gradient before FP16; default 1', positiveOption('--loss-scale'))
      .option(
        '--leak <x>',
        'share of its potential that a neuron keeps a timestep, 0 to 1; default 0.5',
        rangeOption('--leak', 0, 1),
      )
      .option(
        '--fire-threshold <x>',
        'potential at which a neuron fires; default 1',
        positiveOption('--fire-threshold'),
      )
      .option(
        '--reset <name>',
        'what a spike leaves of the potential: zero (default) sets it to 0, subtract takes the threshold off',
        wordOption('--reset', ['zero', 'subtract']),
      )
      .option(
        '--surrogate <name[=x]>',
        'derivative of a spike in the backward pass: rectangular (default, between the bounds of --grad-window), arctan, fast-sigmoid or triangle, with height, slope or width x; the others are trained without the fast kernels',
        surrogateOption('--surrogate'),
      )
      .option(
        '--grad-window <low,high>',
        'potentials between which a gradient passes, (th_l, th_r)',
        windowOption('--grad-window'),
      )
      .addOption(new Option('--detach-reset', 'let no gradient pass the reset, as many frameworks do'))
      .addOption(new Option('--no-detach-reset', 'let it pass, as in Eq. 2; default that of the preset'))
      .option(
        '--firing-rate <x>',
        'rate at which the layers fire before training; default that of the preset, or 0.15',
        shareOption('--firing-rate'),
      )
      .option(
        '--beta2 <x>',
        "decay of Adam's mean of squares; default that of the preset, or 0.999",
        shareOption('--beta2'),
      )
      .option('--seed <n>', 'seed of everything random; default 1', integerOption('--seed', Number.MIN_SAFE_INTEGER))
      .option(
        '--threads <n>',
        'worker threads, default one a core; results do not depend on it',
        integerOption('--threads', 1, 256),
      )
      .option(
        '--sub-batches <n>',
        'sub-batches of the sampled step that the chip runs',
        integerOption('--sub-batches', 1),
      )
      .option('--eval-samples <n>', 'samples to evaluate the trained network on', integerOption('--eval-samples', 1))
      .addOption(
        new Option('--check-function', 'run the engines bit-exact on one sub-batch and compare with the reference'),
      )
      .addOption(new Option('--no-check-function', 'leave that out'))
      .option('--out <dir>', 'folder for report.html, report.json and the checkpoint')
      .option('--resume <file>', 'checkpoint of an interrupted run')
      .option(
        '--checkpoint-every <s>',
        'longest time between two checkpoints in seconds, default 30; the first is written after the first step',
        positiveOption('--checkpoint-every'),
      ),
  )
    .addHelpText('after', runHelp())
    .action(async (benchmark: string, given: RunOptions & CommonOptions) => {
      const { quiet: _q, verbose: _v, color: _c, debug: _d, config: _f, ...options } = given
      const { runBenchmark } = await import('./run')
      exitWith(await runBenchmark(benchmark, options, consoleOf(given)))
    })
}
