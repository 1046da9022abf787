import { v100Reference } from '@h2learn/paper'
import { parseNetwork } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { benchmarkNetwork, gpuRoofline, rooflineShortfall, timedBenchmarks, v100Estimate } from '../src/roofline'

const gpu = { peak_FLOPS: 1e9, memory_Bps: 1e9 }

describe('roofline', () => {
  it('is, by hand, the longer of arithmetic and traffic, and the neurons on top', () => {
    // 10 neurons reading 20 inputs, T = 2, batch 5: 200 MAC, 800 operations for both timesteps: 0.8 us
    // traffic 4 B · 2 · (20 + 10 + 200/5) = 560 B: 0.56 us, so arithmetic; neurons 4 B · 2 · 5 · 10 = 400 B: 0.4 us
    const network = parseNetwork('10FC', { input: { C: 20, H: 1, W: 1 }, T: 2 })
    const { stages, seconds_per_sample } = gpuRoofline(network, { gpu, batch: 5 })
    expect(stages.map(({ role }) => role)).toEqual(['forward', 'weight-update'])
    expect(stages[0]).toMatchObject({ operations: 800, bytes: 960, boundBy: 'compute' })
    expect(stages[0]!.seconds).toBeCloseTo(1.2e-6, 12)
    expect(seconds_per_sample).toBeCloseTo(1.2e-6 + 0.8e-6, 12)
  })

  it('lets the first layer go without a backward pass and pays pooling by its bytes', () => {
    const network = parseNetwork('4C3-AP2-4C3', { input: { C: 1, H: 4, W: 4 }, T: 1 })
    const { stages } = gpuRoofline(network, { gpu, batch: 1 })
    expect(stages.map(({ layer, role }) => `${layer} ${role}`)).toEqual([
      'conv1 forward',
      'conv1 weight-update',
      'conv2 forward',
      'conv2 backward',
      'conv2 weight-update',
    ])
    // conv1: in 16, out 64, weights 36; neurons 5·16, pooling 64 + 16: 4·(116 + 160) bytes
    expect(stages[0]!.bytes).toBe(4 * (116 + 160))
  })

  it('stays below every published epoch time, as a bound has to', () => {
    const shortfall = rooflineShortfall()
    for (const name of timedBenchmarks) {
      expect(shortfall[name], name).toBeGreaterThan(1)
      const { low, seconds_per_sample, high, kind } = v100Estimate(benchmarkNetwork(name))
      expect(kind).toBe('estimate')
      expect(low).toBeLessThan(v100Reference.secondsPerSample[name]!)
      expect(low).toBeLessThan(seconds_per_sample)
      expect(seconds_per_sample).toBeLessThanOrEqual(high)
    }
  })

  it('holds how far each published time is from it: ImageNet most, as if its GPU did other work beside', () => {
    const { MNIST, CIFAR10, ImageNet } = rooflineShortfall()
    expect([MNIST, CIFAR10, ImageNet].map((x) => x.toFixed(2))).toEqual(['1.37', '1.33', '2.48'])
  })

  it('refuses impossible GPUs and batches', () => {
    const network = benchmarkNetwork('MNIST')
    expect(() => gpuRoofline(network, { batch: 0 })).toThrow('gpuRoofline/batch')
    expect(() => gpuRoofline(network, { gpu: { ...gpu, memory_Bps: 0 } })).toThrow('gpuRoofline/memory_Bps')
  })
})
