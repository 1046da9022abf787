import { Command } from 'commander'
import { benchCommand } from './bench-command'
import type { RegisterCommand } from './common-options'
import { completionCommand, isCompletion } from './completion'
import { withConfigFile } from './config-file'
import { dataCommand } from './data-command'
import { initCommand } from './init'
import { pricesCommand } from './prices-command'
import { reproduceCommand } from './reproduce-command'
import { runCommand } from './run-command'
import { simulateCommand } from './simulate-command'
import { mergeCommand, sweepCommand } from './sweep-command'
import { verifyCommand } from './verify-command'
import { version } from './version'

const commands: readonly RegisterCommand[] = [
  runCommand,
  simulateCommand,
  sweepCommand,
  mergeCommand,
  reproduceCommand,
  pricesCommand,
  verifyCommand,
  benchCommand,
  dataCommand,
  initCommand,
  completionCommand,
]

/** The command line as a tree of commands. */
export const commandTree = (exitWith: (code: number) => void): Command => {
  const root = new Command('h2learn')
    .description(
      'Train spiking networks with BPTT and see what the H2Learn accelerator would do with exactly that data.',
    )
    .version(version)
    .showHelpAfterError('(h2learn --help lists commands and options)')
    .showSuggestionAfterError()
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText(
      'after',
      `
Examples:
  $ h2learn run mnist                    train on built-in digits, run the recorded step on the chip, report
  $ h2learn init                         write a commented configuration file
  $ h2learn run --config h2learn.yaml    run with it
  $ h2learn <command> --help             options and examples of a command

Exit codes: 0 done, 1 the run failed, 2 wrong input, 130 interrupted.`,
    )
  for (const register of commands) register(root, exitWith)
  root.configureOutput({ writeErr: (text) => process.stderr.write(text) })
  return root
}

/** Parses the command line and runs what it names. @returns the exit code */
export const program = async (argv: readonly string[]): Promise<number> => {
  let exitCode = 0
  const root = commandTree((code) => {
    exitCode = code
  })
  if (argv.length === 0) {
    root.outputHelp()
    return 0
  }
  if (isCompletion(argv)) {
    const { completeFor } = await import('./completion-words')
    return completeFor(root, argv)
  }
  await root.parseAsync(await withConfigFile(root, argv), { from: 'user' })
  return exitCode
}
