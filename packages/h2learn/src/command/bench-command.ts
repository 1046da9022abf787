import type { RegisterCommand } from './common-options'

/** `h2learn bench`: wall-clock benchmarks of the installed packages. */
export const benchCommand: RegisterCommand = (root, exitWith) => {
  root
    .command('bench')
    .argument('[name]', 'which one; without a name they are listed')
    .argument('[options...]', 'options of that benchmark; its --help lists them')
    .description('time this software on this machine (not the modelled chip)')
    .option('--json <file>', 'write the figures as JSON; - for standard output')
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('--debug', 'show the stack of an error')
    .allowUnknownOption()
    .passThroughOptions()
    .addHelpText(
      'after',
      `
Examples:
  $ h2learn bench                             which there are
  $ h2learn bench train --net mnist           training steps, ours beside the reference
  $ h2learn bench train --net mlp --json -
  $ h2learn bench train --help                what it can be told

Exit codes: 0 done, 1 a benchmark failed, 2 wrong input.`,
    )
    .action(async (name: string | undefined, options: string[], given: { json?: string }) => {
      const { runBench } = await import('./bench')
      exitWith(await runBench(name, [...options, ...(given.json === undefined ? [] : ['--json', given.json])]))
    })
}
