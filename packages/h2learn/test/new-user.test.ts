/**
 * The command as a new user would meet it. Tried here, each with its message and its exit code: options that are missing,
 * misspelt, out of range, given twice or against each other; folders that are not there, cannot be read or are files; a full
 * disk (a tmpfs of 64 KiB, and /dev/full); a killed process; a terminal of 60 columns; paths with spaces and Unicode; help and
 * version in every form; colours asked for and refused. Configuration files: config-file.test.ts. Damaged data and checkpoints,
 * interruptions by Ctrl-C, a reader that closes early: command.test.ts.
 */
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commandTree } from '../src/command/program'
import { bin, built, h2learn, smallMnist, temporaryFolder } from './command-helper'

const stackLine = /\n\s+at .*:\d+:\d+/
const tree = commandTree(() => {})
/** Every command by the words that name it, sub-commands too. */
const commands = tree.commands.flatMap((command) =>
  command.commands.length > 0 ? command.commands.map((sub) => [command.name(), sub.name()]) : [[command.name()]],
)

describe.skipIf(!built)('h2learn as a new user meets it (skipped without a build)', () => {
  const data = smallMnist(64, 16)
  const tiny = [
    '--data',
    data,
    '--network',
    '8FC(Encoding)-10FC',
    '--T',
    '2',
    '--steps',
    '2',
    '--threads',
    '1',
    '--batch',
    '16',
  ]

  it.each(commands.map((words) => [words.join(' '), words] as const))('%s --help shows examples', (_, words) => {
    const own = h2learn([...words, '--help'])
    // of a group of commands the examples stand in the help of the group
    const group = h2learn([words[0]!, '--help'])
    expect(own.code).toBe(0)
    expect(`${own.stdout}${group.stdout}`).toMatch(/Examples:\n\s+\$ /)
    expect(own.stderr).toBe('')
  })

  it('shows help without any words, the version, and suggests the command that was meant', () => {
    expect(h2learn([]).stdout).toMatch(/Usage: h2learn.*Examples:.*Exit codes/s)
    expect(h2learn(['help', 'run']).stdout).toMatch(/Usage: h2learn run/)
    expect(h2learn(['--version']).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    const { code, stderr } = h2learn(['verfy'])
    expect(stderr).toMatch(/unknown command 'verfy'.*Did you mean verify\?/s)
    expect(code).toBe(2)
  })

  it.each([
    ['no benchmark', ['run'], /missing required argument 'benchmark'/],
    ['two benchmarks', ['run', 'mnist', 'cifar10'], /too many arguments/],
    ['an option without its value', ['run', 'mnist', '--T'], /option '--T <n>' argument missing/],
    ['a misspelt option', ['run', 'mnist', '--seeed', '3'], /unknown option '--seeed'.*Did you mean --seed\?/s],
    ['a fraction of a step', ['run', 'mnist', '--steps', '1.5'], /--steps: expected a whole number >= 1, got "1\.5"/],
    ['an empty number', ['run', 'mnist', '--T', ''], /--T: expected a whole number from 1 to 1000, got ""/],
    ['a number with a unit', ['run', 'mnist', '--lr', '1e-3x'], /--lr: expected a number above 0, got "1e-3x"/],
    ['a firing rate above one', ['run', 'mnist', '--firing-rate', '1.5'], /a number between 0 and 1, got "1.5"/],
    [
      'a decay that is no number',
      ['run', 'mnist', '--beta2', 'x'],
      /--beta2: expected a number between 0 and 1, got "x"/,
    ],
    [
      'a decay that the optimiser does not have',
      ['run', 'mnist', '--optimizer', 'sgd', '--beta2', '0.9'],
      /--beta2: expected optimizer adam.*got --optimizer sgd/s,
    ],
    ['a window the wrong way round', ['run', 'mnist', '--grad-window', '2,1'], /low < high, got "2,1"/],
    ['quiet and verbose at once', ['run', 'mnist', '-q', '-v'], /--quiet --verbose: expected one of the two, got both/],
    ['JSON into a folder', ['run', 'mnist', '--json', '.'], /--json: expected a file or -, got the folder/],
    ['an input of two numbers and a half', ['run', 'mnist', '--input', '28x28x'], /28x28x/],
    ['a data folder that is a file', ['run', 'mnist', '--data', bin], /expected a readable folder, got a file/],
    ['a data set of another kind', ['run', 'cifar10', '--data', '%data'], /cifar|data_batch/i],
    ['no files to verify', ['verify'], /missing required argument 'files'/],
    [
      'an unknown option of a benchmark of speed',
      ['bench', 'engines', '--quick'],
      /bench: Unknown option '--quick'; --help lists/,
    ],
    ['an unknown benchmark of speed', ['bench', 'trian'], /bench: expected .*train.*got "trian"/],
    ['an unknown shell', ['completion', 'tcsh'], /bash, zsh, fish/],
  ])('refuses %s: message, exit code 2, no stack', (_, args, message) => {
    const { code, stdout, stderr } = h2learn(args.map((word) => word.replace('%data', data)))
    expect(stderr).toMatch(message)
    expect(stderr + stdout).not.toMatch(stackLine)
    expect(code).toBe(2)
  })

  it('says that a folder cannot be read', () => {
    const locked = temporaryFolder()
    writeFileSync(join(locked, 'x'), '')
    chmodSync(locked, 0o000)
    // root reads everything; then the command runs as nobody
    const uid = process.getuid?.() === 0 ? 65534 : undefined
    const child = (args: readonly string[]) => {
      try {
        return {
          code: 0,
          text: execFileSync(process.execPath, [bin, ...args], {
            encoding: 'utf8',
            stdio: 'pipe',
            cwd: '/',
            ...(uid && { uid }),
          }),
        }
      } catch (error) {
        const { status, stderr } = error as { status: number; stderr: string }
        return { code: status, text: stderr }
      }
    }
    if (child(['--version']).code !== 0) return console.warn('skipped: another user cannot run the command here')
    const read = child(['data', 'info', locked])
    expect([read.code, read.text]).toEqual([
      2,
      expect.stringMatching(/got no permission to read it|expected permission to use it, got none/),
    ])
    const written = child(['run', 'mnist', '--out', join(locked, 'out')])
    expect([written.code, written.text]).toEqual([
      2,
      expect.stringMatching(/--out: expected a folder that can be written to/),
    ])
    chmodSync(locked, 0o755)
  })

  const small = temporaryFolder()
  const mounted = (() => {
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', small], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })()
  afterAll(() => void (mounted && execFileSync('umount', [small])))

  it.skipIf(!mounted)('loses no training when the disk is full (skipped where no tmpfs can be mounted)', () => {
    const temporary = temporaryFolder()
    const { code, stdout, stderr } = h2learn(
      ['run', 'mnist', ...tiny, '--out', join(small, 'out ü'), '-q'],
      undefined,
      {
        TMPDIR: temporary,
      },
    )
    expect(code).toBe(1)
    expect(stdout).toMatch(/Accuracy \(measured\).*Chip/s)
    expect(stderr).toMatch(/report\.\w+: expected room for the results, got a full device/)
    expect(stderr).not.toMatch(stackLine)
    // nothing half-written is left, and the checkpoint is either there or in the temporary folder
    expect(readdirSync(join(small, 'out ü')).filter((file) => file.endsWith('.tmp'))).toEqual([])
    const kept = /trained network is in (.*?\.h2l)/.exec(stderr)![1]!
    const again = h2learn(['run', 'mnist', '--resume', kept, '--out', join(temporary, 'again')])
    expect(again.code, again.stderr).toBe(0)
    expect(existsSync(join(temporary, 'again/report.html'))).toBe(true)
  })

  it.skipIf(!existsSync('/dev/full'))('writes to a device as it is, and says when that is full', () => {
    const { code, stdout, stderr } = h2learn(['run', 'mnist', ...tiny, '--json', '/dev/full', '-q'])
    expect(stderr).toMatch(/\/dev\/full: expected room|expected room/)
    expect(stdout).toContain('Accuracy')
    expect(code).toBe(1)
    expect(statSync('/dev/full').isCharacterDevice()).toBe(true)
  })

  it('keeps a link to a result file a link', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'real.json'), '{}')
    symlinkSync('real.json', join(folder, 'link.json'))
    expect(h2learn(['run', 'mnist', ...tiny, '--json', join(folder, 'link.json'), '-q']).code).toBe(0)
    expect(lstatSync(join(folder, 'link.json')).isSymbolicLink()).toBe(true)
    expect(JSON.parse(readFileSync(join(folder, 'real.json'), 'utf8')).schema).toBe('h2learn.run/1')
  })

  it('keeps a checkpoint when it is terminated, in a path with spaces and Unicode, and prints a command that goes on', async () => {
    const cwd = join(temporaryFolder(), 'größe 量 🧠')
    mkdirSync(cwd)
    const args = ['run', 'mnist', '--data', data, '--network', '8FC(Encoding)-10FC', '--T', '2', '--threads', '1']
    args.push('--batch', '16', '--steps', '4000', '--out', 'mein out')
    const ended = await new Promise<{ code: number | null; stdout: string }>((done) => {
      const child = spawn(process.execPath, [bin, ...args], { cwd })
      let stdout = ''
      child.stdout.on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.on('data', (chunk) => void (/step \d+/.test(String(chunk)) && child.kill('SIGTERM')))
      child.on('close', (code) => done({ code, stdout }))
    })
    expect(ended.code).toBe(130)
    const command = /Continue with: h2learn (.*)/.exec(ended.stdout)![1]!
    expect(command).toBe(`run mnist --resume 'mein out/checkpoint.h2l' --out 'mein out'`)
    expect(existsSync(join(cwd, 'mein out/checkpoint.h2l'))).toBe(true)
    // the printed words, read by a shell
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${command}`], { encoding: 'utf8' })
      .trim()
      .split('\n')
    const resumed = h2learn([...words, '--steps', '1', '-q'], cwd)
    expect(resumed.stderr).not.toMatch(stackLine)
  })

  it('keeps to 60 columns in help of options and in results, and colours only what may be coloured', () => {
    const env = { COLUMNS: '60', FORCE_COLOR: '', NO_COLOR: '' }
    const { stdout } = h2learn(['run', 'mnist', ...tiny, '-q'], undefined, env)
    expect(stdout.split('\n').filter((line) => [...line].length > 60)).toEqual([])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
    expect(stdout).not.toMatch(/\x1b\[/)
  })

  it('says more with --verbose and nothing but results with --quiet', () => {
    const verbose = h2learn(['run', 'mnist', ...tiny, '--verbose'])
    expect(verbose.stdout).toMatch(/^checkpoint: /m)
    expect(verbose.stdout).toMatch(/^h2learn \d.*node \d/m)
    const quiet = h2learn(['run', 'mnist', ...tiny, '--quiet'])
    expect(quiet.stderr).toBe('')
    expect(quiet.stdout).toMatch(/^H2Learn run: mnist/)
  })
})
