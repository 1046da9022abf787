import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bin, built, h2learn, smallMnist, temporaryFolder } from './command-helper'

const full = process.env.H2LEARN_TEST === 'full'
/** Runs that are killed again and again until they end. */
const loops = full ? Number(process.env.H2LEARN_KILLS ?? 12) : 1
/** Kills of one run; then it may end. */
const killsOfARun = full ? 10 : 3

/** Starts the command and kills it (-9) after some milliseconds. @returns its exit code, null when it was killed */
const killedAfter = (args: readonly string[], cwd: string, ms: number) =>
  new Promise<number | null>((done, failed) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: 'ignore' })
    const timer = setTimeout(() => child.kill('SIGKILL'), ms)
    child.on('error', failed)
    child.on('close', (code) => {
      clearTimeout(timer)
      done(code)
    })
  })

describe.skipIf(!built)('a training that is killed (skipped without a build)', () => {
  const data = built ? smallMnist(256, 64) : ''
  const job = ['run', 'mnist', '--data', data, '--network', '8C5S2(Encoding)-12C3-AP2-10FC', '--T', '3']
  const options = [...job, '--batch', '16', '--steps', full ? '900' : '400', '--threads', '2']
  const out = ['--out', 'o', '--checkpoint-every', '0.001']
  const delays = fc.sample(fc.integer({ min: full ? 200 : 500, max: full ? 2500 : 2000 }), loops * killsOfARun)

  it(`ends bit for bit as without, after ${loops * killsOfARun} kills at random moments`, {
    timeout: 3_600_000,
  }, async () => {
    const whole = JSON.parse(h2learn([...options, '--json', '-', '--quiet']).stdout)
    let kills = 0
    for (let loop = 0; loop < loops; loop++) {
      const cwd = temporaryFolder()
      const checkpoint = join(cwd, 'o', 'checkpoint.h2l')
      const words = () =>
        existsSync(checkpoint) ? ['run', 'mnist', '--resume', 'o/checkpoint.h2l', ...out] : [...options, ...out]
      for (let i = 0; i < killsOfARun; i++)
        if ((await killedAfter(words(), cwd, delays[loop * killsOfARun + i]!)) === null) kills++
      const end = h2learn(words(), cwd)
      expect([end.code, end.stderr]).toEqual([0, expect.not.stringMatching(/defect|in use/)])
      const report = JSON.parse(readFileSync(join(cwd, 'o', 'report.json'), 'utf8'))
      expect(report.weights_crc32).toBe(whole.weights_crc32)
      expect(report.training.curve).toEqual(whole.training.curve)
      expect(report.test_accuracy).toBe(whole.test_accuracy)
      expect(report.training.legs.at(-1).to_step).toBe(report.training.steps)
      // nothing half written and no lock of a dead process is left
      expect(readdirSync(join(cwd, 'o')).sort()).toEqual(['checkpoint.h2l', 'plots', 'report.html', 'report.json'])
    }
    expect(kills).toBeGreaterThan(0)
    if (full) console.log(`${kills} kills of ${loops} trainings`)
  })
})
