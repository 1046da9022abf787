import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Network, NeuronConfig } from '../../src/api'
import { evaluationShard } from '../../src/evaluation-shard'
import { f16Round, f16RoundAll } from '../../src/f16'
import { forceWeightGradient } from '../../src/fast/choices'
import { fastEvaluationShard, fastGradientShard, fastSupports } from '../../src/fast/fast-shard'
import { parameterCount, parseNetwork } from '../../src/network'
import { defaultNeuron } from '../../src/neuron'
import { weightsOf } from '../../src/parameters'
import { gradientShard, type ShardWork } from '../../src/shard'
import { bitsOf } from '../toy'
import { fastNetworks, fastNeurons, samplesFor, weightsFor } from './arbitrary'

const workOf = (network: Network, count: number, seed: number, density: number): ShardWork => ({
  network,
  neuron: defaultNeuron,
  loss: seed % 2 ? 'rate-mse' : 'count-cross-entropy',
  precision: 'f32',
  samples: samplesFor(network, count, seed, density),
  indices: Uint32Array.from({ length: count }, (_, i) => count - 1 - i),
  draw: { seed, epoch: 1 },
  batch: count + 3,
  lossScale: seed % 5 === 0 ? 1024 : 1,
  underflow: true,
})

/** The fast backend's shard beside the reference's. */
const both = (work: ShardWork, parameters: Float32Array) => {
  const weights = weightsOf(work.network, parameters)
  const fast = new Float32Array(parameters.length).fill(7)
  const reference = new Float32Array(parameters.length).fill(7)
  const tally = fastGradientShard(work, weights, fast)
  expect(tally).toBeDefined()
  expect(tally).toEqual(gradientShard({ ...work, backend: 'reference' }, weights, reference))
  return { fast, reference, weights, tally: tally! }
}

describe('fastGradientShard', () => {
  it('gives the bits of the reference in every weight gradient, and its counts, on any network', () => {
    let learned = 0
    fc.assert(
      fc.property(
        fastNetworks,
        fastNeurons,
        fc.record({
          count: fc.integer({ min: 1, max: 9 }),
          seed: fc.integer({ min: 0, max: 1e6 }),
          density: fc.constantFrom(0, 0.05, 0.3, 1),
          scale: fc.constantFrom(0.1, 0.4, 1.5),
          by: fc.constantFrom('spikes', 'gradients', undefined) as fc.Arbitrary<'spikes' | 'gradients' | undefined>,
        }),
        (network, neuron, { count, seed, density, scale, by }) => {
          const work = { ...workOf(network, count, seed, density), neuron }
          forceWeightGradient(by)
          const { fast, reference, weights } = both(work, weightsFor(parameterCount(network), seed, scale))
          const wrong = fast.findIndex((g, i) => !Object.is(g, reference[i]))
          expect(wrong < 0 ? '' : `${network.text}: ${wrong} is ${fast[wrong]}, not ${reference[wrong]}`).toBe('')
          if (reference.some((g) => g !== 0)) learned++
          expect(fastEvaluationShard(work, weights)).toEqual(evaluationShard(work, weights))
        },
      ),
      { numRuns: 400 },
    )
    forceWeightGradient(undefined)
    expect(learned).toBeGreaterThan(100)
  })

  it('is right for maps and channels that need several of every block', () => {
    const network = parseNetwork('40C3(Encoding)-44C3-AP2-36C5S2-20C3-AP2(spikes)-40FC-10FC', {
      input: { C: 3, H: 37, W: 34 },
      T: 3,
    })
    const neuron: NeuronConfig = { ...defaultNeuron, gradWindow: [-1, 3] }
    const work = { ...workOf(network, 2, 11, 0.8), neuron }
    for (const by of ['spikes', 'gradients'] as const) {
      forceWeightGradient(by)
      const { fast, reference, tally } = both(work, weightsFor(parameterCount(network), 5, 0.12))
      expect(Buffer.compare(bitsOf(fast), bitsOf(reference))).toBe(0)
      expect(tally.layers[tally.layers.length - 3]).toBeGreaterThan(0)
    }
    forceWeightGradient(undefined)
  })

  it.each([
    // too large to be kept as rows beside their weights; inputs that are no whole words, levels, bits of whole words
    ['24C3-AP2(spikes)-1302FC-901FC-10FC', { C: 2, H: 16, W: 14 }],
    ['24C3-960FC-928FC-10FC', { C: 2, H: 8, W: 9 }],
    // one channel whose places are several parts
    ['70FC-64FC-10FC', { C: 1, H: 28, W: 28 }],
  ])(
    'is right for fully connected layers of many inputs and outputs, by spikes and by gradients: %s',
    (text, input) => {
      const network = parseNetwork(text, { input, T: 3 })
      const neuron: NeuronConfig = { ...defaultNeuron, gradWindow: [-1, 3] }
      const parameters = weightsFor(parameterCount(network), 5, 0.12)
      for (const precision of ['f32', 'f16'] as const)
        for (const by of ['spikes', 'gradients'] as const) {
          forceWeightGradient(by)
          const work = { ...workOf(network, 2, 11, 0.5), neuron, precision, lossScale: precision === 'f16' ? 1024 : 1 }
          const { fast, reference, tally } = both(work, precision === 'f16' ? f16RoundAll(parameters) : parameters)
          expect(Buffer.compare(bitsOf(fast), bitsOf(reference))).toBe(0)
          expect(tally.layers[9]).toBeGreaterThan(0)
        }
      forceWeightGradient(undefined)
    },
  )
})

describe('ties between silent output neurons', () => {
  it.each(['45FC', '6C3-77FC', '20FC-10FC'])('go to the highest sum of potentials as in the reference: %s', (text) => {
    const network = parseNetwork(text, { input: { C: 2, H: 6, W: 5 }, T: 6 })
    const work = workOf(network, 8, 3, 0.3)
    const weights = weightsOf(network, weightsFor(parameterCount(network), 5, 0.6))
    // small enough that none fires
    const last = weights.at(-1)!.data
    for (let i = 0; i < last.length; i++) last[i] *= 0.02
    const fast = fastEvaluationShard(work, weights)!
    expect(fast).toEqual(evaluationShard(work, weights))
    expect(fast.ties).toBe(8)
    const predicted = Array.from({ length: network.classes }, (_, k) => k).filter((k) =>
      Array.from({ length: network.classes }, (_, row) => fast.confusion[row * network.classes + k]).some((n) => n > 0),
    )
    // without potentials all eight samples would be class 0
    expect(predicted.length).toBeGreaterThan(1)
  })
})

describe('fully connected layers of more maps than lists hold', () => {
  it('give the bits of the reference', () => {
    // 2^21 entries of 32,768 inputs: 64 maps at once, of 2·40
    const network = parseNetwork('5FC-3FC', { input: { C: 8, H: 64, W: 64 }, T: 40 })
    const neuron: NeuronConfig = { ...defaultNeuron, gradWindow: [-1, 3] }
    const work = { ...workOf(network, 2, 11, 0.02), neuron }
    const { fast, reference, tally } = both(work, weightsFor(parameterCount(network), 5, 0.1))
    expect(Buffer.compare(bitsOf(fast), bitsOf(reference))).toBe(0)
    expect(tally.layers[3]).toBeGreaterThan(0)
  })
})

describe('fastGradientShard in FP16', () => {
  it('gives the bits and counts of the reference on any network, overflow and subnormals included', () => {
    const met = { learned: 0, infinite: 0, nan: 0, subnormal: 0, lost: 0 }
    fc.assert(
      fc.property(
        fastNetworks,
        fastNeurons,
        fc.record({
          count: fc.integer({ min: 1, max: 5 }),
          seed: fc.integer({ min: 0, max: 1e6 }),
          density: fc.constantFrom(0, 0.05, 0.3, 1),
          scale: fc.constantFrom(0.1, 0.4, 1.5, 60, 4e3, 3e4),
          lossScale: fc.constantFrom(2 ** -18, 2 ** -10, 1, 1024, 2 ** 17, 2 ** 24),
          by: fc.constantFrom('spikes', 'gradients', undefined) as fc.Arbitrary<'spikes' | 'gradients' | undefined>,
          underflow: fc.boolean(),
        }),
        (network, neuron, { count, seed, density, scale, lossScale, by, underflow }) => {
          const wide: NeuronConfig = { ...neuron, gradWindow: scale > 2 ? [-3e4, 3e4] : neuron.gradWindow }
          const options = { neuron: wide, precision: 'f16', lossScale, underflow } as const
          const work = { ...workOf(network, count, seed, density), ...options }
          forceWeightGradient(by)
          const parameters = f16RoundAll(weightsFor(parameterCount(network), seed, scale))
          const { fast, reference, weights, tally } = both(work, parameters)
          const wrong = fast.findIndex((g, i) => !Object.is(g, reference[i]))
          expect(wrong < 0 ? '' : `${network.text}: ${wrong} is ${fast[wrong]}, not ${reference[wrong]}`).toBe('')
          expect(fastEvaluationShard(work, weights)).toEqual(
            evaluationShard({ ...work, backend: 'reference' }, weights),
          )
          met.learned += Number(fast.some((g) => g !== 0))
          met.infinite += Number(fast.some((g) => Math.abs(g) === Infinity))
          met.nan += Number(fast.some(Number.isNaN))
          met.subnormal += Number(fast.some((g) => g !== 0 && Math.abs(g) < 2 ** -14))
          met.lost += Number(tally.layers.some((n, i) => i % 6 === 5 && n > 0))
        },
      ),
      { numRuns: 150 },
    )
    forceWeightGradient(undefined)
    // far below what random draws give
    for (const n of Object.values(met)) expect(n).toBeGreaterThan(2)
  })

  it('is right for maps and channels that need several of every block', () => {
    const text = '40C3(Encoding)-44C3-AP2-36C5S2-20C3-AP2(spikes)-40FC-10FC'
    const network = parseNetwork(text, { input: { C: 3, H: 10, W: 9 }, T: 3 })
    const neuron: NeuronConfig = { ...defaultNeuron, gradWindow: [-1, 3] }
    const work = { ...workOf(network, 2, 11, 0.8), neuron, precision: 'f16', lossScale: 1024 } as const
    for (const by of ['spikes', 'gradients'] as const) {
      forceWeightGradient(by)
      const { fast, reference } = both(work, f16RoundAll(weightsFor(parameterCount(network), 5, 0.12)))
      expect(Buffer.compare(bitsOf(fast), bitsOf(reference))).toBe(0)
      expect(fast.every((g) => Object.is(g, f16Round(g)))).toBe(true)
    }
    forceWeightGradient(undefined)
  })
})

describe('fastSupports', () => {
  it('leaves other precisions, surrogates, pooled raw inputs and huge maps to the reference', () => {
    const size = { input: { C: 1, H: 6, W: 6 }, T: 2 }
    const network = parseNetwork('4C3-2FC', size)
    expect(fastSupports(network, defaultNeuron, 'f32')).toBe(true)
    expect(fastSupports(network, defaultNeuron, 'f64')).toBe(false)
    expect(fastSupports(network, defaultNeuron, 'f16')).toBe(true)
    expect(fastSupports(network, defaultNeuron, 'f16', 8, 'folded')).toBe(false)
    expect(fastSupports(network, { ...defaultNeuron, surrogate: { kind: 'arctan', slope: 2 } }, 'f32')).toBe(false)
    expect(fastSupports(parseNetwork('AP2(spikes)-4C3-2FC', size), defaultNeuron, 'f32')).toBe(false)
    const wide = parseNetwork('1C3-2FC', { input: { C: 1, H: 3, W: 300 }, T: 1 })
    expect(fastSupports(wide, defaultNeuron, 'f32')).toBe(false)
  })
})
