import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { NeuronConfig } from '../src/api'
import { InputError } from '../src/errors'
import { verifyGolden } from '../src/golden'
import { type NetworkList, networkFromList } from '../src/network'
import { defaultNeuron } from '../src/neuron'
import { rng } from '../src/rng'
import { naiveStep, randomWeights, step } from './naive'

const folder = new URL('./golden/', import.meta.url)
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
const load = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))

type Kind = 'spikes' | 'analog' | 'dyadic'

/** A file of the golden format whose values come from the plain nested loops. */
const make = (net: NetworkList, input_shape: number[], input_kind: Kind, seed: number, dtype = 'float64') => {
  const [C, H = 1, W = 1] = input_shape
  const [T, batch, alpha, th_f, th_l, th_r, beta] = [4, 2, 0.6, 0.5, 0.15, 0.95, 1.25]
  const precision = dtype === 'float64' ? 'f64' : 'f32'
  // in this format an absent padding is 1
  const list = net.map((item) => (item.type === 'conv' ? { pad: 1, ...item } : item))
  const network = networkFromList(list, { input: { C, H, W }, T }, input_kind === 'analog')
  const weights = randomWeights(network, seed, precision).map((w) => Array.from(w.data))
  const { next, below } = rng(seed)
  const [first] = network.layers
  const n = batch * first.C * first.H * first.W
  const levels = network.inputPool ** 2
  const image = Array.from({ length: n }, () => below(257) / 256)
  const x =
    input_kind === 'analog'
      ? Array.from({ length: T }, () => image).flat()
      : Array.from({ length: T * n }, () => (next() < 0.5 ? 0 : (1 + below(levels)) / levels))
  const neuron: NeuronConfig = {
    ...defaultNeuron,
    leak: alpha,
    fireThreshold: th_f,
    gradWindow: [th_l, th_r],
    surrogate: { kind: 'rectangular', height: beta },
  }
  const labels = [0, network.classes - 1]
  const naive = naiveStep(network, weights, x, labels, neuron, step(neuron), 'f64')
  const layers = network.layers.map((layer, l) => {
    const { K, C, R, S, outH, outW, kind } = layer
    const out = kind === 'fc' ? [T, batch, K] : [T, batch, K, outH, outW]
    const w = kind === 'fc' ? [K, C * R * S] : [K, C, R, S]
    const open = naive.u[l].map((u) => (u > th_l && u < th_r ? '1' : '0')).join('')
    const read = l === 0 ? x : Array(T * batch * C * layer.H * layer.W).fill(0)
    return {
      type: kind,
      w: { shape: w, data: weights[l] },
      x: { shape: [T, batch, C, layer.H, layer.W], data: read },
      u: { shape: out, data: naive.u[l] },
      s: { shape: out, bits: naive.s[l].join('') },
      mask: { shape: out, bits: open },
      du: { shape: out, data: naive.gradU[l] },
      ds: { shape: out, data: naive.gradS[l] },
      dw: { shape: w, data: naive.gradW[l] },
    }
  })
  const last = naive.s[layers.length - 1]
  const rates = Array.from({ length: batch * network.classes }, (_, i) =>
    [0, 1, 2, 3].reduce((sum, t) => sum + last[t * batch * network.classes + i] / T, 0),
  )
  const loss_def = 'mean over batch*classes of (mean_t s - onehot)^2'
  const out_rate = { shape: [batch, network.classes], data: rates }
  const constants = { alpha, th_f, th_l, th_r, beta }
  return {
    name: 'made',
    dtype,
    T,
    batch,
    input_shape,
    input_kind,
    net,
    ...constants,
    labels,
    loss_def,
    loss: naive.loss,
    out_rate,
    layers,
  }
}

describe('verifyGolden', () => {
  it.each(files)('agrees with automatic differentiation in every value of %s', (name) => {
    const report = verifyGolden(load(name), name)
    expect(report.spikeFlips + report.maskFlips).toBe(0)
    for (const quantity of Object.values(report.worst))
      expect(quantity.difference).toBeLessThanOrEqual(report.tolerance * Math.max(1, quantity.scale))
    expect(report.worst.dw.scale).toBeGreaterThan(0)
    expect(report.pass).toBe(true)
  })

  it('reads the network: case b pools spikes between its convolutions', () => {
    expect(verifyGolden(load('b.f64.json'), 'b')).toMatchObject({
      name: 'b',
      network: '4C3-AP2(spikes)-6C3-10FC-3FC',
      dtype: 'float64',
      tolerance: 1e-12,
    })
    expect(verifyGolden(load('e.f32.json'), 'e').network).toBe('3C3(Encoding)-4FC')
  })

  const conv = (out: number, k: number, stride?: number, pad?: number) =>
    ({ type: 'conv', out, k, ...(stride ? { stride } : {}), ...(pad !== undefined ? { pad } : {}) }) as const
  const pool = (k: number) => ({ type: 'avgpool', k }) as const
  const fc = (out: number) => ({ type: 'fc', out }) as const
  it.each<[string, NetworkList, number[], Kind]>([
    ['pooled spikes first', [pool(2), conv(3, 3), fc(3)], [2, 7, 6], 'spikes'],
    ['two pools first', [pool(2), pool(3), conv(3, 1, 1, 0), fc(3)], [1, 13, 12], 'dyadic'],
    ['pooled pixels first', [pool(3), conv(3, 2), fc(2)], [2, 9, 9], 'analog'],
    ['analog values up to 1.0', [conv(4, 5, 2, 2), fc(2)], [1, 8, 8], 'analog'],
    ['analog into a fully connected layer', [fc(4), fc(2)], [6], 'analog'],
    ['even kernel, stride 3, no padding', [conv(3, 4, 3, 0), pool(2), conv(2, 1, 1, 0), fc(4)], [2, 17, 14], 'spikes'],
    ['two pools between', [conv(3, 3), pool(2), pool(2), fc(5), fc(3)], [1, 9, 9], 'spikes'],
    ['absent padding is 1, for 5×5 too', [conv(2, 5), fc(2)], [1, 6, 6], 'spikes'],
    ['padding beyond the kernel', [conv(2, 2, 1, 3), fc(2)], [1, 3, 3], 'spikes'],
  ])('runs %s', (_, net, shape, kind) => {
    for (const seed of [1, 2]) {
      const report = verifyGolden(make(net, shape, kind, seed), 'made')
      expect(report.worst.u.scale).toBeGreaterThan(0)
      expect(report).toMatchObject({ pass: true, spikeFlips: 0, maskFlips: 0 })
    }
  })

  it('fails when one value of any quantity is off, by how much it says', () => {
    const net: NetworkList = [conv(3, 3), pool(2), fc(3)]
    const base = () => make(net, [1, 6, 6], 'spikes', 3)
    const failing = (change: (file: ReturnType<typeof base>) => void) => {
      const file = base()
      change(file)
      const report = verifyGolden(file, 'made')
      expect(report.pass).toBe(false)
      return report
    }
    const flip = (bits: string) => (bits[0] === '0' ? '1' : '0') + bits.slice(1)
    expect(verifyGolden(base(), 'made').pass).toBe(true)
    expect(failing((f) => (f.layers[0].u.data[7] += 1e-9)).worst.u.difference).toBeCloseTo(1e-9, 12)
    expect(failing((f) => (f.layers[1].du.data[2] += 1e-9)).layers[1].quantities.du.pass).toBe(false)
    expect(failing((f) => (f.layers[0].dw.data[2] -= 1e-9)).layers.map((l) => l.pass)).toEqual([false, true])
    expect(failing((f) => (f.loss += 1e-9)).loss.pass).toBe(false)
    expect(failing((f) => (f.out_rate.data[1] += 1e-9)).outRate?.pass).toBe(false)
    expect(failing((f) => (f.layers[0].s.bits = flip(f.layers[0].s.bits))).spikeFlips).toBe(1)
    expect(failing((f) => (f.layers[1].mask.bits = flip(f.layers[1].mask.bits))).maskFlips).toBe(1)
    const open = base().layers[1].mask.bits
    expect(failing((f) => (f.layers[1].ds.data[open.indexOf('1')] += 1e-9)).worst.ds.pass).toBe(false)
    // outside the mask ∇s is not compared: it never enters ∇u
    const file = base()
    file.layers[1].ds.data[open.indexOf('0')] += 1
    expect(verifyGolden(file, 'made').pass).toBe(true)
  })

  it('rounds float32 files after parsing and allows them 1e-5', () => {
    const file = load('a.f32.json')
    file.layers[0].u.data[0] += 1e-6
    expect(verifyGolden(file, 'a')).toMatchObject({ pass: true, dtype: 'float32', tolerance: 1e-5 })
    file.layers[0].u.data[0] += 1e-4
    expect(verifyGolden(file, 'a').pass).toBe(false)
  })

  const change = (path: string, value: unknown) => (file: Record<string, unknown>) => {
    const keys = path.split('.')
    const last = keys.pop()!
    const holder = keys.reduce((at, key) => at[key] as Record<string, unknown>, file)
    if (value === undefined) delete holder[last]
    else holder[last] = value
  }
  it.each<[string, unknown, string, string]>([
    ['dtype', 'float16', 'dtype', '"float64" or "float32", got "float16"'],
    ['dtype', undefined, 'dtype', 'got nothing (the field is missing)'],
    ['T', 0, 'T', 'an integer from 1'],
    ['T', 2.5, 'T', 'an integer from 1'],
    ['batch', '2', 'batch', 'an integer from 1 to 2147483648, got "2"'],
    ['batch', 3, 'labels', '3 labels'],
    ['input_shape', 6, 'input_shape', 'an array'],
    ['input_shape', [6, 1], 'input_shape', '[C, H, W] or [N]'],
    ['input_shape', [0], 'input_shape[0]', 'an integer from 1'],
    ['input_shape', [7], 'layers[0].w.shape', '35 values'],
    ['input_kind', 'events', 'input_kind', '"spikes", "analog" or "dyadic"'],
    ['input_kind', 'analog', 'layers[0].x[', 'the same image at every timestep'],
    ['net', undefined, 'net', 'an array'],
    ['net', [], 'net', 'at least one layer'],
    ['net.0', 'fc', 'net[0]', 'a JSON object'],
    ['net.0.type', 'maxpool', 'net[0].type', '"conv", "avgpool" or "fc", got "maxpool"'],
    ['net.0.out', undefined, 'net[0].out', 'an integer from 1'],
    ['net.0.out', -5, 'net[0].out', 'an integer from 1'],
    ['net.0', { type: 'conv', out: 5, k: 9 }, 'net (network "5C9S1P1-3FC", column 3)', 'the padded input'],
    ['net.1', { type: 'avgpool', k: 2 }, 'net (network', 'pooling before the fully connected layers'],
    ['loss_def', 'cross entropy', 'loss_def', 'got "cross entropy"'],
    ['loss', null, 'loss', 'a finite number, got null'],
    ['loss', Number.NaN, 'loss', 'a finite number, got NaN'],
    ['alpha', undefined, 'alpha', 'a finite number'],
    ['beta', 'one', 'beta', 'a finite number'],
    ['labels', 3, 'labels', 'an array'],
    ['labels.1', 3, 'labels[1]', 'an integer from 0 to 2, got 3'],
    ['out_rate', undefined, 'out_rate', 'a JSON object'],
    ['out_rate.data', [1], 'out_rate.data', '6 numbers, got an array of 1'],
    ['layers', {}, 'layers', 'an array, got an object'],
    ['layers', [1], 'layers', '2 layers'],
    ['layers.0', 7, 'layers[0]', 'a JSON object, got 7'],
    ['layers.0.w', undefined, 'layers[0].w', 'a JSON object, got nothing'],
    ['layers.0.w.shape', undefined, 'layers[0].w.shape', 'an array'],
    ['layers.0.w.shape', [6, 5], 'layers[0].w.shape', '30 values, the first axes 5, got 6 x 5'],
    ['layers.0.w.data.4', Number.NaN, 'layers[0].w.data[4]', 'a finite number, got NaN'],
    ['layers.0.w.data.4', '0.5', 'layers[0].w.data[4]', 'a finite number, got "0.5"'],
    ['layers.1.x', undefined, 'layers[1].x', 'a JSON object'],
    ['layers.0.x.bits', '01', 'layers[0].x.bits', '2 characters'],
    ['layers.0.s.bits', 7, 'layers[0].s.bits', 'a string of 40 times 0 or 1, got 7'],
    ['layers.0.x.bits', '2'.repeat(48), 'layers[0].x.bits', 'a string of 48 times 0 or 1'],
    ['layers.0.s', { shape: [4, 2, 5], data: Array(40).fill(0.5) }, 'layers[0].s[0]', '0 or 1, got 0.5'],
    ['layers.0.x', { shape: [4, 2, 6], data: Array(48).fill(0.5) }, 'layers[0].x[0]', '0 or 1 (a spike), got 0.5'],
    ['layers.1.u.data', { 0: 1 }, 'layers[1].u.data', 'an array, got an object'],
    ['layers.1.du.data.0', Infinity, 'layers[1].du.data[0]', 'a finite number'],
    ['layers.1.ds', [], 'layers[1].ds', 'a JSON object, got an array of 0'],
    ['layers.1.dw.shape', [3, 5, -1], 'layers[1].dw.shape[2]', 'an integer from 0'],
  ])('names the field of a malformed file: %s = %j', (path, value, field, message) => {
    const file = load('a.f64.json')
    change(path, value)(file)
    const run = () => verifyGolden(file, 'a.json')
    expect(run).toThrow(InputError)
    expect(run).toThrow(`a.json: ${field}`)
    expect(run).toThrow(message)
  })

  it.each([[null], [[]], ['text'], [undefined], [3]])('refuses %j, which is no JSON object', (json) => {
    expect(() => verifyGolden(json, 'a.json')).toThrow('a.json: file: expected a JSON object')
  })

  it('refuses neuron constants that cannot be: a reversed window', () => {
    expect(() => verifyGolden({ ...load('a.f64.json'), th_l: 2 }, 'a.json')).toThrow(
      'a.json: alpha, th_f, th_l, th_r, beta (neuron): expected gradWindow with th_l < th_r',
    )
  })

  it('refuses numbers that float32 cannot hold', () => {
    const file = load('a.f32.json')
    file.layers[0].w.data[0] = 1e300
    expect(() => verifyGolden(file, 'a.json')).toThrow('layers[0].w.data[0]: expected a number within float32')
  })
})
