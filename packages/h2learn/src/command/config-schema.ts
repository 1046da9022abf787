import type { Argument, Command, Option } from 'commander'
import type { ValueSchema } from './numbers'

/** Options that make no sense inside a configuration file. */
const notInFiles = new Set(['config', 'debug', 'help', 'version'])

/** Commands that a configuration file says nothing about. */
const withoutFile = new Set(['help', 'init', 'completion', 'complete', 'bench'])

/** Key of an option in a configuration file: its long flag without the hyphens; `--no-x` is `x`. */
export const optionKey = (option: Option): string => option.long!.replace(/^--(no-)?/, '')

/** The commands that take a configuration file. */
export const configurable = (root: Command): readonly Command[] =>
  root.commands.filter((command) => !withoutFile.has(command.name()) && command.commands.length === 0)

/** The options of a command that may stand in a file, once each: `--x` before `--no-x`. */
export const fileOptions = (command: Command): readonly Option[] => {
  const seen = new Map<string, Option>()
  for (const option of command.options) {
    const key = optionKey(option)
    if (!option.hidden && !notInFiles.has(key) && (!seen.has(key) || seen.get(key)!.negate)) seen.set(key, option)
  }
  return [...seen.values()]
}

const readSchema = ({ parseArg, argChoices }: Option | Argument): ValueSchema | undefined =>
  (parseArg as { schema?: ValueSchema } | undefined)?.schema ?? (argChoices && { enum: argChoices })

const optionSchema = (option: Option): ValueSchema => {
  const description = option.description
  if (option.isBoolean() || option.negate) return { type: 'boolean', description }
  const one = readSchema(option) ?? { type: ['string', 'number'] }
  return option.variadic ? { type: 'array', items: one, description } : { ...one, description }
}

const argumentSchema = (argument: Argument): ValueSchema => {
  const one = readSchema(argument) ?? { type: 'string', minLength: 1 }
  const { description } = argument
  return argument.variadic ? { type: 'array', items: one, minItems: 1, description } : { ...one, description }
}

/**
 * JSON Schema of the configuration file, drawn from the commands themselves: a section for each command, in it the long
 * flags without hyphens and the arguments by name.
 */
export const configSchema = (root: Command): ValueSchema => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Configuration of the command h2learn',
  description: 'Options of each command; flags on the command line win over the file.',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    ...Object.fromEntries(
      configurable(root).map((command) => [
        command.name(),
        {
          // a section whose every line is commented out is null
          type: ['object', 'null'],
          description: command.description(),
          additionalProperties: false,
          properties: Object.fromEntries([
            ...command.registeredArguments.map((argument) => [argument.name(), argumentSchema(argument)]),
            ...fileOptions(command).map((option) => [optionKey(option), optionSchema(option)]),
          ]),
        },
      ]),
    ),
  },
})
