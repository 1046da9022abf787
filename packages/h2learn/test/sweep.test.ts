import { appendFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { analyticRun } from '@h2learn/accelerator'
import { analyticBenchmark, benchmarkTimestepsNote } from '@h2learn/paper'
import { parseNetwork } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openConsole } from '../src/command/console'
import { mergeSweeps } from '../src/command/merge'
import { runSweep } from '../src/command/sweep'
import type { SweepCommandOptions } from '../src/command/sweep-command'
import type { SweepResult, SweepRow } from '../src/sweep/evaluate-point'
import { gatherPoints } from '../src/sweep/sweep-folder'
import { paretoFront, type SweepFigures } from '../src/sweep/sweep-fronts'
import type { SweepReport } from '../src/sweep/sweep-report'
import { readSweep, sweepPoint, sweepSize } from '../src/sweep/sweep-spec'

const temporary = () => mkdtempSync(join(tmpdir(), 'h2learn-sweep-'))
const quiet = { ...openConsole({ quiet: true, color: false, jsonOnStdout: false }), say: () => {}, columns: 100 }

const mine = '4C3(Encoding)-6C3-5FC'
const study = (fields: object) => {
  const folder = temporary()
  const path = join(folder, 'study.yaml')
  writeFileSync(path, JSON.stringify(fields)) // JSON is YAML
  return path
}
const density = { output_sparsity: [0.5], input_sparsity: [0.9] }
const network = { name: 'mine', network: mine, input: '8x8x1', T: 3, density }
const base = {
  networks: [network],
  trials: 2,
  batch: 16,
  vary: {
    'memory.bandwidthGBps': [16, 128],
    'schedule.layers': ['free', 'barrier'],
    'backward.tile': [4, 8],
  },
}
/** Runs a sweep to its end. @param code the exit code that it has to end with */
const sweep = async (path: string, out: string, options: SweepCommandOptions = {}, code = 0) => {
  const json = join(temporary(), 'report.json')
  expect(await runSweep(path, { threads: 1, out, json, ...options }, quiet)).toBe(code)
  const known = await gatherPoints([join(out, 'results.jsonl')])
  return { rows: [...known!.rows.values()], report: JSON.parse(readFileSync(json, 'utf8')) as SweepReport }
}

const journalsOf = (out: string) => {
  const folder = join(out, 'journal')
  return existsSync(folder)
    ? readdirSync(folder)
        .sort()
        .map((name) => join(folder, name))
    : []
}

describe('h2learn sweep', () => {
  it('runs every combination with the figures that the model gives for it alone', async () => {
    const out = temporary()
    const { rows, report } = await sweep(study(base), out)
    expect(rows).toHaveLength(8)
    expect(report).toMatchObject({ points: 8, ok: 8, errors: 0, missing: 0 })
    expect(new Set(rows.map(({ values }) => JSON.stringify(values))).size).toBe(8)
    for (const row of rows as SweepResult[]) {
      const { values } = row
      const run = analyticRun({
        network: parseNetwork(mine, { input: { C: 1, H: 8, W: 8 }, T: 3 }),
        outputSparsity: [0.5],
        inputSparsity: [1 - (1 - 0.9)],
        trials: 2,
        seed: 1,
        batch: 16,
        chip: {
          memory: { bandwidthGBps: values['memory.bandwidthGBps'] as number },
          schedule: { layers: values['schedule.layers'] as 'free' },
          backward: { tile: values['backward.tile'] as number },
        },
      })
      expect(row.samples_per_s).toBeCloseTo(run.samples_per_s, 3)
      expect(row.energy_per_sample_J / run.energy_per_sample_J).toBeCloseTo(1, 9)
      expect(row.area_mm2).toBe(run.chip.area.total_mm2)
      expect(row.speedup_vs_v100).toBeNull()
    }
    expect(readdirSync(out).sort()).toEqual([
      'journal',
      'pareto-mine.svg',
      'report.html',
      'results.csv',
      'results.jsonl',
      'sweep.json',
    ])
    const csv = readFileSync(join(out, 'results.csv'), 'utf8').split('\r\n')
    expect(csv[0]).toMatch(/^point,benchmark,memory.bandwidthGBps,schedule.layers,backward.tile,status,samples_per_s,/)
    expect(csv).toHaveLength(10)
    expect(readFileSync(join(out, 'pareto-mine.svg'), 'utf8')).toMatch(/^<svg xmlns/)
  })

  it('records a broken point with its error and goes on', async () => {
    const path = study({ ...base, vary: { 'backward.groupSize': [4, 0], 'memory.bandwidthGBps': [64, -1, 128] } })
    const { rows, report } = await sweep(path, temporary(), {}, 1)
    expect(rows.map(({ status }) => status)).toEqual(['ok', 'error', 'ok', 'error', 'error', 'error'])
    expect((rows[1] as { error: string }).error).toContain(
      'memory.bandwidthGBps: expected a value that must be > 0, got -1',
    )
    expect(report.failures.map(({ times }) => times).reduce((a, b) => a + b)).toBe(4)
    expect(report.fronts[0]!.points).toBe(2)
  })

  it('goes on after a stop, torn last line included, and ends with the same file', async () => {
    const path = study(base)
    const whole = temporary()
    await sweep(path, whole)
    const lines = readFileSync(join(whole, 'results.jsonl'), 'utf8').trim().split('\n')
    const out = temporary()
    // the header, three points, and half of a fourth
    writeFileSync(
      join(out, 'results.jsonl'),
      `${[lines[0], lines[5], lines[1], lines[3]].join('\n')}\n${lines[4]!.slice(0, 40)}`,
    )
    await sweep(path, out)
    expect(readFileSync(join(out, 'results.jsonl'), 'utf8')).toBe(readFileSync(join(whole, 'results.jsonl'), 'utf8'))
  })

  it('keeps what ran, and runs failed points again on request only', async () => {
    const path = study({ ...base, vary: { 'backward.tile': [8, 0] } })
    const out = temporary()
    await sweep(path, out, {}, 1)
    const [file] = journalsOf(out)
    writeFileSync(file!, readFileSync(file!, 'utf8').replace(/"error":"[^"]*"/, '"error":"as before"'))
    expect((await sweep(path, out, {}, 1)).report.failures[0]!.error).toBe('as before')
    expect(journalsOf(out)).toHaveLength(1)
    expect((await sweep(path, out, { retryErrors: true }, 1)).report.failures[0]!.error).toContain('must be >= 1')
    expect(journalsOf(out)).toHaveLength(2)
  })

  it('splits into shards that merge into what one run gives', async () => {
    const path = study({ ...base, sample: 10, vary: { ...base.vary, 'clock.MHz': { from: 400, to: 1200, log: true } } })
    const whole = temporary()
    await sweep(path, whole)
    const parts = [temporary(), temporary(), temporary()]
    for (const [i, part] of parts.entries()) {
      const { rows, report } = await sweep(path, part, { shard: `${i + 1}/3` })
      expect(rows.length).toBe([4, 3, 3][i])
      expect(report.missing).toBe(10 - rows.length)
    }
    const out = temporary()
    expect(await mergeSweeps(parts, { out }, quiet)).toBe(0)
    for (const name of ['results.jsonl', 'results.csv', 'pareto-mine.svg'])
      expect(readFileSync(join(out, name), 'utf8')).toBe(readFileSync(join(whole, name), 'utf8'))
    // parts of another sweep, or with other figures for the same point, do not mix
    const other = temporary()
    await sweep(study({ ...base, batch: 8 }), other)
    await expect(mergeSweeps([whole, other], { out: temporary() }, quiet)).rejects.toThrow(
      'expected results of the sweep "study"',
    )
    const changed = temporary()
    const file = join(changed, 'results.jsonl')
    writeFileSync(file, readFileSync(join(whole, 'results.jsonl'), 'utf8').replace(/"power_W":\d/, '"power_W":9'))
    await expect(mergeSweeps([whole, file], { out: temporary() }, quiet)).rejects.toThrow('other figures')
  })

  it('runs the paper’s benchmarks beside networks of one’s own, with a front over all', async () => {
    const path = study({ ...base, benchmarks: ['mnist'], vary: { 'clock.MHz': [400, 800] } })
    const { rows, report } = await sweep(path, temporary())
    expect(rows.map(({ benchmark }) => benchmark)).toEqual(['mnist', 'mine', 'mnist', 'mine'])
    const run = analyticBenchmark('MNIST', { batch: 16, trials: 2 })
    expect((rows[2] as SweepResult).speedup_vs_v100! / run.speedup!.scheduled).toBeCloseTo(1, 9)
    expect(report.fronts.map(({ benchmark }) => benchmark)).toEqual(['mnist', 'mine', 'all (geometric mean)'])
    const [slow, fast] = [rows[1], rows[3]] as [SweepResult, SweepResult]
    const means = report.fronts[2]!.front.find(({ points }) => points[0] === 2)!
    expect(means.points).toEqual([2, 3])
    expect(means.samples_per_s ** 2 / ((rows[2] as SweepResult).samples_per_s * fast.samples_per_s)).toBeCloseTo(1, 9)
    expect(fast.samples_per_s).toBeGreaterThan(slow.samples_per_s)
  })

  it('compares chips within one problem: timesteps and batch are not theirs to choose', async () => {
    const path = study({ ...base, benchmarks: ['mnist'], vary: { T: [3, 10], 'clock.MHz': [400, 800] } })
    const out = temporary()
    const { rows, report } = await sweep(path, out)
    expect(report.fronts.map(({ benchmark, problem, points }) => [benchmark, problem, points])).toEqual([
      ['mnist', { T: 3 }, 2],
      ['mnist', { T: 10 }, 2],
      ['mine', { T: 3 }, 2],
      ['mine', { T: 10 }, 2],
      ['all (geometric mean)', { T: 3 }, 2],
      ['all (geometric mean)', { T: 10 }, 2],
    ])
    for (const { front } of report.fronts) expect(front.length).toBeGreaterThan(0)
    expect(readdirSync(out)).toContain('pareto-mnist-T-10.svg')
    // the paper's time is for its own timesteps
    const speedups = rows
      .filter(({ benchmark }) => benchmark === 'mnist')
      .map((row) => (row as SweepResult).speedup_vs_v100)
    expect(speedups.map((value) => value === null)).toEqual([true, true, false, false])
    expect((await readSweep(path)).notes).toEqual([benchmarkTimestepsNote])
  })

  it('names what is wrong with its file', async () => {
    const failing = (fields: object, message: string) => expect(readSweep(study(fields))).rejects.toThrow(message)
    await failing({}, 'a field "vary"')
    await failing({ ...base, vary: { 'memory.bandwidth': [1] } }, 'a field of the chip such as memory.bandwidthGBps')
    await failing({ ...base, vary: { memory: [1] } }, 'got "memory"')
    await failing({ ...base, vary: { 'clock.MHz': { from: 1, to: 2 } } }, 'steps, or a "sample"')
    await failing({ ...base, vary: { 'clock.MHz': { from: -1, to: 2, steps: 3, log: true } } }, 'ends above 0')
    await failing({ ...base, benchmarks: ['cifar100'] }, 'mnist or cifar10')
    await failing(
      { ...base, networks: [{ ...network, density: { ...density, input_sparsity: [3] } }] },
      'a share from 0 to 1',
    )
    await failing({ ...base, networks: [network, network] }, 'different names')
    await failing({ ...base, vary: { batch: { from: 1, to: 1e7, steps: 2_000_000 } } }, 'must be <= 1000000')
    const out = temporary()
    await sweep(study(base), out)
    await expect(runSweep(study({ ...base, batch: 4 }), { out, threads: 1 }, quiet)).rejects.toThrow(
      'expected results of the sweep "study"',
    )
    await expect(runSweep(study(base), { shard: '4/3' }, quiet)).rejects.toThrow('i/n with i from 1 to n')
    appendFileSync(join(out, 'results.jsonl'), '{"point":1}\n')
    await expect(runSweep(study(base), { out, threads: 1 }, quiet)).rejects.toThrow('line 10: expected a point')
  })
})

describe('axes of a sweep', () => {
  const axesOf = async (vary: object, more: object = {}) => {
    const { vary: settled, notes } = await readSweep(study({ ...base, ...more, vary }))
    return { settled, notes }
  }

  it('take whole numbers only where the field does, each value once, and say so', async () => {
    const { settled, notes } = await axesOf({
      'backward.tile': { from: 4, to: 6, steps: 5 },
      'backward.rows': { from: 8, to: 16, steps: 4 },
      batch: { from: 4, to: 64, steps: 5, log: true },
      'clock.MHz': { from: 400, to: 800, steps: 4 },
      'memory.bandwidthGBps': [16, 128, 16],
    })
    expect(settled).toEqual({
      'backward.tile': [4, 5, 6],
      'backward.rows': [8, 11, 13, 16],
      batch: [4, 8, 16, 32, 64],
      'clock.MHz': [400, 400 + 400 * (1 / 3), 400 + 400 * (2 / 3), 800],
      'memory.bandwidthGBps': [16, 128],
    })
    expect(notes).toEqual([
      'vary.backward.tile: 5 steps from 4 to 6 are 3 different whole numbers, each of which runs once: 4, 5, 6.',
      'vary.memory.bandwidthGBps: of 3 values 2 are different, each of which runs once: 16, 128.',
    ])
    const drawn = await readSweep(study({ ...base, sample: 20, vary: { 'backward.tile': { from: 2, to: 9 } } }))
    for (let i = 0; i < 20; i++) expect(Number.isInteger(sweepPoint(drawn, i).values['backward.tile'])).toBe(true)
  })

  it('are refused before anything of their size is made', async () => {
    const failing = (vary: object, message: string, more: object = {}) =>
      expect(axesOf(vary, more)).rejects.toThrow(message)
    await failing({ 'clock.MHz': { from: 1, to: 2, steps: 1_000_000_000 } }, 'must be <= 1000000')
    await failing(
      {
        'clock.MHz': { from: 1, to: 2, steps: 1_000_000 },
        'memory.bandwidthGBps': { from: 1, to: 2, steps: 1_000_000 },
      },
      'at most 1000000 points, got 1000000000000',
    )
    await failing({ 'clock.MHz': [400] }, 'must be <= 1000000', { sample: 2_000_000 })
    await failing({ 'backward.tile': { from: 4.5, to: 6, steps: 2 } }, 'whole numbers at both ends, got 4.5 to 6')
    await failing({ 'clock.MHz': { from: 1e-320, to: 1, steps: 3, log: true } }, 'ends above 0 on a log axis')
    await failing({ 'clock.MHz': { from: 1e-300, to: 1e300, steps: 3, log: true } }, 'a ratio that is a number')
    await failing({ 'clock.MHz': { from: -1e308, to: 1e308, steps: 3 } }, 'ends whose distance is a number')
    for (const name of ['constructor', '__proto__', 'toString', 'backward.constructor', 'assume.valueOf', 'assume'])
      await failing(JSON.parse(`{${JSON.stringify(name)}: [1]}`), `got ${JSON.stringify(name)}`)
  })

  it('may ask for too much of a point, which is then an error and not the end', async () => {
    const path = study({ ...base, vary: { batch: [8, 1_000_000_000], trials: [1, 1_000_000_000], T: [2, 1_000_000] } })
    const { rows } = await sweep(path, temporary(), {}, 1)
    expect(rows.map(({ status }) => status)).toEqual(['ok', ...Array.from({ length: 7 }, () => 'error')])
    expect((rows[4] as { error: string }).error).toBe(
      'point: batch: expected a value that must be <= 65536, got 1000000000.',
    )
  })
})

describe('points of a sweep', () => {
  it('depend on the seed and their number alone when drawn, inside their ranges', async () => {
    const fields = {
      ...base,
      sample: 50,
      vary: { 'clock.MHz': { from: 400, to: 1200 }, batch: { from: 4, to: 64, integer: true } },
    }
    const spec = await readSweep(study(fields))
    const again = await readSweep(study(fields))
    expect(sweepSize(spec)).toBe(50)
    const all = Array.from({ length: 50 }, (_, i) => sweepPoint(spec, i).values)
    expect(all).toEqual(Array.from({ length: 50 }, (_, i) => sweepPoint(again, i).values))
    for (const values of all) {
      expect(values['clock.MHz']).toBeGreaterThanOrEqual(400)
      expect(values['clock.MHz']).toBeLessThanOrEqual(1200)
      expect(Number.isInteger(values.batch)).toBe(true)
    }
    expect(new Set(all.map((values) => values['clock.MHz'])).size).toBe(50)
    const other = await readSweep(study({ ...fields, seed: 2 }))
    expect(sweepPoint(other, 0).values).not.toEqual(all[0])
    expect(other.fingerprint).not.toBe(spec.fingerprint)
  })

  it('form the whole grid in order, the last field fastest', async () => {
    const spec = await readSweep(
      study({ ...base, vary: { 'clock.MHz': { from: 400, to: 800, steps: 3 }, batch: [4, 8] } }),
    )
    expect(Array.from({ length: 6 }, (_, i) => Object.values(sweepPoint(spec, i).values))).toEqual([
      [400, 4],
      [400, 8],
      [600, 4],
      [600, 8],
      [800, 4],
      [800, 8],
    ])
  })
})

describe('paretoFront', () => {
  const figures = fc.record({
    samples_per_s: fc.integer({ min: 1, max: 6 }),
    energy_per_sample_J: fc.integer({ min: 1, max: 6 }),
    area_mm2: fc.integer({ min: 1, max: 6 }),
  })

  it('holds exactly the figures that no other point beats', () => {
    const beats = (a: SweepFigures, b: SweepFigures) =>
      a.samples_per_s >= b.samples_per_s &&
      a.energy_per_sample_J <= b.energy_per_sample_J &&
      a.area_mm2 <= b.area_mm2 &&
      JSON.stringify(a) !== JSON.stringify(b)
    fc.assert(
      fc.property(fc.array(figures, { maxLength: 40 }), (points) => {
        const key = (p: SweepFigures) => `${p.samples_per_s} ${p.energy_per_sample_J} ${p.area_mm2}`
        const expected = new Set(points.filter((p) => !points.some((q) => beats(q, p))).map(key))
        const front = paretoFront(points).map(key)
        expect(new Set(front)).toEqual(expected)
        expect(front).toHaveLength(expected.size)
      }),
    )
  })
})

it('results keep their order and form as JSON Lines', async () => {
  const out = temporary()
  const { rows } = await sweep(study(base), out)
  expect(rows.map(({ point }: SweepRow) => point)).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})
