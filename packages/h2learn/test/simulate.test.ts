import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accelerator } from '@h2learn/accelerator'
import { analyticBenchmark, benchmarkTimestepsNote } from '@h2learn/paper'
import { describe, expect, it } from 'vitest'
import { openConsole } from '../src/command/console'
import { simulateTrace } from '../src/command/simulate'
import type { SimulateCommandOptions } from '../src/command/simulate-command'
import type { SimulateReport } from '../src/command/simulate-report'
import { writeNpz } from '../src/trace/npz'
import { arraysOf, recordedStep } from './trace/trace-helper'

const folder = mkdtempSync(join(tmpdir(), 'h2learn-simulate-'))
const quiet = () => {
  const said: string[] = []
  const console = openConsole({ quiet: true, color: false, jsonOnStdout: false })
  return { said, out: { ...console, columns: 100, say: (text: string) => void said.push(text) } }
}
let runs = 0
const simulate = async (options: SimulateCommandOptions) => {
  const { said, out } = quiet()
  const json = join(folder, `${runs++}.json`)
  expect(await simulateTrace({ ...options, json }, out)).toBe(0)
  return { text: said.join('\n'), report: JSON.parse(readFileSync(json, 'utf8')) as SimulateReport }
}

const text = '6C3(Encoding)-8C3-AP2-12C3-10FC-5FC'
const sized = { network: text, input: '8x8', T: 3 }
const record = recordedStep(text)
const trace = join(folder, 'step.npz')
writeFileSync(trace, writeNpz(arraysOf(record, { packed: true }), { compress: true }))

describe('h2learn simulate', () => {
  it('gives for a trace the cycles and energy of the step it was recorded from', async () => {
    const { report, text: shown } = await simulate({ ...sized, trace, batch: record.batch })
    const run = accelerator().simulate([record])
    expect(report.chip.period_cycles).toBe(run.period.periodCycles)
    expect(report.chip.energy_per_sample_J).toBe(run.energy_per_sample_J)
    expect(report.tensors.every(({ from }) => from === 'file')).toBe(true)
    expect(report.phases.map(({ kind }) => kind)).toEqual(['fill', 'steady', 'drain', 'step'])
    expect(report.phases.reduce((sum, { cycles }) => sum + cycles, 0)).toBeCloseTo(run.timeline.makespan, 6)
    // the path of the file may break the line
    expect(shown.replaceAll(/\s+/g, ' ')).toContain('4 samples recorded, 1 sub-batches run')
    expect(shown).not.toContain('drawn at random')
  })

  it('marks what it had to draw, and says so first', async () => {
    const some = Object.fromEntries(Object.entries(arraysOf(record)).filter(([name]) => !name.startsWith('gradU')))
    const path = join(folder, 'part.npz')
    writeFileSync(path, writeNpz(some))
    const density = join(folder, 'd.csv')
    writeFileSync(density, 'layer,gradU\nconv2,0.1\nconv3,0.2\n')
    const { report, text: shown } = await simulate({ ...sized, trace: path, density })
    expect(report.tensors.filter(({ from }) => from === 'drawn')).toEqual(
      [1, 0.1, 0.2, 1, 1].map((share, l) => ({
        layer: ['conv1', 'conv2', 'conv3', 'fc1', 'fc2'][l],
        tensor: 'gradU',
        from: 'drawn',
        density: share,
      })),
    )
    expect(shown.split('\n')[1]).toContain('5 tensors are not recorded but drawn at random')
    // fewer gradients than a dense one, so fewer Backward cycles than with nothing stated
    const dense = await simulate({ ...sized, trace: path })
    const backward = ({ engines }: SimulateReport) =>
      engines.find(({ engine, layer }) => engine === 'backward' && layer === 'conv3')!.compute_cycles
    expect(backward(report)).toBeLessThan(backward(dense.report))
  })

  it('runs a benchmark at other timesteps, with a note that the sparsities are those of T = 10', async () => {
    const own = await simulate({ benchmark: 'mnist', batch: 16 })
    const same = await simulate({ benchmark: 'mnist', batch: 16, T: 10 })
    const other = await simulate({ benchmark: 'mnist', batch: 16, T: 4 })
    expect(same.report.chip).toEqual(own.report.chip)
    expect(same.report.notes).toEqual(own.report.notes)
    expect(other.report.notes).toContain(benchmarkTimestepsNote)
    expect(other.report.chip.samples_per_s).toBeGreaterThan(own.report.chip.samples_per_s)
    // the paper's time is for its own timesteps
    expect(own.report.speedup_vs_v100).toBeGreaterThan(1)
    expect(other.report.speedup_vs_v100).toBeNull()
  })

  it('runs a benchmark from Table III as the model does, and another chip from a file', async () => {
    const { report } = await simulate({ benchmark: 'mnist', batch: 16 })
    const run = analyticBenchmark('MNIST', { batch: 16 })
    expect(report.chip.samples_per_s).toBe(run.samples_per_s)
    expect(report.speedup_vs_v100).toBe(run.speedup!.scheduled)
    expect(report.layers[1]!.input_sparsity).toBeCloseTo(0.9918, 12)
    expect(report.layers[0]!.output_sparsity).toBeCloseTo(0.2266, 12)
    const chip = join(folder, 'chip.yaml')
    writeFileSync(chip, '# half the bandwidth\nmemory: { bandwidthGBps: 64 }\nprices: { temperature: 330 }\n')
    const other = await simulate({ benchmark: 'mnist', batch: 16, chip, set: ['schedule.layers=barrier'] })
    expect(other.report.chip.samples_per_s).toBeLessThan(report.chip.samples_per_s)
  })

  it('runs on densities alone', async () => {
    const density = join(folder, 'd.json')
    writeFileSync(density, '{"output_sparsity": [0.5, 0.8], "input_sparsity": [0.9, 0.95]}')
    const { report, text: shown } = await simulate({ ...sized, density })
    expect(report.source.kind).toBe('density')
    expect(report.layers[1]!.input_sparsity).toBeCloseTo(0.9, 12)
    expect(report.speedup_vs_v100).toBeNull()
    expect(shown).toContain('Masks are random')
  })

  it('writes a page, the report and a timeline that is a trace file', async () => {
    const out = join(folder, 'résultats 1')
    mkdirSync(out)
    await simulate({ ...sized, trace, out, timeline: join(folder, 'timeline.json') })
    expect(readdirSync(out).sort()).toEqual(['report.html', 'report.json', 'trace.json'])
    const timeline = readFileSync(join(folder, 'timeline.json'), 'utf8')
    expect(timeline).toBe(readFileSync(join(out, 'trace.json'), 'utf8'))
    const { traceEvents } = JSON.parse(timeline)
    const names = traceEvents.filter(({ name }: { name: string }) => name === 'thread_name')
    expect(names.map(({ args }: { args: { name: string } }) => args.name)).toEqual([
      'forward',
      'backward',
      'weight-update',
      'Mem 0',
      'Mem 1',
      'Mem 2',
    ])
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<svg')
  })

  it('refuses what cannot be with file and field', async () => {
    const failing = (options: SimulateCommandOptions, message: string) =>
      expect(simulateTrace(options, quiet().out)).rejects.toThrow(message)
    await failing({ ...sized }, 'expected --trace FILE.npz, --density FILE or --benchmark NAME')
    await failing({ trace }, 'expected --network')
    await failing({ ...sized, T: 4, trace }, '[4, B, 6, 8, 8]')
    await failing({ benchmark: 'mnist', trace }, 'a benchmark alone')
    await failing({ benchmark: 'mnist', set: ['memory.bandwidth=3'] }, 'expected bandwidthGBps, layout')
    await failing(
      { benchmark: 'mnist', set: ['backward.rows=0'] },
      '--set backward.rows=0: backward.rows: expected a value',
    )
    await failing({ benchmark: 'mnist', set: ['rows'] }, 'field=value')
    await failing({ benchmark: 'cifar10', set: ['schedule.buffers=require'] }, 'at most 2684 KiB of buffer')
    const cut = join(folder, 'cut.npz')
    writeFileSync(cut, readFileSync(trace).subarray(0, 500))
    await failing({ ...sized, trace: cut }, 'a file cut off in the middle')
    const broken = join(folder, 'broken.yaml')
    writeFileSync(broken, 'memory: [')
    await failing({ benchmark: 'mnist', chip: broken }, 'YAML')
    await expect(simulateTrace({ ...sized, trace: join(folder, 'no.npz') }, quiet().out)).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})
