import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InputError, ShapeError } from '../src/errors'
import { parseNetwork } from '../src/network'
import { createOptimizer, type OptimizerConfig, updateWeights } from '../src/optimizer'
import { rateSegments } from '../src/rate-segments'
import { trainingConfig } from '../src/training-config'

const run = (config: OptimizerConfig, start: number[], grads: number[][]) => {
  const weights = Float64Array.from(start)
  const { config: full, state } = createOptimizer(config, weights)
  let now = { weights: weights as Float64Array | Float32Array, state }
  for (const g of grads) now = updateWeights(full, now, Float64Array.from(g))
  return now
}

describe('updateWeights', () => {
  it('moves plain SGD against the gradient, by hand', () => {
    // 1 − 0.5·2 = 0;  −1 − 0.5·(−4) = 1
    const { weights, state } = run({ kind: 'sgd', learningRate: 0.5 }, [1, -1], [[2, -4]])
    expect([...weights]).toEqual([0, 1])
    expect(state).toEqual({ steps: 1, moments: [] })
  })

  it('accumulates velocity with momentum, by hand', () => {
    // v: 2, then 0.5·2 + 1 = 2;  w: 1 − 0.25·2 = 0.5, then 0.5 − 0.25·2 = 0
    const { weights, state } = run({ kind: 'sgd', learningRate: 0.25, momentum: 0.5 }, [1], [[2], [1]])
    expect([...weights]).toEqual([0])
    expect([...state.moments[0]!]).toEqual([2])
  })

  it('moves Adam by the learning rate on the first step, whatever the size of the gradient', () => {
    // m/(1 − β1) = g, v/(1 − β2) = g², so Δw = η·g/(|g| + ε)
    const { weights } = run({ kind: 'adam', learningRate: 0.1, epsilon: 1e-30 }, [0, 0, 0], [[5, -0.001, 0]])
    expect(weights[0]).toBeCloseTo(-0.1, 12)
    expect(weights[1]).toBeCloseTo(0.1, 12)
    expect(weights[2]).toBe(0)
  })

  it('corrects the bias of both Adam moments on the second step, by hand', () => {
    // β1 = β2 = 0.5, gradients 1 then 3: m = 0.5·0.5 + 0.5·3 = 1.75, m̂ = 1.75/0.75; v = 0.5·0.5 + 0.5·9 = 4.75, v̂ = 4.75/0.75
    const config = { kind: 'adam', learningRate: 1, beta1: 0.5, beta2: 0.5, epsilon: 1e-12 } as const
    const { weights, state } = run(config, [0], [[1], [3]])
    expect(state.moments.map((m) => m[0])).toEqual([1.75, 4.75])
    expect(weights[0]).toBeCloseTo(-1 - 1.75 / 0.75 / Math.sqrt(4.75 / 0.75), 10)
  })

  it('multiplies the rate by that of each layer, by hand', () => {
    // 1 − 0.5·2·1, 1 − 0.5·2·1, 1 − 0.5·2·0.25
    const config = { kind: 'sgd', learningRate: 0.5 } as const
    const { config: full, state } = createOptimizer(config, new Float32Array(3))
    const from = { weights: new Float32Array(3).fill(1), state }
    const segments = [
      { to: 2, factor: 1 },
      { to: 3, factor: 0.25 },
    ]
    const { weights } = updateWeights(full, from, new Float32Array(3).fill(2), 0.5, { segments })
    expect([...weights]).toEqual([0, 0, 0.75])
    for (const wrong of [[], segments.slice(0, 1), [segments[1], segments[0]]])
      expect(() => updateWeights(full, from, new Float32Array(3), 0.5, { segments: wrong })).toThrow(ShapeError)
    const network = parseNetwork('4C3(Encoding)-2FC', { input: { C: 2, H: 3, W: 3 }, T: 1 })
    // 4·2·9 weights of fan-in 18, then 2·36 of fan-in 36
    expect(rateSegments(trainingConfig({ layerRates: 'fan-in' }), network)).toEqual([
      { to: 72, factor: 1 / 18 },
      { to: 144, factor: 1 / 36 },
    ])
    expect(rateSegments(trainingConfig(), network)).toBeUndefined()
  })

  it('leaves what it was given as it was, and writes into the buffers it may reuse', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.float({ noNaN: true, min: -9, max: 9 }), fc.float({ noNaN: true, min: -9, max: 9 })), {
          minLength: 1,
        }),
        fc.constantFrom<OptimizerConfig>(
          { kind: 'adam' },
          { kind: 'sgd', learningRate: 0.1 },
          { kind: 'sgd', learningRate: 0.1, momentum: 0.9 },
        ),
        (pairs, config) => {
          const weights = Float32Array.from(pairs, ([w]) => w)
          const grad = Float32Array.from(pairs, ([, g]) => g)
          const { config: full, state } = createOptimizer(config, weights)
          const once = updateWeights(full, { weights, state }, grad)
          const kept = structuredClone(once)
          const fresh = updateWeights(full, once, grad)
          const spare = updateWeights(full, { weights, state }, grad.map(Math.fround))
          const reused = updateWeights(full, once, grad, full.learningRate, { into: spare })
          expect(once).toEqual(kept)
          expect(reused).toEqual(fresh)
          expect(reused.weights).toBe(spare.weights)
          expect(weights).toEqual(Float32Array.from(pairs, ([w]) => w))
        },
      ),
    )
  })

  it('refuses gradients of another length and a state of another optimiser', () => {
    const weights = new Float32Array(3)
    const { config, state } = createOptimizer({ kind: 'adam' }, weights)
    expect(() => updateWeights(config, { weights, state }, new Float32Array(2))).toThrow(ShapeError)
    const sgd = createOptimizer({ kind: 'sgd', learningRate: 1 }, weights)
    expect(() => updateWeights(config, { weights, state: sgd.state }, new Float32Array(3))).toThrow(/moments/)
  })
})

describe('createOptimizer', () => {
  it('fills in the usual defaults of Adam', () => {
    expect(createOptimizer({ kind: 'adam' }, new Float32Array(2)).config).toEqual({
      kind: 'adam',
      learningRate: 1e-3,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    })
  })

  it.each([
    [{ kind: 'sgd', learningRate: NaN }, 'learningRate'],
    [{ kind: 'sgd', learningRate: -0.1 }, 'learningRate'],
    [{ kind: 'sgd', learningRate: Infinity }, 'learningRate'],
    [{ kind: 'sgd', learningRate: 1, momentum: 1 }, 'momentum'],
    [{ kind: 'adam', beta1: -0.1 }, 'beta1'],
    [{ kind: 'adam', beta2: NaN }, 'beta2'],
    [{ kind: 'adam', epsilon: 0 }, 'epsilon'],
    [{ kind: 'rmsprop' }, 'rmsprop'],
  ])('refuses %j and names the number', (config, name) => {
    const make = () => createOptimizer(config as OptimizerConfig, new Float32Array(1))
    expect(make).toThrow(InputError)
    expect(make).toThrow(name)
  })
})
