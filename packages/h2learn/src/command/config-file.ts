import { InputError, nearest, shown } from '@h2learn/config'
import type { ErrorObject } from 'ajv'
import type { Command } from 'commander'
import { readStructured } from '../chip/structured-file'
import { configSchema, configurable, fileOptions, optionKey } from './config-schema'

type Section = Readonly<Record<string, unknown>>

const wrong = (where: string, expected: string, got: string, hint?: string) =>
  new InputError({ where, expected, got, ...(hint && { hint }) })

/** What an error of the validator means, in our words. */
const explainError = (path: string, { instancePath, keyword, params, parentSchema, data, message }: ErrorObject) => {
  const place = instancePath.slice(1).replaceAll('/', '.')
  const where = place === '' ? path : `${path}: ${place}`
  const got = shown(data)
  if (keyword === 'additionalProperties') {
    const known = Object.keys((parentSchema as { properties: object }).properties).filter((key) => key !== '$schema')
    const key = params.additionalProperty as string
    const close = nearest(key, known)
    return wrong(
      where,
      place === '' ? `sections named ${known.join(', ')}` : `an option of ${place.split('.')[0]}`,
      `"${key}"`,
      close !== undefined ? `did you mean "${close}"?` : `known are ${known.join(', ')}`,
    )
  }
  if (keyword === 'enum') return wrong(where, (params.allowedValues as string[]).join(' or '), got)
  if (keyword === 'type') return wrong(where, `a value of type ${[params.type].flat().join(' or ')}`, got)
  return wrong(where, `a value that ${message ?? 'is valid'}`, got)
}

/** Reads and validates a configuration file against the commands of the program. @throws InputError */
const readConfig = async (root: Command, path: string): Promise<Readonly<Record<string, Section | undefined>>> => {
  const content = await readStructured(path, '--config')
  if (content === null || content === undefined) return {}
  const { Ajv } = await import('ajv')
  const validate = new Ajv({ verbose: true, allowUnionTypes: true, strict: false }).compile(configSchema(root))
  // a section whose every line is commented out is there and empty
  const sections =
    typeof content === 'object' && !Array.isArray(content)
      ? Object.fromEntries(Object.entries(content).map(([key, value]) => [key, value ?? {}]))
      : content
  if (!validate(sections)) throw explainError(path, validate.errors![0]!)
  return sections as Readonly<Record<string, Section | undefined>>
}

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [String(value)])

/** A section as the words one would type: arguments first, then options. */
const asWords = (command: Command, section: Section, withArguments: boolean): readonly string[] => [
  ...(withArguments
    ? command.registeredArguments.flatMap((argument) =>
        section[argument.name()] === undefined ? [] : texts(section[argument.name()]),
      )
    : []),
  ...fileOptions(command).flatMap((option) => {
    const value = section[optionKey(option)]
    if (value === undefined) return []
    if (option.isBoolean() || option.negate) {
      const flag = command.options.find((o) => optionKey(o) === optionKey(option) && o.negate === (value === false))
      return flag ? [flag.long!] : []
    }
    // an array for one value is a pair such as low,high
    const words = option.variadic ? texts(value) : [texts(value).join(',')]
    return words.map((word) => `${option.long}=${word}`)
  }),
]

/** The file that `--config` names, and the words without it. */
const takeConfig = (words: readonly string[]): { readonly path?: string; readonly rest: readonly string[] } => {
  const end = words.indexOf('--')
  const upTo = end < 0 ? words.length : end
  const at = words.findIndex((word, i) => i < upTo && (word === '--config' || word.startsWith('--config=')))
  if (at < 0) return { rest: words }
  const inline = words[at]!.startsWith('--config=')
  const path = inline ? words[at]!.slice('--config='.length) : words[at + 1]
  if (path === undefined || path === '') throw wrong('--config', 'the name of a YAML or JSON file', 'nothing')
  return { path, rest: [...words.slice(0, at), ...words.slice(at + (inline ? 1 : 2))] }
}

/**
 * The command line with the options of its configuration file put in before those that were typed, so that the typed ones
 * win; arguments of the file count only where none were typed.
 * @throws InputError naming the place in the file, what was expected and what stands there
 */
export const withConfigFile = async (root: Command, argv: readonly string[]): Promise<readonly string[]> => {
  const [name, ...words] = argv
  const command = configurable(root).find((c) => c.name() === name)
  if (command === undefined && takeConfig(words).path !== undefined && root.commands.some((c) => c.name() === name))
    throw wrong(
      '--config',
      `one of ${configurable(root)
        .map((c) => c.name())
        .join(', ')}`,
      `the command ${name}`,
    )
  if (command === undefined || words.includes('--help') || words.includes('-h')) return argv
  const { path, rest } = takeConfig(words)
  if (path === undefined) return argv
  const section = (await readConfig(root, path))[command.name()] ?? {}
  // what is no option and no value of one
  const typed = operands(command, rest)
  return [command.name(), ...asWords(command, section, typed === 0), ...rest]
}

/** How many arguments were typed: words that are neither options nor their values. */
const operands = (command: Command, words: readonly string[]): number => {
  let count = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    if (word === '--') return count + words.length - i - 1
    if (!word.startsWith('-') || word === '-') {
      count++
      continue
    }
    const option = command.options.find((o) => o.long === word || o.short === word)
    if (option?.required) i++
  }
  return count
}
