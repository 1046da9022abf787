import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'
import { positiveOption, wordOption } from './numbers'

/** Options of `h2learn prices` as given. */
export interface PricesCommandOptions {
  readonly arithmetic?: 'horowitz' | 'synthesis'
  readonly clock?: 'gated' | 'free'
  readonly glitches?: boolean
  readonly temperature?: number
  readonly storage?: 'flip-flop' | 'latch'
  readonly check?: string
  readonly json?: string
}

const pricesHelp = `
Every action and part with its price at 28 nm and 0.9 V, where it is from, and how: P printed in the paper, L literature,
M measured with public tools, C calibrated, A assumed. Prices of logic are multiplied by k_energy and k_area.

Examples:
  $ h2learn prices
  $ h2learn prices --json prices.json       a file to change and to load again (prices: prices.json in a chip's file)
  $ h2learn prices --check prices.json      whether a file of your own prices everything

Exit codes: 0 done, 2 wrong input, such as a file in which an action has no price.`

/** `h2learn prices`: the price table, to read or to start one's own from. */
export const pricesCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('prices')
      .description('print the price of every action and part with its source, or write them as a file')
      .option(
        '--arithmetic <name>',
        'horowitz (default) or synthesis',
        wordOption('--arithmetic', ['horowitz', 'synthesis']),
      )
      .option('--clock <name>', 'gated (default) or free', wordOption('--clock', ['gated', 'free']))
      .option('--glitches', 'energies of a gate-level run with glitches')
      .option('--temperature <K>', 'of the buffers, 300 to 360; default 360', positiveOption('--temperature'))
      .option('--storage <name>', 'flip-flop (default) or latch', wordOption('--storage', ['flip-flop', 'latch']))
      .option('--check <file>', 'a price table of your own (JSON) to validate and print instead'),
  )
    .addHelpText('after', pricesHelp)
    .action(async (given: PricesCommandOptions & CommonOptions) => {
      const { printPrices } = await import('./prices')
      exitWith(await printPrices(given, consoleOf(given)))
    })
}
