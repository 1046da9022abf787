import { ConfigError } from '@h2learn/hw'
import { describe, expect, it } from 'vitest'
import { restingMembrane, soma } from '../src'
import { neuron } from './workload'

const unit = soma({ somas: 16, lanes: 4, neuron })

describe('soma', () => {
  it('integrates, fires and resets three neurons over two timesteps', () => {
    // α 0.5, th_f 1, window (0.5, 1.5)
    const first = unit.run({ membrane: restingMembrane(3), current: Float32Array.of(0.75, 1, 2) })
    expect(Array.from(first.potentials)).toEqual([0.75, 1, 2])
    expect(Array.from(first.spikes)).toEqual([0, 1, 1])
    expect(Array.from(first.spikeGradMask)).toEqual([1, 1, 0])
    // 0.5·0.75 + 0.25 = 0.625; neurons 1 and 2 fired: only the input stays
    const second = unit.run({ membrane: first, current: Float32Array.of(0.25, 0.5, -1) })
    expect(Array.from(second.potentials)).toEqual([0.625, 0.5, -1])
    expect(Array.from(second.spikes)).toEqual([0, 0, 0])
    // both bounds are strict: 0.5 is outside
    expect(Array.from(second.spikeGradMask)).toEqual([1, 0, 0])
  })

  it('rounds the leak product and the sum to FP16', () => {
    // α = 0.1 is 0.0999755859375 in FP16; times 1 that is kept; + 2048 is rounded away
    const leaky = soma({ somas: 1, lanes: 1, neuron: { ...neuron, leak: 0.1, fireThreshold: 5000 } })
    const at = (u: number, current: number) =>
      leaky.run({
        membrane: { potentials: Float32Array.of(u), spikes: Uint8Array.of(0) },
        current: Float32Array.of(current),
      }).potentials[0]
    expect(at(1, 0)).toBe(0.0999755859375)
    expect(at(1, 2048)).toBe(2048)
  })

  it('takes 64 neurons per cycle', () => {
    expect(unit.time({ neurons: 65 })).toEqual({ latency: 2, interval: 2 })
    expect(unit.count(unit.measure({ membrane: restingMembrane(65), current: new Float32Array(65) }))).toEqual({
      'soma.update': 65,
    })
    expect(unit.parts).toEqual({ 'soma.lane': 64 })
  })

  it('refuses other resets and surrogates, and says that they exist in the learning core', () => {
    const made = (change: object) => () => soma({ somas: 16, lanes: 4, neuron: { ...neuron, ...change } })
    expect(made({ reset: 'subtract' })).toThrow(
      /neuron\.reset: expected 'zero' \(Eq\. 1\), got 'subtract'; .*learning core/,
    )
    expect(made({ surrogate: { kind: 'arctan', slope: 1 } })).toThrow(ConfigError)
    expect(made({ gradWindow: [1, 1] })).toThrow(/gradWindow/)
  })
})
