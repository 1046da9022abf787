import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { describeShared } from '../../../../test/shared-data'
import { InputError } from '../../src/errors'
import { verifyGolden } from '../../src/golden'
import type { GoldenReport } from '../../src/golden-report'
import { neuronModels } from '../../src/graph/neurons/models'
import { operators } from '../../src/graph/operators/operators'

const folder = new URL('../golden/graph/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

const agrees = (report: GoldenReport): void => {
  expect({ ...report.worst, loss: report.loss, spikes: report.spikeFlips, masks: report.maskFlips }).toMatchObject({
    u: { pass: true },
    du: { pass: true },
    ds: { pass: true },
    dw: { pass: true },
    loss: { pass: true },
    spikes: 0,
    masks: 0,
  })
  expect(report.pass).toBe(true)
}

describe('golden vectors of networks of populations, by scripts/graph-golden.py', () => {
  it.each(files)('%s', (name) => agrees(verifyGolden(load(name), name)))

  it('have every operator, neuron model, reset, normalisation, pooling, loss and surrogate', () => {
    const text = files.map((name) => JSON.stringify(load(name)))
    const seen = (pattern: string) => text.some((file) => file.includes(pattern))
    const missing = [
      ...Object.keys(operators).map((kind) => `"op":"${kind}"`),
      ...Object.keys(neuronModels).map((model) => `"model":"${model}"`),
      ...['subtract', 'none'].map((reset) => `"reset":"${reset}"`),
      ...['bn', 'ws'].map((norm) => `"norm":"${norm}"`),
      ...['avg', 'max'].map((kind) => `"kind":"${kind}"`),
      ...['rate-mse', 'count-ce', 'max-ce', 'last-ce'].map((kind) => `"loss_kind":"${kind}"`),
      ...['arctan', 'fast-sigmoid', 'triangle'].map((kind) => `{"kind":"${kind}"`),
      '"detach_reset":true',
      '"refractory":2',
      '"label_smoothing"',
    ].filter((pattern) => !seen(pattern))
    expect(missing).toEqual([])
  })
})

describe('a golden file that differs', () => {
  const differs = (change: (file: ReturnType<typeof load>) => void) => {
    const file = load('lif-learned.f64.json')
    change(file)
    const report = verifyGolden(file, 'made')
    expect(report.pass).toBe(false)
    return report
  }
  it('is told for every quantity', () => {
    expect(differs((f) => (f.populations.h.u.data[3] += 1e-9)).worst.u.pass).toBe(false)
    expect(differs((f) => (f.populations.h.du.data[3] += 1e-9)).worst.du.pass).toBe(false)
    expect(differs((f) => (f.populations.h.ds.data[3] += 1e-9)).worst.ds.pass).toBe(false)
    expect(differs((f) => (f.gradients['h/leak'].data[1] += 1e-9)).layers.map((l) => l.pass)).toEqual([false, true])
    expect(differs((f) => (f.loss += 1e-9)).loss.pass).toBe(false)
    const flip = (bits: string) => (bits[0] === '0' ? '1' : '0') + bits.slice(1)
    expect(differs((f) => (f.populations.o.s.bits = flip(f.populations.o.s.bits))).spikeFlips).toBe(1)
    expect(differs((f) => (f.populations.o.mask.bits = flip(f.populations.o.mask.bits))).maskFlips).toBe(1)
  })
})

describe('a golden file that cannot be read', () => {
  const message = (change: (file: ReturnType<typeof load>) => void): string => {
    const file = load('lif-learned.f64.json')
    change(file)
    try {
      verifyGolden(file, 'a.json')
    } catch (error) {
      return (error as Error).message
    }
    return 'no error'
  }
  it.each<[string, (file: ReturnType<typeof load>) => void, string]>([
    ['another version', (f) => (f.format = 'h2learn-graph-golden-2'), 'a.json: format: expected a text that begins'],
    [
      'an unknown operator',
      (f) => (f.network[0].connections[0].op = 'conv3d'),
      'connections[0].operator.kind: expected',
    ],
    ['an unknown field', (f) => (f.network[0].neuron.tau = 2), 'network[0].neuron.tau: expected one of the fields'],
    ['an unknown source', (f) => (f.network[0].connections[0].from = 'x'), 'connections[0].from: expected the name'],
    ['a missing parameter', (f) => delete f.parameters['h/0'], 'a.json: parameters.h/0: expected a JSON object'],
    ['an unknown parameter', (f) => (f.parameters['h/7'] = f.parameters['h/0']), 'parameters.h/7: expected one of'],
    [
      'a short array',
      (f) => f.populations.h.u.data.pop(),
      'populations.h.u.data: expected 50 numbers, got an array of 49',
    ],
    ['no network', (f) => delete f.network, 'a.json: network: expected an array, got nothing'],
    ['a label beyond the classes', (f) => (f.labels[0] = 3), 'expected labels in 0..2, got 3 for sample 0'],
    ['an unknown loss', (f) => (f.loss_kind = 'hinge'), 'a.json: loss_kind: expected "rate-mse" or'],
  ])('%s', (_, change, expected) => {
    expect(message(change)).toContain(expected)
  })
})

it('any value in any place of a golden file gives a report or an error of ours', () => {
  const values = fc.constantFrom<unknown>(
    null,
    true,
    '',
    'h',
    -1,
    0,
    2.5,
    1e300,
    Number.NaN,
    [],
    {},
    [1],
    '01',
    'alif',
    2 ** 31,
  )
  const file = load('lif-learned.f64.json')
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 6 }), values, (path, value) => {
      const changed = structuredClone(file)
      let holder = changed
      for (const [depth, choice] of path.entries()) {
        const keys = Object.keys(holder)
        const key = keys[choice % keys.length]
        const next = holder[key]
        if (depth === path.length - 1 || typeof next !== 'object' || next === null || Object.keys(next).length === 0) {
          holder[key] = value
          break
        }
        holder = next
      }
      try {
        expect(typeof verifyGolden(changed, 'a.json').pass).toBe('boolean')
      } catch (error) {
        expect(error).toBeInstanceOf(InputError)
      }
    }),
    { numRuns: 400 },
  )
})

describeShared('golden/graph', 'golden vectors of networks of populations beside the repository', (path) => {
  it.each(readdirSync(path()).filter((name) => /\.f(32|64)\.json$/.test(name)))('%s', (name) =>
    agrees(verifyGolden(JSON.parse(readFileSync(path(name), 'utf8')), name)),
  )
})
