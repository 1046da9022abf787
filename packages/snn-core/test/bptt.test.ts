import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Maps, MembraneTrace, NeuronConfig, Weights } from '../src/api'
import { backwardPass, forwardPass, outputGradient, traceToRecordLayers, underflowShare } from '../src/bptt'
import { reusableBuffers } from '../src/buffers'
import { rateMse } from '../src/loss'
import { parseNetwork } from '../src/network'
import { defaultNeuron, roundNeuron } from '../src/neuron'
import { getBit, packBits, tensor, unpackBits } from '../src/tensor'
import { densities, networks, precisions, randomInput, seeds } from './arbitrary'
import { denseInput, firstDifference, naiveStep, randomWeights, smooth, step } from './naive'

const neurons = fc.constantFrom<NeuronConfig>(
  defaultNeuron,
  { ...defaultNeuron, leak: 0.7, gradWindow: [-0.2, 0.9], surrogate: { kind: 'rectangular', height: 1.25 } },
  { ...defaultNeuron, reset: 'subtract' },
  { ...defaultNeuron, detachReset: true },
  { ...defaultNeuron, reset: 'subtract', detachReset: true, leak: 1 },
  { ...defaultNeuron, surrogate: { kind: 'arctan', slope: 1 } },
  { ...defaultNeuron, surrogate: { kind: 'fast-sigmoid', slope: 2 } },
  { ...defaultNeuron, surrogate: { kind: 'triangle', width: 1.5 } },
)

describe('forwardPass and backwardPass', () => {
  it('by hand: two inputs, one hidden and one output neuron, two timesteps', () => {
    // α = 0.5, th_f = 1, window (0.5, 1.5), β = 1; inputs t1: (1, 0), t2: (1, 1); hidden w = (0.8, 0.5), output w = 1.2
    // hidden: u1 = 0.8, s1 = 0; u2 = 0.5·0.8 + 0.8 + 0.5 = 1.7, s2 = 1.       mask 1, 0
    // output: u1 = 0, s1 = 0;   u2 = 0.5·0 + 1.2 = 1.2, s2 = 1.              mask 0, 1
    // one class, label 0: r = 1/2, L = (r − 1)² = 0.25, ∇s_out = 2·(−0.5)/(1·1·2) = −0.5 at both t
    // output: ∇u2 = −0.5·1 = −0.5.  ∇s1 = −0.5·0·(−0.5) − 0.5 = −0.5; ∇u1 = 0.5·(1−0)·(−0.5) + (−0.5)·0 = −0.25
    // hidden: ps = (−0.25, −0.5)·1.2 = (−0.3, −0.6)
    //   ∇u2 = 0 (closed window).  ∇s1 = −0.5·0.8·0 − 0.3 = −0.3; ∇u1 = 0.5·1·0 + (−0.3)·1 = −0.3
    // ∇w_out = s1·∇u1 + s2·∇u2 = −0.5;  ∇w_hidden = (∇u1 + ∇u2, ∇u2) = (−0.3, 0)
    const network = parseNetwork('1FC-1FC', { input: { C: 2, H: 1, W: 1 }, T: 2 })
    const weights: Weights[] = [
      tensor('KCRS', 'f64', { K: 1, C: 2, R: 1, S: 1 }, Float64Array.of(0.8, 0.5)),
      tensor('KCRS', 'f64', { K: 1, C: 1, R: 1, S: 1 }, Float64Array.of(1.2)),
    ]
    const spikes = tensor('TBCHW', 'bit', { T: 2, B: 1, C: 2, H: 1, W: 1 }, packBits([1, 0, 1, 1]))
    const trace = forwardPass(network, weights, { kind: 'spikes', data: spikes }, defaultNeuron, 'f64')
    expect(Array.from(trace.layers[0].potentials.data)).toEqual([0.8, 1.7000000000000002])
    expect(Array.from(trace.layers[1].potentials.data)).toEqual([0, 1.2])
    expect(Array.from(trace.spikeCounts)).toEqual([1])
    expect([...unpackBits(trace.layers[0].spikeGradMask.data, 2)]).toEqual([1, 0])
    const { loss, gradOutput } = rateMse.evaluate({ spikeCounts: trace.spikeCounts, labels: [0], T: 2, batch: 1 })
    expect(loss).toBe(0.25)
    const grads = backwardPass(network, weights, trace, outputGradient(network, gradOutput), defaultNeuron, 'f64')
    expect(Array.from(grads.gradU[1].data)).toEqual([-0.25, -0.5])
    expect(Array.from(grads.gradS[1].data)).toEqual([-0.5, -0.5])
    expect(Array.from(grads.gradU[0].data)).toEqual([-0.3, 0])
    expect(Array.from(grads.gradS[0].data)).toEqual([-0.3, -0.6])
    expect(Array.from(grads.gradW[1].data)).toEqual([-0.5])
    expect(Array.from(grads.gradW[0].data)).toEqual([-0.3, 0])
  })

  it('equal plain nested loops bit for bit in every precision, on any network, neuron and density', () => {
    const property = fc.property(
      networks(),
      neurons,
      fc.constantFrom(...precisions),
      densities,
      seeds,
      fc.integer({ min: 1, max: 3 }),
      (network, neuron, precision, density, seed, B) => {
        const { T, classes } = network
        const weights = randomWeights(network, seed, precision)
        const input = randomInput(network, B, seed + 1, density)
        const labels = Array.from({ length: B }, (_, b) => (seed + b) % classes)
        const trace = forwardPass(network, weights, input, neuron, precision)
        const { loss, gradOutput } = rateMse.evaluate({ spikeCounts: trace.spikeCounts, labels, T, batch: B })
        const grads = backwardPass(network, weights, trace, outputGradient(network, gradOutput), neuron, precision)
        const constants = roundNeuron(neuron, precision)
        const flat = weights.map((w) => Array.from(w.data))
        const dense = denseInput(trace.layers[0].input, T, precision)
        const naive = naiveStep(network, flat, dense, labels, constants, step(constants), precision)
        expect(loss).toBeCloseTo(naive.loss, 12)
        network.layers.forEach((_, l) => {
          const { potentials, spikes } = trace.layers[l]
          expect(firstDifference(potentials.data, naive.u[l])).toBeUndefined()
          expect(firstDifference(unpackBits(spikes.data, naive.s[l].length), naive.s[l])).toBeUndefined()
          expect(firstDifference(grads.gradU[l].data, naive.gradU[l])).toBeUndefined()
          expect(firstDifference(grads.gradS[l].data, naive.gradS[l])).toBeUndefined()
          expect(firstDifference(grads.gradW[l].data, naive.gradW[l])).toBeUndefined()
        })
      },
    )
    fc.assert(property, { numRuns: 200 })
  })

  it('follow the loss: on the smooth twin of a network Eq. 2 and 3 equal central differences', () => {
    // the twin fires clip(β·(u − th_l), 0, β·(th_r − th_l)), whose derivative is the rectangle; the plain loops that the
    // learning core equals bit for bit run on it unchanged
    const neuron: NeuronConfig = {
      ...defaultNeuron,
      leak: 0.7,
      gradWindow: [0.1, 1.1],
      surrogate: { kind: 'rectangular', height: 1.25 },
    }
    let checked = 0
    for (const [text, encoding] of [
      ['3C3-AP2-2C2S2P1-AP2(spikes)-3FC', false],
      ['AP2(spikes)-4C3(Encoding)-AP3-5FC-2FC', true],
    ] as const)
      for (const reset of ['zero', 'subtract'] as const) {
        const network = parseNetwork(text, { input: { C: 2, H: 9, W: 8 }, T: 3 })
        const weights = randomWeights(network, 5, 'f64', 1.5).map((w) => Array.from(w.data))
        const input = randomInput(network, 2, 7, 0.4)
        const trace = forwardPass(network, randomWeights(network, 5, 'f64'), input, neuron, 'f64')
        const dense = denseInput(trace.layers[0].input, 3, 'f64')
        expect(network.layers[0].encoding).toBe(encoding)
        const twin = { ...neuron, reset }
        const run = () => naiveStep(network, weights, dense, [1, 0], twin, smooth(twin), 'f64')
        const regions = (s: number[][]) => s.map((values) => values.map((v) => (v === 0 ? 0 : v === 1.25 ? 2 : 1)))
        const { gradW, s } = run()
        const here = regions(s)
        weights.forEach((w, l) => {
          for (let i = 0; i < w.length; i += Math.ceil(w.length / 8)) {
            const [value, h] = [w[i], 1e-6]
            w[i] = value + h
            const up = run()
            w[i] = value - h
            const down = run()
            w[i] = value
            // a potential that crosses a corner of the clip has no derivative there
            if (
              JSON.stringify(regions(up.s)) !== JSON.stringify(here) ||
              JSON.stringify(regions(down.s)) !== JSON.stringify(here)
            )
              continue
            expect(Math.abs((up.loss - down.loss) / (2 * h) - gradW[l][i])).toBeLessThan(1e-8)
            if (gradW[l][i] !== 0) checked++
          }
        })
      }
    expect(checked).toBeGreaterThan(30)
  })

  it('lose nothing when potentials outside the gradient window are not kept (section 1)', () => {
    fc.assert(
      fc.property(networks(), seeds, fc.constantFrom(...precisions), (network, seed, precision) => {
        const weights = randomWeights(network, seed, precision)
        const trace = forwardPass(network, weights, randomInput(network, 2, seed, 0.4), defaultNeuron, precision)
        const gradOutput = new Float64Array(2 * network.classes).map((_, i) => Math.sin(seed + i))
        const dropped = {
          ...trace,
          layers: trace.layers.map((layer) => {
            const { potentials, spikeGradMask } = layer
            const data = potentials.data.map((u, i) => (getBit(spikeGradMask.data, i) ? u : 0))
            return { ...layer, potentials: { ...potentials, data } as Maps }
          }),
        }
        const back = (from: typeof trace) =>
          backwardPass(network, weights, from, outputGradient(network, gradOutput), defaultNeuron, precision)
        const [full, compressed] = [back(trace), back(dropped)]
        network.layers.forEach((_, l) => {
          expect(firstDifference(compressed.gradU[l].data, full.gradU[l].data)).toBeUndefined()
          expect(firstDifference(compressed.gradW[l].data, full.gradW[l].data)).toBeUndefined()
        })
      }),
      { numRuns: 40 },
    )
  })

  it('give the same with buffers that are used again and again', () => {
    const network = parseNetwork('3C3-AP2-4C3-AP2(spikes)-3FC', { input: { C: 1, H: 8, W: 8 }, T: 3 })
    const buffers = reusableBuffers()
    for (const [seed, B] of [
      [1, 3],
      [2, 3],
      [3, 1],
      [1, 3],
    ]) {
      const weights = randomWeights(network, seed, 'f32')
      const input = randomInput(network, B, seed, 0.4)
      const both = [undefined, buffers].map((from) => {
        const trace = forwardPass(network, weights, input, defaultNeuron, 'f32', from)
        const { gradOutput } = rateMse.evaluate({
          spikeCounts: trace.spikeCounts,
          labels: new Uint8Array(B),
          T: 3,
          batch: B,
        })
        return backwardPass(network, weights, trace, outputGradient(network, gradOutput), defaultNeuron, 'f32', from)
      })
      expect(both[1]).toEqual(both[0])
    }
  })

  it('names what does not fit: weights, timesteps, precision, pixels without (Encoding)', () => {
    const network = parseNetwork('3C3-2FC', { input: { C: 1, H: 4, W: 4 }, T: 2 })
    const encoding = parseNetwork('3C3(Encoding)-2FC', { input: { C: 1, H: 4, W: 4 }, T: 2 })
    const weights = randomWeights(network, 1, 'f32')
    const input = randomInput(network, 1, 1, 0.5)
    const run = (...[n, w, i]: [typeof network, typeof weights, typeof input]) =>
      forwardPass(n, w, i, defaultNeuron, 'f32')
    expect(() => run(network, weights.slice(1), input)).toThrow('weights of 2 layers, got 1')
    expect(() => run(network, [weights[0], weights[0]], input)).toThrow('fc1: expected weights KCRS 2x3x4x4')
    expect(() => run({ ...network, T: 3 }, weights, input)).toThrow('expected an input of T = 3, got T = 2')
    expect(() => run(network, weights, randomInput(encoding, 1, 1, 0.5))).toThrow('(Encoding) first layer for pixels')
    expect(() => run(encoding, weights, input)).toThrow('expected pixels for the (Encoding) layer, got spikes')
    const other = parseNetwork('3C3-2FC', { input: { C: 1, H: 5, W: 4 }, T: 2 })
    expect(() => run(network, weights, randomInput(other, 1, 1, 0.5))).toThrow('CHW 1x4x4, got 1x5x4')
    const trace = run(network, weights, input)
    const gradOutput = outputGradient(network, new Float64Array(2))
    expect(() => backwardPass(network, weights, trace, gradOutput, defaultNeuron, 'f64')).toThrow('one of f32')
    expect(() =>
      backwardPass(network, weights, trace, outputGradient(network, new Float64Array(4)), defaultNeuron, 'f32'),
    ).toThrow('spatial term TBCHW')
  })
})

describe('underflowShare', () => {
  it('counts the gradients that are zero only after rounding', () => {
    const maps = (...values: number[]) =>
      tensor('TBCHW', 'f32', { T: 1, B: 1, C: values.length, H: 1, W: 1 }, Float32Array.from(values))
    expect(underflowShare(maps(1, 1e-9, 0, 2, -1e-9), maps(1, 0, 0, 2, -0))).toBe(0.5)
    expect(underflowShare(maps(0, 0), maps(0, 0))).toBe(0)
    expect(() => underflowShare(maps(0, 0), maps(0))).toThrow('2 gradients')
  })

  it('shows FP16 flushing gradients of a large batch that FP32 keeps on the same trace', () => {
    const network = parseNetwork('6C3-5FC', { input: { C: 1, H: 8, W: 8 }, T: 4 })
    const weights = randomWeights(network, 3, 'f16')
    const trace = forwardPass(network, weights, randomInput(network, 4, 3, 0.4), defaultNeuron, 'f16')
    const gradOutput = outputGradient(network, new Float64Array(4 * 5).fill(2 ** -24))
    const exact = backwardPass(network, weights, trace, gradOutput, defaultNeuron, 'f32')
    const rounded = backwardPass(network, weights, trace, gradOutput, defaultNeuron, 'f16')
    expect(underflowShare(exact.gradU[0], rounded.gradU[0])).toBeGreaterThan(0.1)
  })

  it('compares like with like: f32 gradients of an f16 trace use the constants of the trace', () => {
    const neuron = { ...defaultNeuron, leak: 0.6 } // not a binary16 number
    const network = parseNetwork('4C3-3FC', { input: { C: 1, H: 5, W: 5 }, T: 3 })
    const weights = randomWeights(network, 3, 'f16')
    const trace = forwardPass(network, weights, randomInput(network, 2, 3, 0.4), neuron, 'f16')
    const gradOutput = outputGradient(network, Float64Array.of(1, -1, 2, 0, 1, 1))
    const ours = backwardPass(network, weights, trace, gradOutput, neuron, 'f32')
    expect(ours).toEqual(backwardPass(network, weights, trace, gradOutput, roundNeuron(neuron, 'f16'), 'f32'))
    expect(ours.gradU[0].data.some((g) => g !== 0)).toBe(true)
  })
})

describe('traceToRecordLayers', () => {
  it('copies some samples: each equals a pass over these samples alone', () => {
    for (const text of ['AP2(spikes)-3C3-AP2(spikes)-2FC', '3C3(Encoding)-AP2-2FC', 'AP2(spikes)-2C3(Encoding)-2FC']) {
      const network = parseNetwork(text, { input: { C: 2, H: 8, W: 8 }, T: 3 })
      const weights = randomWeights(network, 9, 'f32')
      const input = randomInput(network, 5, 4, 0.4)
      const trace = forwardPass(network, weights, input, defaultNeuron, 'f32')
      const gradOutput = Float64Array.from({ length: 10 }, (_, i) => Math.cos(i))
      const grads = backwardPass(network, weights, trace, outputGradient(network, gradOutput), defaultNeuron, 'f32')
      const records = traceToRecordLayers(network, weights, trace, grads, { from: 2, count: 2 })
      const part = forwardPass(network, weights, records[0].input, defaultNeuron, 'f32')
      const slice = outputGradient(network, gradOutput.slice(4, 8))
      const partGrads = backwardPass(network, weights, part, slice, defaultNeuron, 'f32')
      records.forEach((record, l) => {
        const trace: MembraneTrace = part.layers[l]
        expect(record.potentials).toEqual(trace.potentials)
        expect(record.spikes).toEqual(trace.spikes)
        expect(record.spikeGradMask).toEqual(trace.spikeGradMask)
        expect(record.gradU).toEqual(partGrads.gradU[l])
        expect(record.weights).toEqual(weights[l])
        expect(record.layer).toBe(network.layers[l])
      })
      for (const bad of [
        { from: 4, count: 2 },
        { from: -1, count: 1 },
        { from: 0, count: 0 },
      ])
        expect(() => traceToRecordLayers(network, weights, trace, grads, bad)).toThrow('samples within 0..4')
    }
  })
})
