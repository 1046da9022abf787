import { fromF16, type LayerInput, layerGradWeights, type Tensor, toF16 } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type WeightUpdateInput, weightUpdateEngine } from '../src'
import { gradientJob, layerOf } from './workload'

/** The learning core's weight gradient of the same layer in FP16 arithmetic. */
const oracle = ({ layer, input, gradU }: WeightUpdateInput) =>
  toF16(layerGradWeights(layer, input, fromF16(gradU), 'f16') as Tensor<'KCRS', 'f32'>)

const jobs = fc
  .record({
    C: fc.integer({ min: 1, max: 5 }),
    H: fc.integer({ min: 5, max: 11 }),
    W: fc.integer({ min: 5, max: 11 }),
    K: fc.integer({ min: 1, max: 5 }),
    k: fc.constantFrom(1, 3, 5),
    stride: fc.constantFrom(1, 2),
    pool: fc.constantFrom(1, 1, 2, 4),
    fc: fc.boolean(),
    kind: fc.constantFrom<LayerInput['kind']>('spikes', 'spikes', 'levels', 'pixels'),
    T: fc.integer({ min: 1, max: 13 }),
    B: fc.integer({ min: 1, max: 4 }),
    density: fc.constantFrom(0, 0.1, 0.25, 1),
    seed: fc.nat(),
  })
  .map(({ C, H, W, K, k, stride, pool, fc, kind, T, B, density, seed }) => {
    const mark = kind === 'pixels' ? '(Encoding)' : ''
    const conv = `${K}C${k}${stride > 1 ? `S${stride}` : ''}${mark}`
    const fits = Math.ceil(Math.min(H, W) / stride) >= pool
    const text = fc ? `${K}FC${mark}` : pool > 1 && fits ? `${conv}-AP${pool}` : conv
    // pooled gradients get 1/k² and levels 1/4: a larger unit keeps the sums exact
    return gradientJob({ layer: layerOf(text, C, H, W, T), T, B, density, seed, kind, unit: pool > 1 ? 1 : 1 / 4 })
  })

describe('weightUpdateEngine.run', () => {
  it('equals the oracle bit for bit on small-integer gradients over random layers', () => {
    fc.assert(
      fc.property(jobs, (job) => {
        expect(weightUpdateEngine({ rows: 10, cols: 3 }).run(job).gradW).toEqual(oracle(job))
      }),
      { numRuns: 60 },
    )
  })
})
