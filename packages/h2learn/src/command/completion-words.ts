import completion from '@bomb.sh/tab'
import type { Argument, Command, Option } from 'commander'
import { benchmarks } from '../benchmarks'
import { chipSettings } from '../chip/chip-template'
import { exitCodes } from './failure'
import type { ValueSchema } from './numbers'

type Words = readonly (readonly [word: string, about: string])[]

/** The values an option or argument can have, where they can be listed. */
const valuesOf = (command: Command, part: Option | Argument): Words | undefined => {
  const schema = (part.parseArg as { schema?: ValueSchema } | undefined)?.schema
  const words = part.argChoices ?? (Array.isArray(schema?.enum) ? (schema.enum as readonly unknown[]).map(String) : [])
  if (words.length > 0) return words.map((word) => [word, ''] as const)
  if (command.name() === 'run' && part.name() === 'benchmark')
    return benchmarks.map(({ name, about }) => [name, about] as const)
  if (part.name() === 'set') return chipSettings()
  return undefined
}

const handler = (words: Words | undefined) => (complete: (word: string, about: string) => void) => {
  for (const [word, about] of words ?? []) complete(word, about)
}

/** What bash needs where the package bash-completion, on which the script counts, is not installed. */
const bashWords = `if ! declare -F _get_comp_words_by_ref > /dev/null; then
  _get_comp_words_by_ref() {
    words=("\${COMP_WORDS[@]}"); cword=$COMP_CWORD
    cur=\${COMP_WORDS[COMP_CWORD]}; prev=\${COMP_WORDS[COMP_CWORD - 1]}
  }
fi
`

/**
 * Prints the completion script of a shell (`completion <shell>`), or the words that fit a command line so far
 * (`complete -- words...`, what the scripts call). @returns the exit code
 */
export const completeFor = (root: Command, argv: readonly string[]): number => {
  const [name, shell, ...words] = argv
  for (const command of root.createHelp().visibleCommands(root)) {
    const known = completion.command(command.name(), command.description())
    for (const option of root.createHelp().visibleOptions(command)) {
      const long = option.long?.slice(2)
      if (long === undefined) continue
      const short = option.short?.slice(1)
      if (option.required) known.option(long, option.description, handler(valuesOf(command, option)), short)
      else known.option(long, option.description, short)
    }
    for (const argument of command.registeredArguments)
      known.argument(argument.name(), handler(valuesOf(command, argument)), argument.variadic)
  }
  if (shell === 'bash') process.stdout.write(bashWords)
  if (name === 'complete') completion.parse(words)
  else completion.setup('h2learn', 'h2learn', shell!)
  return exitCodes.done
}
