import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchInput } from '../src/batches'
import { forwardPass } from '../src/bptt'
import { InputError } from '../src/errors'
import { initialWeights, initialWeightsStepwise, OUTPUT_GAIN } from '../src/init'
import { parseNetwork } from '../src/network'
import { defaultNeuron } from '../src/neuron'
import { weightsOf } from '../src/parameters'
import { density } from '../src/tensor'
import { halves, toyNetwork } from './toy'

const all = (n: number) => Array.from({ length: n }, (_, i) => i)
const inputOf = (network: ReturnType<typeof toyNetwork>, count = 32) =>
  batchInput(halves(count, 1, network.classes), all(count), network)

describe('initialWeights', () => {
  it('makes every layer fire at 0.15, as a forward pass with these weights confirms', () => {
    for (const text of ['8C3(Encoding)-8C3-AP2-12C3-20FC-10FC', 'AP2(spikes)-8C3-AP3(spikes)-10FC']) {
      const network = toyNetwork(text, 6)
      const input = inputOf(network)
      const { weights, layers } = initialWeights(network, input)
      const trace = forwardPass(network, weightsOf(network, weights), input, defaultNeuron, 'f32')
      layers.forEach(({ name, firingRate, reached, gain }, l) => {
        expect([name, reached]).toEqual([network.layers[l].name, true])
        expect(density(trace.layers[l].spikes)).toBe(firingRate)
        expect(Math.abs(firingRate - 0.15)).toBeLessThan(0.01)
        expect(gain).toBeGreaterThan(0)
      })
    }
  })

  it('starts the output layer from small weights where silent neurons learn, unless told otherwise', () => {
    const network = toyNetwork('16C3(Encoding)-16C3-10FC')
    const input = inputOf(network)
    const wide = { ...defaultNeuron, gradWindow: [-0.5, 2.5] } as const
    const gains = (options: Parameters<typeof initialWeights>[2]) =>
      initialWeights(network, input, options).layers.map(({ gain }) => gain)
    const fitted = gains({ neuron: wide, outputGain: 'rate' })
    // the window of the neuron decides nothing but where the search of gains ends
    expect(gains({ neuron: defaultNeuron })).toEqual(fitted)
    expect(fitted[2]).toBeGreaterThan(1)
    expect(gains({ neuron: wide })).toEqual([...fitted.slice(0, 2), Math.fround(OUTPUT_GAIN)])
    const arctan = { ...defaultNeuron, surrogate: { kind: 'arctan', slope: 1 } } as const
    expect(gains({ neuron: arctan })[2]).toBe(Math.fround(OUTPUT_GAIN))
    expect(gains({ neuron: wide, outputGain: 0.25 })[2]).toBe(0.25)
    for (const outputGain of [0, -1, NaN, Infinity])
      expect(() => initialWeights(network, input, { outputGain })).toThrow("an outputGain above 0 or 'rate'")
  })

  it('can be made in steps, with the same weights at the end', () => {
    const network = toyNetwork()
    const steps = initialWeightsStepwise(network, inputOf(network), { seed: 7 })
    let count = 0
    let last = steps.next()
    for (; !last.done; last = steps.next()) count++
    expect(last.value).toEqual(initialWeights(network, inputOf(network), { seed: 7 }))
    // at the least: drawn, a gain, current, for each layer
    expect(count).toBeGreaterThan(3 * network.layers.length)
  })

  it('reaches other rates and other neurons', () => {
    const network = toyNetwork('16C3(Encoding)-16C3-10FC')
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 0.35, noNaN: true }),
        fc.constantFrom('zero', 'subtract'),
        fc.double({ min: 0.2, max: 3, noNaN: true }),
        (firingRate, reset, fireThreshold) => {
          const neuron = { ...defaultNeuron, reset, fireThreshold } as const
          const { layers } = initialWeights(network, inputOf(network), { firingRate, neuron, seed: 4 })
          for (const layer of layers) expect(Math.abs(layer.firingRate - firingRate)).toBeLessThan(0.02)
        },
      ),
      { numRuns: 6 },
    )
  })

  it('puts the weights where it is told, or says that they do not fit', () => {
    const network = toyNetwork()
    const { weights } = initialWeights(network, inputOf(network), { seed: 7 })
    const into = new Float32Array(weights.length + 5).fill(9).subarray(5)
    expect(initialWeights(network, inputOf(network), { seed: 7, into }).weights).toBe(into)
    expect(into).toEqual(weights)
    const short = () => initialWeights(network, inputOf(network), { into: into.subarray(1) })
    expect(short).toThrow(`room for ${weights.length} weights`)
  })

  it('depends on the seed alone for a given network and batch, layer by layer', () => {
    const network = toyNetwork()
    const once = initialWeights(network, inputOf(network), { seed: 7 })
    expect(initialWeights(network, inputOf(network), { seed: 7 })).toEqual(once)
    expect(initialWeights(network, inputOf(network), { seed: 8 }).weights).not.toEqual(once.weights)
    // a layer more at the end leaves the layers before as they were
    const deeper = toyNetwork('4C3S2(Encoding)-6C3-5FC')
    const conv = 4 * 9 + 6 * 4 * 9
    const other = initialWeights(deeper, inputOf(deeper), { seed: 7 })
    expect(other.weights.subarray(0, conv)).toEqual(once.weights.subarray(0, conv))
  })

  it('draws normal weights of deviation gain/√(fan-in)', () => {
    const network = parseNetwork('400FC(Encoding)', { input: { C: 1, H: 6, W: 6 }, T: 4 })
    const { weights, layers } = initialWeights(network, inputOf(network))
    const unit = weights.map((w) => (w * 6) / layers[0].gain)
    const mean = unit.reduce((a, b) => a + b) / unit.length
    const variance = unit.reduce((a, b) => a + (b - mean) ** 2, 0) / unit.length
    // 14 400 draws: standard errors 0.0083 and 0.0118
    expect(Math.abs(mean)).toBeLessThan(0.04)
    expect(Math.abs(variance - 1)).toBeLessThan(0.06)
  })

  it('tells a rate out of reach and takes the closest: black images never fire', () => {
    const network = toyNetwork('4C3(Encoding)-2FC')
    const black = { ...halves(4, 1), data: new Uint8Array(4 * 36) }
    const { weights, layers } = initialWeights(network, batchInput(black, all(4), network))
    expect(layers.map(({ firingRate, reached }) => [firingRate, reached])).toEqual([
      [0, false],
      [0, false],
    ])
    expect(weights.every((w) => Number.isFinite(w) && w !== 0)).toBe(true)
  })

  it('balances the kernels of an encoding layer when asked: each sums to 0, other layers as before', () => {
    const network = toyNetwork('4C3(Encoding)-2FC')
    const [plain, balanced] = [false, true].map((on) =>
      weightsOf(network, initialWeights(network, inputOf(network), { balanced: on }).weights),
    )
    const sums = (kernels: ArrayLike<number>) =>
      [0, 1, 2, 3].map((k) =>
        Array.from(kernels)
          .slice(9 * k, 9 * k + 9)
          .reduce((a, b) => a + b, 0),
      )
    expect(Math.max(...sums(balanced[0].data).map(Math.abs))).toBeLessThan(1e-5)
    expect(Math.max(...sums(plain[0].data).map(Math.abs))).toBeGreaterThan(0.1)
    // the next layer's draws do not depend on it, only its gain may
    const ratio = balanced[1].data[0] / plain[1].data[0]
    expect(balanced[1].data[5] / plain[1].data[5]).toBeCloseTo(ratio, 5)
  })

  it.each([0, 1, -0.1, NaN])('refuses a firing rate of %d', (firingRate) => {
    const network = toyNetwork()
    expect(() => initialWeights(network, inputOf(network), { firingRate })).toThrow(InputError)
  })
})
