import { CommanderError } from 'commander'
import { exitCodes, explain } from './failure'
import { program } from './program'

/**
 * Runs the command line and says how it ended.
 * @returns 0 done, 1 a run that failed, 2 wrong input, 130 interrupted
 */
export const main = async (argv: readonly string[]): Promise<number> => {
  const debug = argv.includes('--debug')
  try {
    return await program(argv)
  } catch (error) {
    // commander has printed its own message
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.input
    const { message, exitCode } = explain(error, debug)
    process.stderr.write(`${message}\n`)
    return exitCode
  }
}
