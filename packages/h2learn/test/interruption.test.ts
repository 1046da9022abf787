import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bin, built, h2learn, smallMnist, temporaryFolder } from './command-helper'

const full = process.env.H2LEARN_TEST === 'full'

/** Runs the command and calls `act` once `when` has appeared in its output. */
const whenIt = (
  args: readonly string[],
  cwd: string,
  when: RegExp,
  act: (kill: (signal: NodeJS.Signals) => void) => void,
) =>
  new Promise<{ code: number | null; text: string }>((done, failed) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd })
    let text = ''
    let acted = false
    const hear = (chunk: Buffer) => {
      text += chunk
      if (acted || !when.test(text)) return
      acted = true
      act((signal) => child.kill(signal))
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('error', failed)
    child.on('close', (code) => done({ code, text }))
  })

describe.skipIf(!built || process.platform === 'win32')('a signal (skipped without a build)', () => {
  const data = built ? smallMnist(64, 16) : ''
  const small = ['run', 'mnist', '--data', data, '--threads', '1', '--no-check-function']
  const run = [...small, '--network', '8FC(Encoding)-10FC', '--T', '2']
  const endless = [...run, '--steps', '1000000', '--out', 'o']

  // as `timeout` does it: to the program, and to its group
  const signals = full
    ? Array.from({ length: 20 }, () => ['SIGINT', 'SIGTERM', 'SIGHUP'] as const).flat()
    : (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  it.each(signals)('%s that comes twice within a second keeps the checkpoint and ends with 130', async (signal) => {
    const cwd = temporaryFolder()
    const { code, text } = await whenIt(endless, cwd, /step 1\//, (kill) => {
      kill(signal)
      setTimeout(() => kill(signal), 30 * Math.random())
    })
    expect([code, text]).toEqual([
      130,
      expect.stringMatching(/Interrupted after step \d+\. Continue with: h2learn run/),
    ])
    expect(readdirSync(join(cwd, 'o'))).toEqual(['checkpoint.h2l'])
  })

  it('during the evaluation ends with 130 and a checkpoint from which the report is made', async () => {
    const cwd = temporaryFolder()
    const many = ['run', 'mnist', '--data', smallMnist(1500, 16), '--threads', '1', '--no-check-function']
    const long = [...many, '--network', '64C5(Encoding)-10FC', '--T', '20', '--steps', '1', '--batch', '1']
    const { code, text } = await whenIt(long, cwd, /trained 1 steps/, (kill) => kill('SIGINT'))
    expect([code, text]).toEqual([
      130,
      expect.stringMatching(/Interrupted after training, before the report\. Continue/),
    ])
    const path = /--resume (\S+)/.exec(text)![1]!
    expect(statSync(join(cwd, path)).size).toBeGreaterThan(1000)
  })

  it('before the first step ends the run, which has nothing to lose', async () => {
    const { code, text } = await whenIt(endless, temporaryFolder(), /threads/, (kill) => kill('SIGTERM'))
    // by the signal itself, or in an orderly way where the first weights were being made
    expect([null, 130]).toContain(code)
    expect(text).not.toMatch(/defect/)
  })

  it('leaves a folder that another run is refused while the first one goes on', async () => {
    const cwd = temporaryFolder()
    let second: ReturnType<typeof h2learn> | undefined
    await whenIt(endless, cwd, /step 1\//, (kill) => {
      second = h2learn([...run, '--steps', '1', '--seed', '2', '--out', 'o'], cwd)
      kill('SIGTERM')
    })
    expect([second!.code, second!.stderr]).toEqual([
      2,
      expect.stringMatching(/--out: expected .* in use by process \d+/),
    ])
    expect(h2learn([...run, '--steps', '1', '--out', 'o'], cwd).code).toBe(0)
  })

  it('gives runs without --out folders of their own', async () => {
    const cwd = temporaryFolder()
    const both = await Promise.all(
      [1, 2].map((seed) =>
        whenIt([...run, '--steps', '1000000', '--seed', String(seed)], cwd, /step 1\//, (kill) =>
          setTimeout(() => kill('SIGINT'), 1500),
        ),
      ),
    )
    const paths = both.map(({ text }) => /--resume (\S+)/.exec(text)![1]!)
    expect(new Set(paths).size).toBe(2)
    for (const path of paths) expect(existsSync(join(cwd, path))).toBe(true)
  })

  it('leaves a run that tells the time of all of its legs', async () => {
    const cwd = temporaryFolder()
    const few = [...run, '--steps', '4000', '--out', "it's $(touch hacked)"]
    const first = await whenIt(few, cwd, /step 1\//, (kill) => kill('SIGTERM'))
    const hint = /Continue with: h2learn (.*)/.exec(first.text)![1]!
    // the command as it is printed, given to a shell
    const shell = spawn('sh', ['-c', `'${process.execPath}' '${bin}' ${hint}`], { cwd, stdio: 'ignore' })
    expect(await new Promise((done) => shell.on('close', done))).toBe(0)
    expect(readdirSync(cwd)).toEqual(["it's $(touch hacked)"])
    const { training } = JSON.parse(readFileSync(join(cwd, "it's $(touch hacked)", 'report.json'), 'utf8'))
    expect(training.legs.map((leg: { from_step: number }) => leg.from_step)).toEqual([0, training.legs[0].to_step])
    expect(training.legs[1].to_step).toBe(4000)
    const seconds = training.legs[0].seconds + training.legs[1].seconds
    expect(training.seconds).toBeCloseTo(seconds, 9)
    expect(training.samples_per_s).toBeCloseTo(training.samples_seen / seconds, 6)
  })
})
