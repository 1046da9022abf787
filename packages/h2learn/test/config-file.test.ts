import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { configSchema } from '../src/command/config-schema'
import { configTemplate } from '../src/command/init'
import { commandTree } from '../src/command/program'
import { bin, built, h2learn, smallMnist, temporaryFolder } from './command-helper'

const root = commandTree(() => {})
const stackLine = /\n\s+at .*:\d+:\d+/

describe('the configuration file', () => {
  it('has a valid JSON Schema with a section for each command and an entry for each option', () => {
    const schema = configSchema(root) as { properties: Record<string, { properties: Record<string, unknown> }> }
    expect(new Ajv({ strict: false }).validateSchema(schema)).toBe(true)
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(['run', 'verify']))
    for (const key of ['benchmark', 'T', 'grad-window', 'optimizer', 'json', 'quiet', 'color'])
      expect(schema.properties.run!.properties).toHaveProperty(key)
    for (const key of ['config', 'debug', 'help']) expect(schema.properties.run!.properties).not.toHaveProperty(key)
    for (const [name, section] of Object.entries(schema.properties))
      for (const [key, value] of Object.entries(section.properties ?? {}))
        expect((value as { description: string }).description, `${name}.${key}`).toMatch(/\w/)
  })

  it('is written by init: a template that is valid, and stays valid when every comment is taken away', () => {
    const template = configTemplate(root)
    const validate = new Ajv({ strict: false }).compile(configSchema(root))
    expect(validate(parse(template)), JSON.stringify(validate.errors)).toBe(true)
    const open = template.replace(/^( {2})# (\S+: (?:"|\[|[\w.-]+(?:\/|$)|-?\d))/gm, '$1$2')
    expect(open).toMatch(/^ {2}grad-window: \[-0.5, 2.5\]$/m)
    expect(open).toMatch(/^ {2}batch: 64$/m)
    expect(validate(parse(open)), JSON.stringify(validate.errors)).toBe(true)
    expect(template.split('\n').filter((line) => line.length > 100)).toEqual([])
  })
})

describe.skipIf(!built)('h2learn with a configuration file (skipped without a build)', () => {
  const folder = temporaryFolder()
  const data = smallMnist(64, 16)
  const write = (name: string, text: string) => {
    const path = join(folder, name)
    writeFileSync(path, text)
    return path
  }
  const run = `{ benchmark: mnist, data: ${JSON.stringify(data)}, network: 8FC(Encoding)-10FC, T: 2, steps: 2, threads: 1, batch: 16 }`

  it('runs with YAML and JSON alike, and a flag wins over the file', () => {
    const yaml = write('settings ü.yaml', `run: ${run.replace('}', ', grad-window: [-0.5, 2.5] }')}`)
    const json = write('settings.json', JSON.stringify(parse(`run: ${run}`)))
    const result = (...args: readonly string[]) => {
      const { code, stdout, stderr } = h2learn(['run', '--json', '-', '--quiet', ...args], folder)
      expect(code, stderr).toBe(0)
      return JSON.parse(stdout)
    }
    const a = result('--config', yaml)
    expect([a.T, a.network, a.training.steps, a.batch]).toEqual([2, '8FC(Encoding)-10FC', 2, 16])
    const b = result(`--config=${json}`, '--T', '3')
    expect([b.T, b.training.steps]).toEqual([3, 2])
    // the words typed are the same as the words of the file
    const words = ['mnist', '--data', data, '--network', '8FC(Encoding)-10FC', '--T', '2', '--steps', '2']
    expect(result(...words, '--batch', '16').weights_crc32).toBe(a.weights_crc32)
  })

  it.each([
    ['a misspelt option', 'run: { bacth: 3 }', /run: expected an option of run, got "bacth"; did you mean "batch"\?/],
    ['a misspelt section', 'rnu: {}', /expected sections named run, .*did you mean "run"\?/],
    ['a word for a number', 'run: { T: many }', /run\.T: expected a value of type integer, got "many"/],
    ['a number out of range', 'run: { T: 0 }', /run\.T: .*>= 1, got 0/],
    ['an unknown choice', 'run: { optimizer: adma }', /run\.optimizer: expected adam or sgd, got "adma"/],
    ['a list for a section', 'run: [1]', /run: expected a value of type object/],
    ['a list for everything', '[]', /expected a value of type object, got an empty list/],
    ['broken YAML', 'run: { T: 3', /expected YAML or JSON, got .*line 1/],
  ])('refuses %s, saying where, with exit code 2', (_, text, message) => {
    const { code, stderr } = h2learn(['run', 'mnist', '--config', write('wrong.yaml', text)], folder)
    expect(stderr).toMatch(message)
    expect(stderr).toContain('wrong.yaml')
    expect(stderr).not.toMatch(stackLine)
    expect(code).toBe(2)
  })

  it('refuses broken JSON, a folder, a file that is not there, and no name at all', () => {
    const refused = (...args: readonly string[]) => {
      const { code, stderr } = h2learn(['run', ...args], folder)
      expect(code).toBe(2)
      expect(stderr).not.toMatch(stackLine)
      return stderr
    }
    expect(refused('--config', write('wrong.json', '{"run": {,}}'))).toMatch(
      /wrong\.json: expected valid JSON, got .*position/,
    )
    expect(refused('--config', folder)).toMatch(/expected a YAML or JSON file, got .* \(a folder\)/)
    expect(refused('--config', 'nothing.yaml')).toMatch(
      /expected a YAML or JSON file, got nothing\.yaml \(nothing of that name\)/,
    )
    expect(refused('--config')).toMatch(/--config: expected the name of a YAML or JSON file, got nothing/)
    expect(refused('--config', write('empty.yaml', '# nothing'))).toMatch(/missing required argument 'benchmark'/)
  })

  it('init writes a file that runs as it stands, does not replace one, and names the schema for editors', () => {
    const cwd = temporaryFolder()
    expect(h2learn(['init'], cwd).code).toBe(0)
    expect(readFileSync(join(cwd, 'h2learn.yaml'), 'utf8')).toMatch(/^# yaml-language-server: \$schema=/)
    const again = h2learn(['init'], cwd)
    expect(again.code).toBe(2)
    expect(again.stderr).toMatch(/expected a file that is not there yet, got h2learn\.yaml.*--force/)
    expect(h2learn(['init', '--force', '--json', '-'], cwd).stdout).toContain('"file": "h2learn.yaml"')
    expect(h2learn(['init', 'settings.txt'], cwd).stderr).toMatch(/ends in \.yaml or \.yml, got settings\.txt/)
    expect(h2learn(['init', 'new folder ü/a.yaml'], cwd).code).toBe(0)
    const done = h2learn(
      [
        'run',
        '--config',
        'h2learn.yaml',
        '--network',
        '8FC(Encoding)-10FC',
        '--T',
        '1',
        '--steps',
        '1',
        '--eval-samples',
        '8',
        '-q',
      ],
      cwd,
    )
    expect(done.code, done.stderr).toBe(0)
    const schema = h2learn(['init', '--schema', '-'], cwd)
    expect(JSON.parse(schema.stdout)).toEqual(configSchema(root))
    expect(existsSync(new URL('../dist/config.schema.json', import.meta.url))).toBe(true)
  })
})

describe.skipIf(!built)('completion (skipped without a build)', () => {
  const words = (...typed: readonly string[]) =>
    h2learn(['complete', '--', ...typed])
      .stdout.split('\n')
      .filter((line) => line !== '' && !line.startsWith(':'))
      .map((line) => line.split('\t')[0])

  it('offers commands, benchmarks, options and their values', () => {
    expect(words('')).toEqual(expect.arrayContaining(['run', 'verify', 'init', 'bench', 'completion']))
    expect(words('run', '')).toEqual(expect.arrayContaining(['mnist', 'cifar10']))
    expect(words('run', 'mnist', '--opt')).toEqual(['--optimizer'])
    expect(words('run', 'mnist', '--preset', '')).toEqual(['quick', 'paper'])
  })

  it('prints a script for each shell, which bash, zsh and fish (where installed) can read, and refuses others', () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = h2learn(['completion', shell])
      expect(code).toBe(0)
      expect(stdout.length).toBeGreaterThan(500)
      const read = spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' })
      if (read.error === undefined) expect(read.stderr).toBe('')
    }
    const { code, stderr } = h2learn(['completion', 'tcsh'])
    expect(stderr).toMatch(/Allowed choices are bash, zsh, fish/)
    expect(code).toBe(2)
  })

  it('completes in a real bash', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/h2learn'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`)
    chmodSync(join(folder, 'bin/h2learn'), 0o755)
    const script = `source <(h2learn completion bash)
COMP_WORDS=(h2learn run mnist --preset ''); COMP_CWORD=4; COMP_LINE='h2learn run mnist --preset '; COMP_POINT=\${#COMP_LINE}
__h2learn_complete 2>/dev/null; printf '%s\\n' "\${COMPREPLY[@]}"`
    const { stdout } = spawnSync('bash', ['-c', script], {
      encoding: 'utf8',
      env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    })
    expect(stdout.split('\n').map((line) => line.trim().split(/\s/)[0])).toEqual(
      expect.arrayContaining(['quick', 'paper']),
    )
  })
})
