import { memoryStallCycles } from '@h2learn/lut-pe'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { weightUpdateCycleCauses, weightUpdateEngine, weightUpdateWhatIf } from '../src'
import { layerOf } from './workload'

it('every slot of the Weight Update Engine has one cause, whatever the layer and the geometry', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('20C3', '3C5S2', '16C3-AP2', '8C3(Encoding)', '30FC'),
      fc.record({
        rows: fc.integer({ min: 1, max: 12 }),
        cols: fc.integer({ min: 1, max: 9 }),
        lanes: fc.integer({ min: 1, max: 5 }),
        subLutInputs: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }),
        shadowLut: fc.boolean(),
      }),
      fc.constantFrom(1, 40, Number.POSITIVE_INFINITY),
      (net, config, bandwidth) => {
        const layer = layerOf(net, 5, 11, 9, 10)
        const work = weightUpdateWhatIf({ layer, T: 10, B: 2 }, config)
        const timing = weightUpdateEngine(config).time(work)
        const causes = weightUpdateCycleCauses(work, bandwidth, config)
        expect(Object.values(causes).every((n) => n >= 0)).toBe(true)
        expect(causes.soma).toBe(0)
        const inputs = layer.kind === 'fc' ? config.subLutInputs.length : config.subLutInputs.reduce((a, b) => a + b)
        const slots = config.rows * config.cols * config.lanes * inputs
        const all = Object.values(causes).reduce((sum: number, n: number) => sum + n, 0)
        expect(all / (slots * (timing.latency + memoryStallCycles(timing, bandwidth)))).toBeCloseTo(1, 9)
      },
    ),
    { numRuns: 40 },
  )
})
