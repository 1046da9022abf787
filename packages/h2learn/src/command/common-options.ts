import type { Command } from 'commander'
import { openConsole } from './console'

/** Options every command has. */
export interface CommonOptions {
  readonly quiet?: boolean
  readonly color: boolean
  readonly debug?: boolean
  readonly json?: string
}

/** The console that these options ask for. */
export const consoleOf = ({ quiet = false, color, json }: CommonOptions) =>
  openConsole({ quiet, color: color && !process.env.NO_COLOR, jsonOnStdout: json === '-' })

/** Adds the options every command has. */
export const withCommonOptions = (command: Command): Command =>
  command
    .option('--json <file>', 'write all results as JSON with units in the key names; - for standard output')
    .option('-q, --quiet', 'results only, no progress')
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('--debug', 'show the stack of an error')

/** Adds one command to the program; the command hands its exit code to `exitWith`. */
export type RegisterCommand = (root: Command, exitWith: (code: number) => void) => void
