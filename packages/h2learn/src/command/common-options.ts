import { InputError } from '@h2learn/snn-core'
import type { Command } from 'commander'
import { openConsole } from './console'
import { jsonOption } from './files'

/** Options every command has. */
export interface CommonOptions {
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color: boolean
  readonly debug?: boolean
  readonly json?: string
  /** Read before the command line is parsed; its values stand there as options. */
  readonly config?: string
}

/** The console that these options ask for. @throws InputError for --quiet with --verbose */
export const consoleOf = ({ quiet = false, verbose = false, color, json }: CommonOptions) => {
  if (quiet && verbose)
    throw new InputError({
      where: '--quiet --verbose',
      expected: 'one of the two',
      got: 'both',
      hint: 'leave one out',
    })
  return openConsole({ quiet, verbose, color: color && !process.env.NO_COLOR, jsonOnStdout: json === '-' })
}

/** Adds the options every command has. */
export const withCommonOptions = (command: Command): Command =>
  command
    .option('--json <file>', 'write all results as JSON with units in the key names; - for standard output', jsonOption)
    .option('--config <file>', 'options from a YAML or JSON file (h2learn init writes one); flags win')
    .option('-q, --quiet', 'results only, no progress')
    .option('-v, --verbose', 'say more: files, times, versions')
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('--debug', 'show the stack of an error')

/** Adds one command to the program; the command hands its exit code to `exitWith`. */
export type RegisterCommand = (root: Command, exitWith: (code: number) => void) => void
