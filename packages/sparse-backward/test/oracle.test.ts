import {
  defaultNeuron,
  expandPotentials,
  f16Encode,
  fromF16,
  layerGradInput,
  type Maps,
  type Precision,
  parseNetwork,
  poolSpikesGradient,
  potentialGradients,
  rng,
  tensor,
} from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BackwardInput } from '../src/api'
import { backwardEngine } from '../src/backward-engine'
import { denseBackwardEngine, inputSparseBackwardEngine, outputSparseBackwardEngine } from '../src/baselines'
import { type LayerPass, randomPass, randomTarget } from './random-pass'

/** ∇u of the target by the learning core: the same equations without tiles, finders or an order of addition. */
const oracle = (input: BackwardInput, precision: Precision = 'f16'): Float64Array => {
  const { target, neuron } = input
  const reals = (maps: Maps<'f16'>): Maps => {
    const { shape, data } = fromF16(maps)
    return precision === 'f64'
      ? tensor('TBCHW', 'f64', shape, Float64Array.from(data))
      : tensor('TBCHW', 'f32', shape, data)
  }
  const spatialOf = (pass: LayerPass) => {
    const { shape, data } = fromF16(pass.weights)
    const weights =
      precision === 'f64' ? tensor('KCRS', 'f64', shape, Float64Array.from(data)) : tensor('KCRS', 'f32', shape, data)
    const read = layerGradInput(pass.layer, reals(pass.gradU), weights, precision)
    const { spikePool, outH, outW } = target.layer
    return spikePool > 1 ? poolSpikesGradient(read, spikePool, { H: outH, W: outW }, precision) : read
  }
  const spatial = input.kind === 'output' ? reals(input.gradS) : spatialOf(input)
  const trace = {
    potentials: reals(expandPotentials(target.potentials)),
    spikes: target.spikes,
    spikeGradMask: target.spikeGradMask,
  }
  return Float64Array.from(potentialGradients(trace as never, spatial, neuron, precision).gradU.data)
}

const runOn = (engine: ReturnType<typeof backwardEngine>, input: BackwardInput) => {
  const { gradU, potentialGradMask } = engine.run(input)
  const values = fromF16(gradU).data
  // + 0 forgets the sign of zero, the only thing an order of additions may change here
  return { values: Float64Array.from(values, (v) => v + 0), mask: potentialGradMask }
}

const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
const jobs = fc.record({
  T: fc.integer({ min: 1, max: 12 }),
  B: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(1e6),
  inputDensity: density,
  outputDensity: density,
})
const size = fc.integer({ min: 1, max: 11 })
const convNet = fc
  .record({
    below: fc.integer({ min: 1, max: 5 }),
    K: fc.constantFrom(1, 3, 16, 17, 20),
    k: fc.constantFrom(1, 3, 3, 3, 5),
    stride: fc.constantFrom(1, 1, 2, 3),
    padding: fc.integer({ min: 0, max: 2 }),
    pool: fc.constantFrom(1, 2),
    spikePool: fc.constantFrom(1, 1, 2),
    H: size,
    W: size,
  })
  .map(({ below, K, k, stride, padding, pool, spikePool, H, W }) => {
    // the smallest map that leaves one neuron after kernel, stride and pooling
    const least = spikePool * Math.max(1, (pool - 1) * stride + k - 2 * padding)
    const pooled = (size: number, of: string) => (size > 1 ? `-AP${size}${of}` : '')
    return {
      net: `${below}C3${pooled(spikePool, '(spikes)')}-${K}C${k}S${stride}P${padding}${pooled(pool, '')}`,
      input: { C: 1, H: Math.max(H, least), W: Math.max(W, least) },
    }
  })

describe('the Backward Engine against the learning core', () => {
  it('gives the same FP16 bits on small integers, whatever the shape, stride, pooling, T and B', () => {
    fc.assert(
      fc.property(convNet, jobs, (shape, job) => {
        const pass = randomPass({ ...shape, ...job })
        expect(runOn(backwardEngine(), pass).values).toEqual(oracle(pass).map((v) => v + 0))
      }),
      { numRuns: 60 },
    )
  })

  it('gives the same FP16 bits through FC layers, above convolutions and above FC layers', () => {
    const nets = fc.constantFrom('3C3-17FC', '2C3-AP2-40FC', '3C3-AP2(spikes)-5FC', '7FC-33FC', '2C3-AP2(spikes)-1FC')
    fc.assert(
      fc.property(nets, jobs, (net, job) => {
        const pass = randomPass({ net, input: { C: 1, H: 5, W: 4 }, ...job })
        expect(runOn(backwardEngine(), pass).values).toEqual(oracle(pass).map((v) => v + 0))
      }),
      { numRuns: 25 },
    )
  })

  it('gives the same FP16 bits at the output layer, from a loss gradient that changes in time or does not', () => {
    fc.assert(
      fc.property(jobs, fc.boolean(), fc.boolean(), ({ T, B, seed, outputDensity }, still, detachReset) => {
        const random = rng(seed)
        const layer = parseNetwork('10FC', { input: { C: 1, H: 2, W: 2 }, T }).layers[0]
        const shape = { T: still ? 1 : T, B, C: 10, H: 1, W: 1 }
        const gradS = tensor('TBCHW', 'f16', shape, f16Encode(Array.from({ length: shape.T * B * 10 }, random.normal)))
        const target = randomTarget(layer, T, B, outputDensity, random.next)
        const pass = { kind: 'output', T, B, target, gradS, neuron: { ...defaultNeuron, detachReset } } as const
        expect(runOn(backwardEngine(), pass).values).toEqual(oracle(pass).map((v) => v + 0))
      }),
      { numRuns: 25 },
    )
  })

  it('stays within FP16 rounding of the exact gradient on real values', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('3C3-20C3', '3C3-20C3S2-AP3', '3C3-AP3(spikes)-4C3', '3C3-30FC'),
        fc.nat(1e6),
        (net, seed) => {
          const pass = randomPass({ net, input: { C: 1, H: 9, W: 9 }, T: 4, seed, integers: false })
          const [got, exact] = [runOn(backwardEngine(), pass).values, oracle(pass, 'f64')]
          // up to 20·9 products of unit variance: every one of ~200 roundings of partial sums below 64 is off by at
          // most 64·2^−11 = 0.03 and they come out of both signs; 0.25 is eight times the largest single one
          for (let i = 0; i < got.length; i++) expect(Math.abs(got[i] - exact[i])).toBeLessThan(0.25)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('does not depend on the tile size, the columns or the PEs of a group, bit for bit on real values', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('3C3-20C3', '3C3-7C3S2-AP2', '4C3-AP2(spikes)-3C5'),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        fc.nat(1e6),
        (net, tile, cols, groupSize, seed) => {
          const pass = randomPass({ net, input: { C: 1, H: 8, W: 7 }, seed, integers: false })
          expect(backwardEngine({ tile, cols, groupSize }).run(pass).gradU).toEqual(backwardEngine().run(pass).gradU)
        },
      ),
      { numRuns: 15 },
    )
  })

  it('marks exactly the non-zero gradients in ∇ũ', () => {
    const { values, mask } = runOn(backwardEngine(), randomPass({ net: '3C3-4C3' }))
    for (let i = 0; i < values.length; i++) expect((mask.data[i >>> 5] >>> (i & 31)) & 1).toBe(values[i] === 0 ? 0 : 1)
    expect(values.some((v) => v === 0) && values.some((v) => v !== 0)).toBe(true)
  })
})

describe('the baselines', () => {
  it('compute the same gradients as the paper’s engine, by value, on real values', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('3C3-20C3', '3C3-7C3S2-AP2', '4C3-AP2(spikes)-3C5', '3C3-12FC'),
        density,
        density,
        fc.nat(1e6),
        (net, inputDensity, outputDensity, seed) => {
          const densities = { inputDensity, outputDensity }
          const pass = randomPass({ net, input: { C: 1, H: 8, W: 6 }, seed, integers: false, ...densities })
          const { values } = runOn(backwardEngine(), pass)
          for (const engine of [denseBackwardEngine(), inputSparseBackwardEngine(), outputSparseBackwardEngine()])
            expect(runOn(engine, pass).values).toEqual(values)
        },
      ),
      { numRuns: 20 },
    )
  })
})
