import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Layer, Network, RealArray } from '../../src/api'
import { forceInputGradient } from '../../src/fast/choices'
import { fastGradientShard } from '../../src/fast/fast-shard'
import { foldedLayer, foldedNetwork, foldedTensor, foldShifts } from '../../src/fast/fold'
import { parameterCount, parseNetwork } from '../../src/network'
import { defaultNeuron } from '../../src/neuron'
import { weightsOf } from '../../src/parameters'
import { recordStep } from '../../src/record'
import { gradientShard, type ShardWork } from '../../src/shard'
import { fastNetworks, samplesFor, weightsFor } from './arbitrary'

const workOf = (network: Network, count: number, seed: number): ShardWork => ({
  network,
  neuron: { ...defaultNeuron, gradWindow: [0, 2] },
  loss: 'rate-mse',
  precision: 'f32',
  samples: samplesFor(network, count, seed, 0.6),
  indices: Uint32Array.from({ length: count }, (_, i) => i),
  draw: { seed, epoch: 0 },
  batch: count,
  lossScale: 1,
  underflow: true,
  backend: 'folded',
})

/** ∇w of a layer from ∇w of the folded one: the transpose of folding, shifts in their order. */
const unfoldGradients = (layer: Layer, folded: RealArray, out: RealArray): void => {
  const { K, C, R, S, currentPool: k } = layer
  const wide = foldedLayer(layer)
  const [taps, wideTaps] = [R * S, wide.R * wide.S]
  const shifts = foldShifts(layer)
  for (let pair = 0; pair < K * C; pair++)
    for (let i = 0; i < shifts.length; i += 2) out[pair * taps + shifts[i]] += folded[pair * wideTaps + shifts[i + 1]]
  for (let i = 0; i < out.length; i++) out[i] /= k * k
}

/** Neurons, spikes and open windows of every layer: not how many gradients are zero, which rounding decides. */
const fires = (layers: Float64Array) => layers.filter((_, i) => i % 6 < 3)

const pooledNetworks = fastNetworks.filter(({ layers }) => layers.some(({ currentPool }) => currentPool > 1))

describe("backend 'folded'", () => {
  it('gives what the reference gives on the folded network, unfolded, and the gradient of the network itself', () => {
    let pooled = 0
    let reordered = 0
    fc.assert(
      fc.property(pooledNetworks, fc.integer({ min: 0, max: 1e6 }), (network, seed) => {
        const work = workOf(network, 3, seed)
        // weights of few bits, and multiples of nine for AP3: sums of spikes are exact in any order, so that all fire alike
        const parameters = weightsFor(parameterCount(network), seed, 0.5).map((w) => (Math.round(w * 57) * 9) / 512)
        const weights = weightsOf(network, parameters)
        const folded = new Float32Array(parameters.length)
        forceInputGradient('gradients')
        const tally = fastGradientShard(work, weights, folded)!
        // dot products for the open neurons alone: the same sums in another order
        const masked = new Float32Array(parameters.length)
        forceInputGradient('masks')
        const { loss, layers } = fastGradientShard(work, weights, masked)!
        forceInputGradient(undefined)
        expect(loss).toBe(tally.loss)
        expect(fires(layers)).toEqual(fires(tally.layers))
        const most = folded.reduce((m, g) => Math.max(m, Math.abs(g)), 0)
        expect(masked.findIndex((g, i) => !(Math.abs(g - folded[i]) <= 1e-5 * most))).toBe(-1)
        if (masked.some((g, i) => g !== folded[i])) reordered++
        const plain = new Float32Array(parameters.length)
        const same = gradientShard({ ...work, backend: 'reference' }, weights, plain)
        const wide = foldedNetwork(network)
        const held = network.layers.map((layer, l) => foldedTensor(layer, weights[l].data))
        const wideGradients = new Float32Array(held.reduce((n, { data }) => n + data.length, 0))
        const reference = gradientShard({ ...work, network: wide, backend: 'reference' }, held, wideGradients)
        expect(tally.loss).toBe(reference.loss)
        expect(fires(tally.layers)).toEqual(fires(reference.layers))
        let [from, at] = [0, 0]
        network.layers.forEach((layer, l) => {
          const own = wideGradients.subarray(at, (at += held[l].data.length))
          const size = weights[l].data.length
          const expected = new Float32Array(size)
          if (layer.currentPool > 1) unfoldGradients(layer, own, expected)
          else expected.set(own)
          const got = folded.subarray(from, from + size)
          const widest = expected.reduce((m, g) => Math.max(m, Math.abs(g)), 0)
          expect(got.findIndex((g, i) => !(Math.abs(g - expected[i]) <= 1e-5 * widest))).toBe(-1)
          // up to rounding the gradient of the network as it is written
          const beside = plain.subarray(from, from + size)
          from += size
          const largest = beside.reduce((m, g) => Math.max(m, Math.abs(g)), 0)
          if (layer.currentPool > 1 && largest > 0) pooled++
          expect(got.every((g, i) => Math.abs(g - beside[i]) <= 1e-5 * largest)).toBe(true)
        })
        expect(tally.loss).toBe(same.loss)
      }),
      { numRuns: 150 },
    )
    // that pooled layers learn at all in these runs: far below what random draws give
    expect(pooled).toBeGreaterThan(3)
    expect(reordered).toBeGreaterThan(3)
  })

  it('is what recordStep records', () => {
    const network = parseNetwork('6C3(Encoding)-8C3-AP2-5C3-3FC', { input: { C: 1, H: 8, W: 8 }, T: 4 })
    const work = workOf(network, 4, 6)
    const weights = weightsFor(parameterCount(network), 3, 0.5)
    const report = { step: 0, samplesSeen: 0, loss: 0, accuracy: 0, zeroLossShare: 0 }
    const record = recordStep({ ...work, weights, rows: [0, 1, 2, 3], report })
    const wide = foldedNetwork(network)
    const held = network.layers.map((layer, l) => foldedTensor(layer, weightsOf(network, weights)[l].data))
    const all = Float32Array.from(held.flatMap(({ data }) => [...data]))
    const direct = recordStep({
      ...work,
      network: wide,
      weights: all,
      rows: [0, 1, 2, 3],
      report,
      backend: 'reference',
    })
    expect(record.layers.map(({ gradU }) => gradU)).toEqual(direct.layers.map(({ gradU }) => gradU))
    expect(record.layers.map(({ potentials }) => potentials)).toEqual(direct.layers.map(({ potentials }) => potentials))
    expect(record.layers.map(({ layer }) => layer)).toEqual(network.layers)
    expect(record.layers[1].weights.shape).toEqual({ K: 8, C: 6, R: 3, S: 3 })
  })
})
