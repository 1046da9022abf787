import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'

/** `h2learn verify`: golden vectors against the reference. */
export const verifyCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('verify')
      .argument('<files...>', 'golden vectors (JSON)')
      .description('check the reference against golden vectors made with another implementation'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ h2learn verify my-vectors/*.json
  $ h2learn verify a.f64.json --json -

Exit codes: 0 all agree, 1 one differs by more than its tolerance, 2 one could not be read.`,
    )
    .action(async (files: string[], given: CommonOptions) => {
      const { verifyFiles } = await import('./verify')
      exitWith(
        await verifyFiles(files, consoleOf(given), {
          debug: given.debug === true,
          ...(given.json !== undefined && { json: given.json }),
        }),
      )
    })
}
