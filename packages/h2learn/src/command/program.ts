import { Command } from 'commander'
import type { RegisterCommand } from './common-options'
import { runCommand } from './run-command'
import { verifyCommand } from './verify-command'
import { version } from './version'

const commands: readonly RegisterCommand[] = [runCommand, verifyCommand]

/** Parses the command line and runs what it names. @returns the exit code */
export const program = async (argv: readonly string[]): Promise<number> => {
  let exitCode = 0
  const root = new Command('h2learn')
    .description(
      'Train spiking networks with BPTT and see what the H2Learn accelerator would do with exactly that data.',
    )
    .version(version)
    .showHelpAfterError('(h2learn --help lists commands and options)')
    .showSuggestionAfterError()
    .exitOverride()

  for (const register of commands)
    register(root, (code) => {
      exitCode = code
    })

  root.configureOutput({ writeErr: (text) => process.stderr.write(text) })
  if (argv.length === 0) {
    root.outputHelp()
    return 0
  }
  await root.parseAsync(argv, { from: 'user' })
  return exitCode
}
