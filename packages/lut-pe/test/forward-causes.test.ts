import fc from 'fast-check'
import { expect, it } from 'vitest'
import { forwardCycleCauses, forwardEngine, forwardWhatIf, memoryStallCycles } from '../src'
import { layerOf } from './workload'

const total = (causes: object) => Object.values(causes).reduce((sum: number, n: number) => sum + n, 0)

it('every slot of the Forward Engine has one cause, whatever the layer and the geometry', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('20C3', '3C5S2', '16C3-AP2', '8C3(Encoding)', '30FC'),
      fc.record({
        rows: fc.integer({ min: 1, max: 9 }),
        cols: fc.integer({ min: 1, max: 9 }),
        lanes: fc.integer({ min: 1, max: 5 }),
        subLutInputs: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        shadowLut: fc.boolean(),
        somas: fc.integer({ min: 1, max: 4 }),
      }),
      fc.constantFrom(1, 40, Number.POSITIVE_INFINITY),
      (net, config, bandwidth) => {
        const engine = forwardEngine(config)
        const layer = layerOf(net, 5, 11, 9, 10)
        const work = forwardWhatIf({ layer, T: 10, B: 2, outputDensity: 0.5 }, config)
        const timing = engine.time(work)
        const causes = forwardCycleCauses(work, bandwidth, config)
        expect(Object.values(causes).every((n) => n >= 0)).toBe(true)
        const inputs = layer.kind === 'fc' ? config.subLutInputs.length : config.subLutInputs.reduce((a, b) => a + b)
        const slots = config.rows * config.cols * config.lanes * inputs
        const cycles = timing.latency + memoryStallCycles(timing, bandwidth)
        expect(total(causes) / (slots * cycles)).toBeCloseTo(1, 9)
      },
    ),
    { numRuns: 40 },
  )
})

it('a full array wastes its fill alone: 8 of 648 cycles', () => {
  const work = forwardWhatIf({ layer: layerOf('16C3', 64, 8, 8, 10), T: 10, B: 4, outputDensity: 0 })
  const causes = forwardCycleCauses(work, Number.POSITIVE_INFINITY)
  expect(causes).toEqual({ effectual: 640 * 36864, unused: 0, fill: 8 * 36864, soma: 0, memory: 0 })
  // 38912 bytes in and 10240 out: 307 cycles of 160 bytes, less than 648; the first load of 38912 is waited for
  expect(forwardCycleCauses(work, 160).memory).toBeCloseTo((36864 * 38912) / 160, 6)
})
