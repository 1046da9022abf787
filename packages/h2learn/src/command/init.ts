import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { InputError } from '@h2learn/snn-core'
import { writeWhole } from '@h2learn/snn-core/threads'
import type { Command, Option } from 'commander'
import { type CommonOptions, consoleOf, type RegisterCommand, withCommonOptions } from './common-options'
import { configSchema, configurable, fileOptions, optionKey } from './config-schema'
import { exitCodes } from './failure'
import { jsonTarget, resultFolder, writeJson } from './files'
import type { ValueSchema } from './numbers'
import { shellCommand } from './shell-word'
import { wrapped } from './wrapped'

/** Where an editor finds the schema of an installed package. */
const schemaPath = 'node_modules/h2learn/dist/config.schema.json'

const comment = (text: string, indent: string): readonly string[] =>
  wrapped(text, 98 - indent.length).map((line) => `${indent}# ${line}`)

/** Values to stand in the comments; what is not listed follows from the option's schema. */
const samples: Readonly<Record<string, string>> = {
  data: 'path/to/data',
  'test-data': 'path/to/other/data',
  network: '"32FC(Encoding)-10FC"',
  input: '28x28x1',
  T: '10',
  batch: '64',
  epochs: '3',
  steps: '1000',
  'loss-scale': '1',
  'grad-window': '[-0.5, 2.5]',
  surrogate: 'rectangular',
  threads: '2',
  'sub-batches': '4',
  'eval-samples': '1000',
  out: 'out',
  resume: 'out/checkpoint.h2l',
  json: 'result.json',
}

/** A value that the option could have, to stand in its comment. */
const sampleValue = (option: Option): string => {
  const known = samples[optionKey(option)]
  if (known !== undefined) return known
  if (option.isBoolean() || option.negate) return option.negate ? 'false' : 'true'
  const schema = (option.parseArg as { schema?: ValueSchema } | undefined)?.schema
  if (Array.isArray(schema?.enum)) return String(schema.enum[0])
  if (schema?.type === 'integer') return String(Math.max(1, Number(schema.minimum ?? 1)))
  if (schema?.type === 'number') return '0.001'
  const value = `"${/[<[]([^>\]]+)/.exec(option.flags)?.[1]?.replace(/\.+$/, '') ?? ''}"`
  return option.variadic ? `[${value}]` : value
}

const sectionLines = (command: Command): readonly string[] => {
  const first = command.name() === 'run'
  return [
    '',
    ...comment(`h2learn ${command.name()}: ${command.description()}`, ''),
    `${command.name()}:`,
    ...command.registeredArguments.flatMap((argument) => [
      ...comment(argument.description || `the argument of the command, ${argument.name()}`, '  '),
      first ? `  ${argument.name()}: mnist` : `  # ${argument.name()}: ${argument.variadic ? '["..."]' : '"..."'}`,
    ]),
    ...fileOptions(command).flatMap((option) => [
      ...comment(option.description, '  '),
      `  # ${optionKey(option)}: ${sampleValue(option)}`,
    ]),
  ]
}

/** A configuration file with every option of every command as a comment; it runs MNIST as it stands. */
export const configTemplate = (root: Command): string =>
  `${[
    `# yaml-language-server: $schema=${schemaPath}`,
    ...comment(
      'Options of the command h2learn. Take the # away from a line to set it. What is typed on the command line wins. Use it with: h2learn run --config h2learn.yaml',
      '',
    ),
    ...configurable(root).flatMap(sectionLines),
  ].join('\n')}\n`

interface InitOptions extends CommonOptions {
  readonly force?: boolean
  readonly schema?: string
  readonly chip?: boolean
}

const writeTemplate = async (
  root: Command,
  named: string | undefined,
  { force, schema, chip, ...given }: InitOptions,
) => {
  const file = named ?? (chip ? 'chip.yaml' : 'h2learn.yaml')
  const out = consoleOf(given)
  if (schema !== undefined) {
    await jsonTarget('--schema', schema)
    return writeJson(schema, chip ? (await import('../chip/chip-schema')).chipSchema : configSchema(root))
  }
  if (given.json !== undefined) await jsonTarget('--json', given.json)
  if (!/\.ya?ml$/i.test(file))
    throw new InputError({ where: 'init', expected: 'a file name that ends in .yaml or .yml', got: file })
  const there = await access(file).then(
    () => true,
    () => false,
  )
  if (there && !force)
    throw new InputError({
      where: 'init',
      expected: 'a file that is not there yet',
      got: file,
      hint: 'name another, or replace it with --force',
    })
  await resultFolder('init', dirname(file))
  // the chip's fields bring in the engines, which other commands do without
  await writeWhole(file, chip ? (await import('../chip/chip-template')).chipTemplate() : configTemplate(root))
  const use = chip ? ['simulate', '--benchmark', 'cifar10', '--chip'] : ['run', '--config']
  out.say(`wrote ${file}; run it with: ${shellCommand('h2learn', ...use, file)}`)
  if (given.json !== undefined) await writeJson(given.json, { file })
}

/** `h2learn init`: writes a commented configuration file. */
export const initCommand: RegisterCommand = (root, exitWith) => {
  withCommonOptions(
    root
      .command('init')
      .argument('[file]', 'where to write it (h2learn.yaml, or chip.yaml with --chip)')
      .description('write a commented configuration file')
      .option('--chip', 'write a chip with every field instead, for --chip of simulate and sweep')
      .option('--force', 'replace a file that is there')
      .option('--schema <file>', 'write the JSON Schema of such files instead; - for standard output'),
  )
    .addHelpText(
      'after',
      `
Examples:
  $ h2learn init                              h2learn.yaml in this folder
  $ h2learn init experiments/first.yaml
  $ h2learn init --chip                       chip.yaml: every field of the paper's chip
  $ h2learn run --config h2learn.yaml --T 4   flags win over the file

Editors that know YAML schemas complete the file: its first line names the schema in the installed package.

Exit codes: 0 written, 2 the file is there already or cannot be written.`,
    )
    .action(async (file: string | undefined, given: InitOptions) => {
      await writeTemplate(root, file, given)
      exitWith(exitCodes.done)
    })
}
