import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sweepRunner } from '../src/sweep/sweep-runner'
import type { SweepSpec } from '../src/sweep/sweep-spec'

const folder = mkdtempSync(join(tmpdir(), 'h2learn-runner-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const spec: SweepSpec = {
  name: 'study',
  benchmarks: ['mnist'],
  networks: [],
  chip: {},
  batch: 8,
  pooling: 'current',
  seed: 1,
  vary: { 'clock.MHz': [100, 200, 300, 400] },
  notes: [],
  fingerprint: 'f',
}

/** A worker that answers with the numbers of its points, unless one of them ends it. */
const worker = (name: string, deed: string) => {
  const path = join(folder, `${name}.mjs`)
  writeFileSync(
    path,
    `process.on('message', (message) => {
      if ('spec' in message) return process.send({ ready: true })
      if (message.points.includes(2)) { ${deed} }
      process.send({ rows: message.points.map((point) => ({ point, status: 'ok' })) })
    })
    process.on('disconnect', () => process.exit(0))`,
  )
  return path
}

describe('sweepRunner', () => {
  it('makes a row with the error of a point that ends its process, whatever way, and runs the others', async () => {
    for (const [name, deed, how] of [
      ['killed', "process.kill(process.pid, 'SIGKILL'); return", 'signal SIGKILL'],
      ['aborted', 'process.abort()', 'signal SIGABRT'],
      ['left', 'process.exit(3)', 'exit code 3'],
    ] as const) {
      const runner = sweepRunner(spec, 2, worker(name, deed))
      const [first, second] = await Promise.all([runner.run([0, 1]), runner.run([2, 3])])
      runner.close()
      expect(first.map(({ point, status }) => [point, status])).toEqual([
        [0, 'ok'],
        [1, 'ok'],
      ])
      expect(second.map(({ point, status }) => [point, status])).toEqual([
        [2, 'error'],
        [3, 'ok'],
      ])
      expect(second[0]).toMatchObject({ benchmark: 'mnist', values: { 'clock.MHz': 300 } })
      expect((second[0] as { error: string }).error).toContain(`stopped (${how})`)
    }
  })

  it('ends the sweep when a worker cannot be started: its points have not failed', async () => {
    const broken = join(folder, 'broken.mjs')
    writeFileSync(broken, 'process.exit(1)')
    const runner = sweepRunner(spec, 1, broken)
    await expect(runner.run([0])).rejects.toMatchObject({
      code: 'H2LEARN_RUN',
      message: expect.stringContaining('could not be started (exit code 1)'),
    })
    runner.close()
  })
})
