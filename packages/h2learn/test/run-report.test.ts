import { parseNetwork } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { benchmarkOf, presetOf } from '../src/benchmarks'
import { v100Comparison } from '../src/command/run-report'

const comparison = (name: string, changes: { text?: string; T?: number; H?: number } = {}) => {
  const benchmark = benchmarkOf(name)
  const { network: text, T } = presetOf(benchmark, 'paper')
  const { H, W, C } = benchmark.input
  const network = parseNetwork(changes.text ?? text, { input: { H: changes.H ?? H, W, C }, T: changes.T ?? T })
  return v100Comparison({ benchmark, network }, 1000)
}

describe('the comparison with the V100', () => {
  it('is there for the very networks the paper prints epoch times for: 1000 samples/s over images per second', () => {
    // Table II: 138.55 s for 60,000 images is 433.1 images/s; 147.07 s for 50,000 is 340.0
    expect(comparison('mnist').speedup).toBeCloseTo(1000 / (60000 / 138.55), 9)
    expect(comparison('cifar10').speedup).toBeCloseTo(1000 / (50000 / 147.07), 9)
  })

  it('is null where network, input or T are others, or the paper prints no time, and says why', () => {
    for (const other of [{ T: 6 }, { H: 32 }, { text: '10FC(Encoding)' }]) {
      const { speedup, note } = comparison('mnist', other)
      expect(speedup).toBeNull()
      expect(note).toMatch(/only for its own networks/)
    }
    expect(comparison('n-mnist')).toEqual({ speedup: null, note: expect.stringMatching(/no V100 time for N-MNIST/) })
  })
})
