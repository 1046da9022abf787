import { lutPartialSums } from '@h2learn/lut-pe'
import { f16Encode, tensor } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { type WeightUpdateInput, weightUpdateEngineConfig } from '../src'
import * as fast from '../src/fast-gradients'
import { weightUpdateFunction } from '../src/weight-update-function'
import { gradientJob, layerOf } from './workload'

/** The engine's function on the plain code: the kernels are switched off for one call. */
const plainly = (config: ReturnType<typeof weightUpdateEngineConfig>, job: WeightUpdateInput) =>
  weightUpdateFunction(config, (inputs, columns) => lutPartialSums(inputs, columns), job)

const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))

describe('weight gradients on the kernels', () => {
  it('are those of the plain code bit for bit: any kernel, stride, pooling, split, tile, kind of input, T and sub-batch', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('5C3', '33C3', '4C1', '6C5S2', '3C3-AP2', '37C3S3', '3C3P0', '5FC', '70FC'),
        fc.constantFrom('spikes' as const, 'levels' as const, 'pixels' as const),
        fc.record({
          rows: fc.integer({ min: 1, max: 10 }),
          tile: fc.integer({ min: 1, max: 9 }),
          subLutInputs: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 4 }),
        density,
        fc.nat(1e6),
        fc.boolean(),
        (net, kind, given, T, B, share, seed, before) => {
          const config = weightUpdateEngineConfig(given)
          const mark = kind === 'pixels' ? net.replace(/^(\w+)/, '$1(Encoding)') : net
          const layer = layerOf(mark, 2, 7, 9, T)
          const spec = { layer, T, B, seed, density: share, kind, gradients: 'normal' as const, unit: 0.1 }
          const job: WeightUpdateInput = gradientJob(spec)
          const { K, C, R, S } = layer
          const old = f16Encode(Float64Array.from({ length: K * C * R * S }, (_, i) => (i % 7) / 3 - 1))
          const all = before ? { ...job, accumulated: tensor('KCRS', 'f16', { K, C, R, S }, old) } : job
          const spy = vi.spyOn(fast, layer.kind === 'fc' ? 'fastOuterProduct' : 'fastCorrelate')
          const sums = weightUpdateFunction(config, lutPartialSums, all)
          expect(spy.mock.results[0]?.value).toBe(true)
          spy.mockRestore()
          expect(sums).toEqual(plainly(config, all))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are left to the plain code where FP16 can overflow, with the same bits', () => {
    const config = weightUpdateEngineConfig()
    const layer = layerOf('3C3', 2, 6, 6, 2)
    const job = gradientJob({ layer, T: 2, B: 2, seed: 1, density: 1, gradients: 'integers', unit: 2000 })
    const spy = vi.spyOn(fast, 'fastCorrelate')
    const result = weightUpdateFunction(config, lutPartialSums, job)
    expect(spy.mock.results[0]?.value).toBe(false)
    spy.mockRestore()
    expect(result).toEqual(plainly(config, job))
  })
})
