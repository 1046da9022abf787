import {
  compressPotentials,
  fromF16,
  integrateAndFire,
  type LayerInput,
  layerCurrent,
  type Tensor,
  toF16,
} from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ForwardInput, type ForwardOutput, forwardEngine } from '../src'
import { forwardJob, layerOf } from './workload'

/** The learning core's forward pass of the same layer in FP16 arithmetic. */
const oracle = ({ layer, T, input, weights, neuron }: ForwardInput) => {
  const trace = integrateAndFire(layerCurrent(layer, input, fromF16(weights), 'f16'), T, neuron, 'f16')
  return { ...trace, potentials: toF16(trace.potentials as Tensor<'TBCHW', 'f32'>) }
}

const expectSame = (input: ForwardInput, out: ForwardOutput) => {
  const want = oracle(input)
  expect(out.spikes).toEqual(want.spikes)
  expect(out.spikeGradMask).toEqual(want.spikeGradMask)
  if (input.layer.kind === 'conv')
    expect(out.potentials).toEqual(compressPotentials(want.potentials, want.spikeGradMask))
  else expect(Array.from(out.potentials.values)).toEqual(Array.from(want.potentials.data))
}

/** Random layers: stride, kernel, odd sizes, maps below a tile, pooling; and how they are fed. */
const jobs = fc
  .record({
    C: fc.integer({ min: 1, max: 5 }),
    H: fc.integer({ min: 5, max: 11 }),
    W: fc.integer({ min: 5, max: 11 }),
    K: fc.integer({ min: 1, max: 5 }),
    k: fc.constantFrom(1, 3, 5),
    stride: fc.constantFrom(1, 2),
    pool: fc.constantFrom(1, 1, 2, 3),
    fc: fc.boolean(),
    kind: fc.constantFrom<LayerInput['kind']>('spikes', 'spikes', 'levels', 'pixels'),
    T: fc.integer({ min: 1, max: 13 }),
    B: fc.integer({ min: 1, max: 4 }),
    density: fc.constantFrom(0, 0.2, 0.6, 1),
    seed: fc.nat(),
  })
  .map(({ C, H, W, K, k, stride, pool, fc, kind, T, B, density, seed }) => {
    const mark = kind === 'pixels' ? '(Encoding)' : ''
    const conv = `${K}C${k}${stride > 1 ? `S${stride}` : ''}${mark}`
    const text = fc ? `${K}FC${mark}` : pool > 1 ? `${conv}-AP${pool}` : conv
    return forwardJob({ layer: layerOf(text, C, H, W, T), T, B, density, seed, kind, unit: 0.5 })
  })

describe('forwardEngine.run', () => {
  it('equals the oracle bit for bit on small-integer weights over random layers', () => {
    fc.assert(
      fc.property(jobs, (job) => expectSame(job, forwardEngine({ rows: 2, cols: 3 }).run(job))),
      { numRuns: 60 },
    )
  })
})
