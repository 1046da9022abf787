import { Argument } from 'commander'
import type { RegisterCommand } from './common-options'

/** Shells that `h2learn completion` writes a script for. */
export const completionShells = ['bash', 'zsh', 'fish'] as const

/** Whether a command line asks for a completion script or, from such a script, for the words that fit. */
export const isCompletion = ([command, next]: readonly string[]): boolean =>
  (command === 'complete' && next === '--') ||
  (command === 'completion' && (completionShells as readonly (string | undefined)[]).includes(next))

/** `h2learn completion`: shows up in the help; the work is done by completeFor. */
export const completionCommand: RegisterCommand = (root) => {
  root
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell to complete in').choices(completionShells))
    .description('print a script that completes commands, options and values')
    .addHelpText(
      'after',
      `
Examples:
  $ source <(h2learn completion bash)                            in ~/.bashrc
  $ source <(h2learn completion zsh)                             in ~/.zshrc, after compinit
  $ h2learn completion fish > ~/.config/fish/completions/h2learn.fish`,
    )
}
