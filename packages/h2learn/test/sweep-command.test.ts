import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeNpz } from '../src/trace/npz'
import { bin, built, h2learn, interruptedRun, temporaryFolder } from './command-helper'
import { arraysOf, recordedStep } from './trace/trace-helper'

/** A line of a stack trace: `at name (file:line:column)`. */
const stackLine = /^\s+at .*:\d+:\d+\)?$/m
const density = '{ output_sparsity: [0.5], input_sparsity: [0.9] }'
const study = (points: number) => `networks:
  - { name: mine, network: "4C3(Encoding)-6C3-5FC", input: 8x8, T: 3, density: ${density} }
trials: 2
batch: 8
sample: ${points}
vary:
  memory.bandwidthGBps: { from: 8, to: 512, log: true }
  backward.tile: [4, 8]
  backward.groupSize: [4, 0]
`

describe.skipIf(!built)('h2learn simulate, sweep and merge (skipped without a build)', () => {
  it('gives the same results on one thread, on two, in shards, and after an interruption', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'study.yaml'), study(400))
    const results = (folder: string) => readFileSync(join(cwd, folder, 'results.jsonl'), 'utf8')
    const one = h2learn(['sweep', 'study.yaml', '--out', 'one', '--threads', '1'], cwd)
    expect(one.stderr).not.toMatch(stackLine)
    // half of the points cannot be, and the exit code says so
    expect(one.code).toBe(1)
    expect(one.stderr).toMatch(/\d+ of 400 points failed, 0 are missing\./)
    expect(one.stdout).toContain('Pareto front')
    expect(one.stdout).toContain('groupSize: expected a value that must be >= 1, got 0')
    const first = await interruptedRun(['sweep', 'study.yaml', '--out', 'two', '--threads', '2'], cwd, /\d% /)
    expect(first.code).toBe(130)
    expect(first.stdout).toContain('The same command goes on')
    const left = h2learn(['sweep', 'study.yaml', '--out', 'two', '--threads', '2'], cwd)
    expect(left.code).toBe(1)
    expect(left.stdout).toContain('run before')
    expect(results('two')).toBe(results('one'))
    for (const part of [1, 2])
      expect(h2learn(['sweep', 'study.yaml', '--out', `part ${part}`, '--shard', `${part}/2`, '-q'], cwd).code).toBe(1)
    const merged = h2learn(['merge', 'part 1', 'part 2', '--out', 'merged', '--json', '-'], cwd)
    expect(merged.stderr).not.toContain('defect')
    expect(merged.code).toBe(1)
    expect(JSON.parse(merged.stdout)).toMatchObject({ points: 400, missing: 0 })
    expect(results('merged')).toBe(results('one'))
  })

  it('writes every file when the readers of its output close early', async () => {
    const cwd = temporaryFolder()
    writeFileSync(join(cwd, 'study.yaml'), study(40).replace('[4, 0]', '[4, 8]'))
    const child = spawn(process.execPath, [bin, 'sweep', 'study.yaml', '--out', 'out', '--threads', '1'], { cwd })
    // as `| head -1` does, for both streams
    child.stdout.once('data', () => child.stdout.destroy())
    child.stderr.once('data', () => child.stderr.destroy())
    expect(await new Promise((done) => child.on('exit', done))).toBe(0)
    for (const name of ['results.jsonl', 'results.csv', 'report.html', 'pareto-mine.svg'])
      expect(readFileSync(join(cwd, 'out', name), 'utf8').length).toBeGreaterThan(1000)
    expect(
      readFileSync(join(cwd, 'out', 'results.jsonl'), 'utf8')
        .trim()
        .split('\n'),
    ).toHaveLength(41)
  })

  it('runs a trace and refuses wrong input with one line and code 2', () => {
    const cwd = temporaryFolder()
    const network = '4C3(Encoding)-6C3-5FC'
    writeFileSync(join(cwd, 'step.npz'), writeNpz(arraysOf(recordedStep(network)), { compress: true }))
    const sized = ['simulate', '--network', network, '--input', '8x8', '--T', '3']
    const good = h2learn([...sized, '--trace', 'step.npz', '--json', '-'], cwd)
    expect(good.code).toBe(0)
    expect(JSON.parse(good.stdout).chip.samples_per_s).toBeGreaterThan(0)
    writeFileSync(join(cwd, 'cut.npz'), readFileSync(join(cwd, 'step.npz')).subarray(0, 300))
    writeFileSync(join(cwd, 'bad.yaml'), 'vary: { speed: [1] }\n')
    for (const args of [
      [...sized, '--trace', 'cut.npz'],
      [...sized, '--trace', 'none.npz'],
      [...sized, '--trace', '.'],
      [...sized.slice(0, -1), '4', '--trace', 'step.npz'],
      ['simulate', '--benchmark', 'cifar100'],
      ['sweep', 'bad.yaml'],
      ['sweep', 'none.yaml'],
      ['merge', 'none', '--out', 'x'],
    ]) {
      const { code, stderr, stdout } = h2learn(args, cwd)
      expect(stderr + stdout).not.toMatch(stackLine)
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2)
      expect(stderr).not.toContain('defect')
      expect(code).toBe(2)
    }
  })
})
