import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, built, smallMnist, temporaryFolder } from './command-helper'

const words = (...args: readonly string[]) =>
  [process.execPath, bin, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
/** Runs a line of a shell. */
const shell = (line: string, cwd: string) => spawnSync('bash', ['-c', line], { cwd, encoding: 'utf8' })
const stackLine = /^\s+at .*:\d+:\d+\)?$/m

describe.skipIf(!built || process.platform === 'win32')(
  'a standard stream that breaks (skipped without a build)',
  () => {
    const data = built ? smallMnist(64, 16) : ''
    const run = [
      'run',
      'mnist',
      '--data',
      data,
      '--network',
      '8FC(Encoding)-10FC',
      '--T',
      '2',
      '--threads',
      '1',
      '--no-check-function',
    ]
    const all = ['checkpoint.h2l', 'plots', 'report.html', 'report.json']

    it('goes on without its reader and ends with the exit code of the work', () => {
      const cwd = temporaryFolder()
      const { stdout, stderr, status } = shell(
        `${words(...run, '--steps', '40', '--out', 'o')} | head -1; exit \${PIPESTATUS[0]}`,
        cwd,
      )
      expect([status, stdout.split('\n').length]).toEqual([0, 2])
      expect(stderr).not.toMatch(stackLine)
      expect(readdirSync(join(cwd, 'o')).sort()).toEqual(all)
    })

    it('goes on when standard error is closed', async () => {
      const cwd = temporaryFolder()
      const child = spawn(process.execPath, [bin, ...run, '--steps', '40', '--out', 'o'], { cwd })
      child.stderr.destroy()
      child.stdout.resume()
      expect(await new Promise((done) => child.on('close', done))).toBe(0)
      expect(readdirSync(join(cwd, 'o')).sort()).toEqual(all)
    })

    it.runIf(existsSync('/dev/full'))('finishes the work on a full device, says so and exits with 1', () => {
      const cwd = temporaryFolder()
      const full = shell(`${words(...run, '--steps', '2', '--out', 'o')} > /dev/full`, cwd)
      expect([full.status, full.stderr]).toEqual([1, expect.stringMatching(/standard output: .*full device/)])
      expect(full.stderr).not.toMatch(stackLine)
      expect(readdirSync(join(cwd, 'o')).sort()).toEqual(all)
      const json = shell(`${words('simulate', '--benchmark', 'mnist', '--json', '-', '--quiet')} > /dev/full`, cwd)
      expect([json.status, json.stderr]).toEqual([1, expect.stringMatching(/standard output: .*full device/)])
    })

    it('notices that only a part of its output fits into a file', () => {
      const cwd = temporaryFolder()
      const { status, stderr } = shell(`ulimit -f 2; ${words('run', '--help')} > help.txt`, cwd)
      expect(statSync(join(cwd, 'help.txt')).size).toBe(2048)
      expect([status, stderr]).toEqual([1, expect.stringMatching(/standard output: .*limit on the size/)])
    })

    it('writes JSON to standard output by any of its names, to a device and to a pipe of the shell', () => {
      const cwd = temporaryFolder()
      const simulate = ['simulate', '--benchmark', 'mnist', '--quiet', '--json']
      shell(`${words(...simulate, '/dev/stdout')} > a.json; ${words(...simulate, '/dev/fd/1')} | cat > b.json`, cwd)
      shell(`${words(...simulate)} >(cat > c.json) > text; sleep 0.2`, cwd)
      const [a, b, c] = ['a', 'b', 'c'].map((name) => JSON.parse(readFileSync(join(cwd, `${name}.json`), 'utf8')))
      expect(b.chip).toEqual(a.chip)
      expect(c.chip).toEqual(a.chip)
      expect(shell(words(...simulate, '/dev/null'), cwd).status).toBe(0)
    })

    it('refuses a name that no file can have before any work is done', () => {
      const { status, stderr } = shell(words(...run, '--json', 'x'.repeat(300)), temporaryFolder())
      expect([status, stderr]).toEqual([2, expect.stringMatching(/--json: expected a file that can be written to/)])
      expect(stderr).not.toContain('step')
    })
  },
)
