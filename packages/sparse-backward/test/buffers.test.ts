import { CapacityError } from '@h2learn/hw'
import { parseNetwork } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { backwardEngine } from '../src/backward-engine'
import { backwardCycleCauses } from '../src/cycle-causes'
import { backwardWhatIf } from '../src/what-if'
import { randomPass } from './random-pass'

const layers = parseNetwork('128C3-128C3-10FC', { input: { C: 2, H: 16, W: 16 }, T: 10 }).layers

describe('the global buffer', () => {
  it('holds kernels, gradients, partial sums and outputs of a grid iteration twice', () => {
    const work = backwardWhatIf({ layer: layers[1], T: 10, B: 4, outputSparsity: 0.75 })
    // 16 rows of 40·64 gradients of 17 bits, 16·64 kernels of 144; 64 columns of 40·64 outputs: a 16-bit sum, spike and
    // mask, a quarter with a potential, 17 bits of ∇u and its mask out
    const outputs = 64 * 40 * 64
    const bits = 16 * 40 * 64 * 17 + 16 * 64 * 144 + outputs * (16 + 2 + 16 / 4 + 17)
    expect(work.bufferBytes).toBe((2 * bits) / 8)
    expect(work.bufferBytes / 1024).toBeLessThan(4840.5)
  })

  it('is enforced on request: what does not fit is refused, measured or asked for as a what-if', () => {
    const tight = { requireFit: true, glbKiB: 1000 }
    const whatIf = { layer: layers[1], T: 10, B: 4 }
    expect(() => backwardWhatIf(whatIf, tight)).toThrow(CapacityError)
    expect(() => backwardWhatIf(whatIf, tight)).toThrow(
      'backward-engine conv2/buffer: expected at most 1000 KiB, the global buffer, got 2246 KiB, double-buffered',
    )
    expect(backwardWhatIf(whatIf, { requireFit: true }).bufferBytes).toBeGreaterThan(0)
    const pass = randomPass({ net: '3C3-5C3' })
    expect(() => backwardEngine({ requireFit: true, glbKiB: 1 }).measure(pass)).toThrow(CapacityError)
    expect(backwardEngine({ requireFit: true }).measure(pass).kind).toBe('conv')
  })

  it('is small for fully connected layers: a block of weights, not the layer', () => {
    const { bufferBytes } = backwardWhatIf({ layer: layers[2], T: 10, B: 4 })
    // 10·64 weights, 40 gradients of 10 rows, 40 sums of 64 columns, 64 columns' potentials (16), spikes and masks (2), ∇u (16)
    const bits = 16 * 10 * 64 + 16 * 40 * (10 + 64) + 64 * 40 * (16 + 2 + 16)
    expect(bufferBytes).toBe((2 * bits) / 8)
  })
})

describe('cycles lost to the memory', () => {
  it('stand beside the other causes: bytes that take longer than the cycles, and the first load', () => {
    const work = backwardWhatIf({ layer: layers[1], T: 10, B: 4, outputSparsity: 0.75, inputSparsity: 0.75 })
    expect(backwardCycleCauses(work, Number.POSITIVE_INFINITY)).toEqual({ ...work.peCycles, memory: 0 })
    const { cycles, bytes } = work.iterations
    const slow = cycles.reduce((sum, n, i) => sum + Math.max(0, bytes[i] / 40 - n), 0)
    expect(slow).toBeGreaterThan(0)
    expect(backwardCycleCauses(work, 40).memory).toBeCloseTo(4096 * (slow + work.firstFillBytes / 40), 3)
  })
})
