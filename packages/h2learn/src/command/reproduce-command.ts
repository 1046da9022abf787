import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'

/** Options of `h2learn reproduce` as given. */
export interface ReproduceCommandOptions {
  readonly out?: string
  readonly run?: readonly string[]
  readonly json?: string
}

const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value]

const reproduceHelp = `
Tables I to VIII, Figures 10 to 16, and what the paper only mentions: "Table III", table-iii, "Fig. 11", fig11, fig15a,
roofline, baselines, section-iv-c1. Without one, all of them, and what was tried to explain the misses.

Kinds: identity (follows from the counts), calibrated (fitted to the very figure), prediction, estimate, not printed.

Examples:
  $ h2learn reproduce                              every table and figure on the terminal
  $ h2learn reproduce "Fig. 11"
  $ h2learn reproduce table-iii --json -           an array of {id, quantity, paper, model, unit, kind, error_pct, low, high}
  $ h2learn reproduce --out docs                   writes docs/paper-vs-model.md and docs/plots/*.svg
  $ h2learn reproduce fig16 --run out/report.json  with a run of your own (h2learn run ... --preset paper) beside it

Exit codes: 0 done, 2 wrong input.`

/** `h2learn reproduce`: every table and figure of the paper beside the model. */
export const reproduceCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('reproduce')
      .argument('[figure]', 'a table or figure of the paper; default all')
      .description('print what the paper states beside what the model gives, with the gap')
      .option('--out <dir>', 'folder for paper-vs-model.md and plots/; in a clone of the project, docs by default')
      .option('--run <file>', 'JSON report of a training run of your own to show beside (several allowed)', several),
  )
    .addHelpText('after', reproduceHelp)
    .action(async (figure: string | undefined, given: ReproduceCommandOptions & CommonOptions) => {
      const { reproduceFigures } = await import('./reproduce')
      exitWith(await reproduceFigures(figure, given, consoleOf(given)))
    })
}
