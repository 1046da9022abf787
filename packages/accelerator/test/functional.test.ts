import { adderForwardEngine, forwardEngine } from '@h2learn/lut-pe'
import { defaultNeuron, type LayerRecord, rng, type StepRecord } from '@h2learn/snn-core'
import { backwardEngine, denseBackwardEngine } from '@h2learn/sparse-backward'
import { weightUpdateEngine } from '@h2learn/weight-update'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accelerator, checkFunction, jobsOf, neuronsOf } from '../src'
import { gradientBound, potentialBound, weightGradientBound } from '../src/functional-bounds'
import { recorded } from './recorded'

const { engines } = accelerator()

/** The same record with weights and gradients of −2..2 and coarse pixels, so that FP16 sums are exact in any order. */
const small = (record: StepRecord, seed: number): StepRecord => {
  const random = rng(seed)
  const redrawn = <A extends { readonly data: { readonly length: number } }>(t: A): A => ({
    ...t,
    data: Float32Array.from({ length: t.data.length }, () => random.below(5) - 2),
  })
  return {
    ...record,
    gradOutput: redrawn(record.gradOutput),
    layers: record.layers.map(
      (layer): LayerRecord => ({
        ...layer,
        input:
          layer.input.kind === 'pixels'
            ? { ...layer.input, data: { ...layer.input.data, data: layer.input.data.data.map((q) => q & 0xc0) } }
            : layer.input,
        weights: redrawn(layer.weights),
        gradU: redrawn(layer.gradU),
        potentials: {
          ...layer.potentials,
          // a quarter of a whole number inside the window, so that α·u·∇u is exact too
          data: Float32Array.from(layer.potentials.data, (u) => Math.round(4 * u) / 4),
        },
      }),
    ),
  }
}

/** Pooling by powers of two only: a ninth is not exact. */
const exact = [
  '5C3(Encoding)-7C3-AP2-6FC-3FC',
  '8C3S2-9C3-4FC',
  '4C3-AP2(spikes)-6C5-3FC',
  '6C1-5C3-AP4-3FC',
  '9FC-4FC',
] as const
const networks = [...exact, '6C1-5C3-AP3-3FC', '3C5(Encoding)-AP3(spikes)-4FC'] as const

describe('checkFunction', () => {
  it.each(exact)('finds the engines equal to the reference bit for bit on small integers: %s', (text) => {
    const record = small(recorded({ text, T: 2, batch: 4, rows: [0, 1, 3] }), 3)
    const checks = checkFunction(engines, record)
    expect(checks.map(({ role }) => role)).toEqual([
      ...record.layers.map(() => 'forward'),
      ...record.layers.map(() => 'backward'),
      ...record.layers.map(() => 'weight-update'),
    ])
    for (const { role, layer, values, differing, differingBits, maxAbsDifference } of checks) {
      expect(values, `${role} ${layer}`).toBeGreaterThan(0)
      expect({ differing, differingBits, maxAbsDifference }).toEqual({
        differing: 0,
        differingBits: 0,
        maxAbsDifference: 0,
      })
    }
  })

  it('stays within its bound on real values', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...networks),
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(0, 0.25, 0.5, 0.9, 1),
        fc.constantFrom(0.3, 1, 3),
        fc.constantFrom(1, 1024),
        fc.integer({ min: 1, max: 1000 }),
        (text, T, leak, height, lossScale, seed) => {
          const neuron = { ...defaultNeuron, leak, surrogate: { kind: 'rectangular', height } as const }
          const record = recorded({ text, T, batch: 4, rows: [0, 2], neuron, seed })
          for (const { maxAbsDifference, bound, values, differing, role, layer } of checkFunction(
            engines,
            record,
            lossScale,
          )) {
            expect(maxAbsDifference, `${role} ${layer}`).toBeLessThanOrEqual(bound)
            expect(differing).toBeLessThanOrEqual(values)
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('finds Grad of the output layer equal bit for bit, since nothing is added in another order', () => {
    const record = recorded({ text: '12C3-10FC', T: 8 })
    const output = checkFunction(engines, record).find(({ layer }) => layer === 'output')!
    expect(output).toMatchObject({ differing: 0, differingBits: 0, bound: 0, values: 8 * 4 * 10 })
  })

  it('counts spikes, mask bits and neurons', () => {
    const record = recorded({ text: '12C3-AP2-10FC', T: 3 })
    const [conv1, fc1] = checkFunction(engines, record)
    const neurons = record.layers.map(({ layer }) => neuronsOf(layer))
    expect(neurons).toEqual([12 * 4 * 4, 10])
    expect([conv1!.bits, fc1!.bits]).toEqual(neurons.map((n) => 3 * 4 * n))
  })

  it('sees an engine that computes something else', () => {
    const record = recorded({ text: '6C3-8C3-4FC', T: 3 })
    const own = backwardEngine()
    const wrong = {
      ...own,
      run: (input: Parameters<typeof own.run>[0]) => {
        const out = own.run(input)
        const data = out.gradU.data.slice()
        data[0]! ^= 0x4000
        return { ...out, gradU: { ...out.gradU, data } }
      },
    }
    const off = checkFunction({ ...engines, backward: wrong }, record).filter(({ role }) => role === 'backward')
    expect(off.every(({ differing }) => differing > 0)).toBe(true)
    expect(off.some(({ maxAbsDifference, bound }) => maxAbsDifference > bound)).toBe(true)
  })

  it('gives the same checks for engines of another geometry, and for the baselines', () => {
    const record = small(recorded({ text: '6C3-8C3-AP2-4FC', T: 2, batch: 4, rows: [0, 1] }), 9)
    const others = {
      forward: adderForwardEngine({ rows: 8, tile: 4 }),
      backward: denseBackwardEngine({ rows: 4, cols: 8 }),
      weightUpdate: weightUpdateEngine({ tile: 4, cols: 16 }),
    }
    expect(checkFunction(others, record)).toEqual(checkFunction(engines, record))
  })
})

describe('bounds', () => {
  const record = recorded({ text: '6C3-8C3-AP2-4FC', T: 5 })
  const jobs = jobsOf(record)

  it('grow with the weights, the gradients and the timesteps', () => {
    const conv2 = jobs.forward[1]!
    const doubled = { ...conv2, weights: { ...conv2.weights, data: conv2.weights.data.map((w) => w + 0x400) } }
    expect(potentialBound(doubled) / potentialBound(conv2)).toBeCloseTo(2, 1)
    expect(potentialBound({ ...conv2, T: 6 })).toBeGreaterThan(potentialBound(conv2))
    const update = jobs.weightUpdate[1]!
    expect(weightGradientBound({ ...update, B: 8 })).toBeGreaterThan(weightGradientBound(update))
    const back = jobs.backward.find((job) => job.kind === 'layer' && job.layer.name === 'conv2')!
    if (back.kind !== 'layer') throw new Error('conv2 has a Backward pass')
    expect(gradientBound(back, 2)).toBeGreaterThan(gradientBound(back, 1))
  })

  it('give, by hand, 2 sides × (1 term + 16) roundings of the one product for a single weight of 1', () => {
    // one neuron, one weight 1, T = 1, α = 0: current error 2·17·(1.01·2^−11 + 2^−25), and 2·(1.01·2^−11 + 2·2^−25)
    const one = recorded({ text: '1FC', input: { C: 1, H: 1, W: 1 }, T: 1, batch: 1, rows: [0] })
    const job = jobsOf(one).forward[0]!
    const weights = { ...job.weights, data: Uint16Array.of(0x3c00) }
    const unit = 1.01 * 2 ** -11
    const tiny = 2 ** -25
    expect(potentialBound({ ...job, weights })).toBeCloseTo(2 * 17 * (unit + tiny) + 2 * (unit + 2 * tiny), 12)
  })

  it('use FP16 engines only: the default Forward Engine has no wider sums', () => {
    expect(forwardEngine().run(jobs.forward[0]!).potentials.values).toBeInstanceOf(Uint16Array)
  })
})
