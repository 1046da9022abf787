import { bytes, ConfigError, cycles } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scheduleTasks } from '../src/schedule'
import { pipelineTrace, type TraceFile } from '../src/trace'
import { memoriesAB, task, taskLists } from './tasks'

type Complete = Extract<TraceFile['traceEvents'][number], { ph: 'X' }>
type Counter = Extract<TraceFile['traceEvents'][number], { ph: 'C' }>

const completes = ({ traceEvents }: TraceFile) => traceEvents.filter((e): e is Complete => e.ph === 'X')
const counters = ({ traceEvents }: TraceFile) => traceEvents.filter((e): e is Counter => e.ph === 'C')

describe('pipelineTrace', () => {
  const timeline = scheduleTasks(
    [
      { ...task('g0/k3/backward/conv2', 'Backward', 10, { A: 1600 }), layer: 'conv2', subBatch: 3, pass: 'backward' },
      {
        ...task('g0/k3/weight-update/fc1', 'Update', 10, { A: 800 }),
        layer: 'fc1',
        subBatch: 3,
        pass: 'weight-update',
      },
      { ...task('g0/step', 'Update', 4, { B: 40 }), pass: 'step', duration: cycles(4), bytes: { B: bytes(40) } },
    ],
    memoriesAB(160),
  )
  const trace = pipelineTrace(timeline, 800)

  it('has a track per engine with slices named by layer and sub-batch, in microseconds', () => {
    // At 800 MHz 15 cycles take 0.01875 µs.
    expect(completes(trace).filter(({ pid }) => pid === 1)).toMatchObject([
      { name: 'conv2 #3', tid: 1, ts: 0, dur: 15 / 800, args: { stallCycles: 5, bound: 'memory', 'bytes A': 1600 } },
      { name: 'fc1 #3', tid: 2, ts: 0, dur: 10 / 800, cat: 'weight-update' },
      { name: 'weight update', tid: 2, ts: 10 / 800, dur: 4 / 800 },
    ])
    const names = trace.traceEvents.flatMap((e) => (e.ph === 'M' && 'name' in e.args ? [e.args.name] : []))
    expect(names).toEqual(['engines', 'Backward', 'Update', 'memories', 'A', 'B'])
  })

  it('shows which layers use a memory, and its bandwidth as a counter that falls back to 0', () => {
    const onA = completes(trace).filter(({ pid, tid }) => pid === 2 && tid === 1)
    expect(onA.map(({ name, ts, dur }) => [name, Math.round(ts * 800), Math.round(dur * 800)])).toEqual([
      ['Backward conv2 #3 + Update fc1 #3', 0, 10],
      ['Backward conv2 #3', 10, 5],
    ])
    // 80 bytes a cycle at 800 MHz are 64 GB/s.
    const samples = counters(trace).filter(({ name }) => name === 'A GB/s')
    expect(samples.map(({ ts, args }) => [Math.round(ts * 800), args])).toEqual([
      [0, { Backward: 64, Update: 64 }],
      [10, { Backward: 128, Update: 0 }],
      [14, { Backward: 128, Update: 0 }],
      [15, { Backward: 0, Update: 0 }],
    ])
  })

  it('is a well-formed trace file for any schedule: plain JSON, slices of a track apart, every track named', () => {
    fc.assert(
      fc.property(taskLists, fc.integer({ min: 1, max: 400 }), (tasks, bandwidth) => {
        const file = pipelineTrace(scheduleTasks(tasks, memoriesAB(bandwidth)), 800)
        expect(JSON.parse(JSON.stringify(file))).toEqual(file)
        const named = new Set(
          file.traceEvents.filter((e) => e.name === 'thread_name').map(({ pid, tid }) => `${pid}/${tid}`),
        )
        const ends = new Map<string, number>()
        for (const { pid, tid, ts, dur, name } of completes(file)) {
          const track = `${pid}/${tid}`
          expect(named.has(track)).toBe(true)
          expect(name).not.toBe('')
          expect(ts).toBeGreaterThanOrEqual((ends.get(track) ?? 0) - 1e-9)
          expect(dur).toBeGreaterThanOrEqual(0)
          ends.set(track, ts + dur)
        }
        for (const { args } of counters(file))
          for (const value of Object.values(args)) expect(Number.isFinite(value) && value >= 0).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  it('refuses a clock that is not above 0', () => {
    expect(() => pipelineTrace(timeline, 0)).toThrow(ConfigError)
  })
})
