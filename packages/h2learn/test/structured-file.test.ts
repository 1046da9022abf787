import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InputError } from '@h2learn/config'
import { afterAll, describe, expect, it } from 'vitest'
import { readChipConfig } from '../src/chip/chip-config'
import { readStructured } from '../src/chip/structured-file'
import { withConfigFile } from '../src/command/config-file'
import { commandTree, program } from '../src/command/program'
import { readSweep } from '../src/sweep/sweep-spec'

const folder = mkdtempSync(join(tmpdir(), 'h2learn-structured-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = (text: string, name = 'file.yaml') => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}
const refused = async (text: string, message: string, name?: string) => {
  const path = file(text, name)
  const error: Error = await readStructured(path).then(
    () => new Error('it was read'),
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(InputError)
  expect(error.message).toContain(message)
}

describe('readStructured', () => {
  it('refuses references without an anchor, with line and column, wherever a user may write one', async () => {
    await refused(
      '# a chip\n{clock: *gated}',
      'file.yaml, line 2, column 9: expected an anchor &gated before it, got *gated alone',
    )
    await refused('benchmarks:\n  - <<: *base\n', 'line 2, column 9: expected an anchor &base')
    await refused('? *a\n: 1\n', 'line 1, column 3: expected a text before the colon')
    await refused('a: *b\nb: &b 1\n', 'expected an anchor &b before it')
    for (const read of [
      () => readChipConfig(file('{clock: *gated}')),
      () => readSweep(file('vary: {batch: [8]}\nbenchmarks: [<<: *base]\n')),
      () =>
        withConfigFile(
          commandTree(() => {}),
          ['run', '--config', file('run: { seed: *one }')],
        ),
      () => program(['simulate', '--benchmark', 'mnist', '--chip', file('{clock: *gated}')]),
    ])
      await expect(read()).rejects.toMatchObject({
        code: 'H2LEARN_INPUT',
        message: expect.stringContaining('expected an anchor'),
      })
  })

  it('takes references that have one', async () => {
    expect(await readStructured(file('a: &x { b: 1 }\nc: *x\nd: [*x, *x]\n'))).toEqual({
      a: { b: 1 },
      c: { b: 1 },
      d: [{ b: 1 }, { b: 1 }],
    })
  })

  it('refuses circles, bombs and levels without end, and ends', async () => {
    await refused(
      'a: &x [1, *x]',
      'line 1, column 11: expected a reference to something before it, got *x inside of &x',
    )
    const bomb = ['a0: &a0 [x, x]', ...Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)]
    await refused(bomb.join('\n'), 'expected YAML or JSON of a usual size')
    await refused(`a: &a 1\nb: [${'*a, '.repeat(200)}]`, 'at most 100 references')
    await refused('['.repeat(20_000), 'levels')
    await refused(`${'['.repeat(2000)}${']'.repeat(2000)}`, 'levels')
    await refused('- '.repeat(5000), 'levels')
    await refused(`${'['.repeat(50_000)}${']'.repeat(50_000)}`, 'at most 64 levels', 'deep.json')
    await refused(`a: ${'x'.repeat(2 ** 18)}`, 'at most 262144 characters')
  })

  it('refuses a key that stands twice, and finds it among very many in a moment', async () => {
    await refused('a: 1\nb: 2\n"a": 3', 'line 3, column 1: expected each key once, got "a" again')
    await refused('{"a": 1, "a": 2}', 'line 1: expected each key once', 'twice.json')
    const many = Array.from({ length: 20_000 }, (_, i) => `k${i}: 1`)
    await refused([...many, 'k7: 2'].join('\n'), 'line 20001, column 1: expected each key once, got "k7" again')
  })

  it('refuses keys and values of other kinds than JSON has', async () => {
    await refused('? [b]\n: 1', 'line 1, column 3: expected a text before the colon')
    await refused('{!!binary x: 1}', 'expected a text before the colon')
    await refused(
      'memory: !!set {bandwidthGBps}',
      'memory: expected numbers, texts, true, false, null, lists and objects',
    )
    await refused('a: !mine 3', 'Unresolved tag: !mine at line 1, column 4')
  })

  it('refuses numbers that are no numbers', async () => {
    await refused('a: .nan', 'a: expected a finite number, got NaN')
    await refused('a: [1, -.inf]', 'a.1: expected a finite number')
    await refused('{"a": 1e999}', 'a: expected a finite number', 'big.json')
  })
})
