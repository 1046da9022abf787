import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, built, h2learn, interruptedRun, smallMnist, temporaryFolder } from './command-helper'

/** A line of a stack trace: `at name (file:line:column)`. */
const stackLine = /^\s+at .*:\d+:\d+\)?$/m

const tiny = ['--network', '12C5S2(Encoding)-16C3-AP2-10FC', '--T', '3', '--batch', '32', '--threads', '2'] as const

describe.skipIf(!built)('h2learn run (skipped without a build)', () => {
  const data = built ? smallMnist() : ''

  it('writes everything as JSON with units in the names, alone on standard output', () => {
    const { code, stdout, stderr } = h2learn(['run', 'mnist', '--data', data, ...tiny, '--steps', '8', '--json', '-'])
    expect(stderr).not.toMatch(stackLine)
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    expect(report.test_accuracy).toBeGreaterThanOrEqual(0)
    expect(report.layers.map((layer: { name: string }) => layer.name)).toEqual(['conv1', 'conv2', 'fc1'])
    expect(report.engines.map((row: { engine: string; layer: string }) => `${row.engine} ${row.layer}`)).toEqual([
      'forward conv1',
      'forward conv2',
      'forward fc1',
      'backward output',
      'backward fc1',
      'backward conv2',
      'weight-update fc1',
      'weight-update conv2',
      'weight-update conv1',
    ])
    const { chip } = report
    expect(chip.samples_per_s_with_update).toBeLessThan(chip.samples_per_s)
    expect(chip.period_cycles).toBeGreaterThanOrEqual(chip.closed_form_period_cycles * (1 - 1e-12))
    expect(chip.samples_per_s).toBeCloseTo(4 / chip.period_s, 6)
    expect(chip.power_W).toBeCloseTo((chip.energy_per_sample_J * 4) / chip.period_s, 9)
    expect(chip.kinds.area_mm2).toBe('calibrated')
    expect(report.speedup_vs_v100).toBeNull()
    expect(report.stages[0].step).toBe(0)
    expect(report.stages.at(-1).step).toBe(7)
    expect(stderr).toContain('chip') // what people read goes elsewhere
  })

  it('writes a self-contained page and the JSON into --out, in a folder with spaces and letters beyond ASCII', () => {
    const out = join(temporaryFolder(), 'résultats 1')
    const { code } = h2learn(['run', 'mnist', '--data', data, ...tiny, '--steps', '4', '--out', out])
    expect(code).toBe(0)
    expect(readdirSync(out).sort()).toEqual(['checkpoint.h2l', 'plots', 'report.html', 'report.json'])
    const page = readFileSync(join(out, 'report.html'), 'utf8')
    expect(page).toContain('<svg')
    expect(page).not.toMatch(/(src|href)="https?:/)
  })

  it('ends with the same weights bit for bit after an interruption, and at another number of threads', async () => {
    const whole = h2learn(['run', 'mnist', '--data', data, ...tiny, '--steps', '600', '--json', '-', '--threads', '1'])
    const cwd = temporaryFolder()
    const first = await interruptedRun(
      ['run', 'mnist', '--data', data, ...tiny, '--steps', '600', '--out', 'kept'],
      cwd,
      /1\d% step/,
    )
    expect(first.code).toBe(130)
    expect(first.stdout).toContain('h2learn run mnist --resume')
    const path = /--resume (\S+)/.exec(first.stdout)![1]!
    expect(statSync(join(cwd, path)).size).toBeGreaterThan(1000)
    const second = h2learn(['run', 'mnist', '--resume', path, '--json', '-'], cwd)
    expect(second.stderr).not.toMatch(stackLine)
    const [a, b] = [JSON.parse(whole.stdout), JSON.parse(second.stdout)]
    expect(b.weights_crc32).toBe(a.weights_crc32)
    expect(b.test_accuracy).toBe(a.test_accuracy)
    expect(b.training.curve).toEqual(a.training.curve)
    expect(b.chip).toEqual(a.chip)
  })

  it('reports again from the checkpoint of a finished run, with its very weights', () => {
    const out = join(temporaryFolder(), 'done')
    expect(h2learn(['run', 'mnist', '--data', data, ...tiny, '--steps', '4', '--out', out]).code).toBe(0)
    const first = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'))
    const again = h2learn(['run', 'mnist', '--resume', join(out, 'checkpoint.h2l'), '--json', '-'])
    expect(again.code).toBe(0)
    const second = JSON.parse(again.stdout)
    expect(second.weights_crc32).toBe(first.weights_crc32)
    expect(second.test_accuracy).toBe(first.test_accuracy)
    expect(second.masks.step).toBe(3)
    expect(second.chip.samples_per_s).toBeGreaterThan(0)
  })

  it('keeps the last good state when the loss leaves the finite numbers, and exits with 1', () => {
    const cwd = temporaryFolder()
    const { code, stderr } = h2learn(
      ['run', 'mnist', '--data', data, ...tiny, '--steps', '20', '--lr', '1e300', '--optimizer', 'sgd'],
      cwd,
    )
    expect(code).toBe(1)
    expect(stderr).toMatch(/training: .* at step \d+ .*lower --lr/s)
    expect(stderr).toContain('checkpoint.h2l')
    expect(stderr).not.toMatch(stackLine)
  })

  const refused: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['an unknown benchmark', ['run', 'mnits'], /expected a benchmark: mnist.*got "mnits"/],
    ['a network with a mistake, pointing at it', ['run', 'mnist', '--network', '16C3(Encoding)-32X3-10FC'], /\^/],
    [
      'a folder that is not there',
      ['run', 'mnist', '--data', '/nowhere/at all'],
      /\/nowhere\/at all.*nothing of that name/,
    ],
    ['an impossible size', ['run', 'mnist', '--input', '0x28x1'], /0x28x1/],
    ['an input of another size than the data', ['run', 'mnist', '--data', '%data', '--input', '32x32x1'], /28x28x1/],
    [
      'a negative number of timesteps',
      ['run', 'mnist', '--T', '-3'],
      /--T: expected a whole number from 1 to 1000, got "-3"/,
    ],
    ['a number that is none', ['run', 'mnist', '--lr', 'NaN'], /--lr: expected a number above 0, got "NaN"/],
    ['an unknown preset', ['run', 'mnist', '--preset', 'huge'], /quick or paper.*"huge"/],
    ['an unknown option', ['run', 'mnist', '--bacth', '3'], /unknown option '--bacth'/],
    ['an unknown command', ['rnu'], /unknown command 'rnu'/],
    [
      'a checkpoint that is none',
      ['run', 'mnist', '--resume', '%data/t10k-labels-idx1-ubyte'],
      /t10k-labels.*checkpoint/s,
    ],
    ['a checkpoint that is not there', ['run', 'mnist', '--resume', 'nothing.h2l'], /nothing\.h2l/],
    [
      'a network whose last layer has too few neurons',
      ['run', 'mnist', '--data', '%data', '--network', '8FC(Encoding)-5FC'],
      /10FC/,
    ],
    [
      'a result folder that is a file',
      ['run', 'mnist', '--data', '%data', '--out', '%data/t10k-labels-idx1-ubyte'],
      /--out: expected a folder/,
    ],
  ]
  it.each(refused)('refuses %s with exit code 2 and no stack', (_, args, message) => {
    const { code, stderr, stdout } = h2learn(args.map((arg) => arg.replace('%data', data)))
    expect(stderr).toMatch(message)
    expect(stderr + stdout).not.toMatch(stackLine)
    expect(code).toBe(2)
  })

  it('refuses truncated images, wrong magic numbers and labels of another length', () => {
    const broken = (damage: (dir: string) => void) => {
      const dir = smallMnist(32, 16)
      damage(dir)
      return h2learn(['run', 'mnist', '--data', dir, ...tiny])
    }
    const images = 'train-images-idx3-ubyte'
    const cut = broken((dir) => truncateSync(join(dir, images), 1000))
    expect([cut.code, cut.stderr]).toEqual([2, expect.stringMatching(/train-images-idx3-ubyte.*expected.*got/s)])
    const magic = broken((dir) => writeFileSync(join(dir, images), Buffer.from('not an IDX file at all')))
    expect([magic.code, magic.stderr]).toEqual([2, expect.stringMatching(/train-images-idx3-ubyte/)])
    const other = broken((dir) => {
      const labels = join(dir, 'train-labels-idx1-ubyte')
      const bytes = readFileSync(labels)
      bytes.writeUInt32BE(31, 4)
      writeFileSync(labels, bytes.subarray(0, bytes.length - 1))
    })
    expect([other.code, other.stderr]).toEqual([2, expect.stringMatching(/31|32/)])
    const empty = join(temporaryFolder(), 'empty')
    mkdirSync(empty)
    expect(h2learn(['run', 'mnist', '--data', empty]).code).toBe(2)
  })

  it('ends quietly when its reader closes early', () => {
    const { stderr } = spawnSync(
      'sh',
      ['-c', `${JSON.stringify(process.execPath)} ${JSON.stringify(bin)} run --help | true`],
      {
        encoding: 'utf8',
      },
    )
    expect(stderr).toBe('')
  })

  it('shows the stack only with --debug', () => {
    expect(h2learn(['run', 'mnits', '--debug']).stderr).toMatch(stackLine)
  })

  it('lists its commands and presets in the help', () => {
    expect(h2learn(['--help']).stdout).toMatch(/run.*verify/s)
    const help = h2learn(['run', '--help'])
    expect(help.code).toBe(0)
    expect(help.stdout).toMatch(/Exit codes.*130/s)
  })

  it('keeps to 60 columns', () => {
    const { stdout } = h2learn(['run', 'mnist', '--data', data, ...tiny, '--steps', '2', '--quiet'], undefined, {
      COLUMNS: '60',
    })
    expect(stdout.split('\n').filter((line) => [...line].length > 60)).toEqual([])
  })
})

describe.skipIf(!built)('h2learn verify (skipped without a build)', () => {
  const golden = join(import.meta.dirname, '../../snn-core/test/golden')
  const files = readdirSync(golden)
    .filter((file) => file.endsWith('.json'))
    .map((file) => join(golden, file))

  it('finds that the reference agrees with every golden file', () => {
    const { code, stdout } = h2learn(['verify', ...files])
    expect(stdout).toContain(`${files.length} of ${files.length} files agree`)
    expect(code).toBe(0)
  })

  it('passes over the specification that lies beside the vectors, and refuses to call nothing a success', () => {
    const specs = join(temporaryFolder(), 'specs.json')
    writeFileSync(specs, JSON.stringify({ cases: [{ name: 'a', seed: 1, layers: [] }] }))
    const both = h2learn(['verify', specs, files[0]!])
    expect([both.code, both.stdout]).toEqual([0, expect.stringMatching(/1 of 1 files agree, 1 without vectors/)])
    expect(h2learn(['verify', specs]).code).toBe(2)
  })

  it('exits with 1 when a value differs, and with 2 when a file cannot be read, after checking the others', () => {
    const dir = temporaryFolder()
    const changed = JSON.parse(readFileSync(files[0]!, 'utf8'))
    changed.layers[0].dw.data[0] += 0.01
    const wrong = join(dir, 'wrong.json')
    writeFileSync(wrong, JSON.stringify(changed))
    const differs = h2learn(['verify', wrong, files[1]!])
    expect([differs.code, differs.stdout]).toEqual([1, expect.stringMatching(/FAIL.*wrong\.json.*ok/s)])
    const cut = join(dir, 'cut.json')
    writeFileSync(cut, readFileSync(files[0]!, 'utf8').slice(0, 500))
    const unreadable = h2learn(['verify', cut, files[1]!])
    expect([unreadable.code, unreadable.stdout]).toEqual([2, expect.stringMatching(/1 of 2 files agree/)])
    expect(unreadable.stderr).toMatch(/cut\.json.*JSON/)
  })
})
