import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type BackwardMode, backwardConfig } from '../../src/config'
import { backwardKernels } from '../../src/fast/backward-kernels'
import { fastTileCounter } from '../../src/fast/fast-tile-counter'
import { convGeometry } from '../../src/geometry'
import { plainTileCounter, type TileCounter } from '../../src/tile-counter'
import { gradientTiles, indexBlocks } from '../../src/tiles'
import { randomPass } from '../random-pass'

const kernels = backwardKernels()!
const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))

const jobOf = (
  net: string,
  given: object,
  mode: BackwardMode,
  seed: number,
  inputDensity = 0.5,
  outputDensity = 0.5,
) => {
  const pass = randomPass({ net, input: { C: 1, H: 13, W: 10 }, T: 2, B: 1, seed, inputDensity, outputDensity })
  const { layer, target, gradU } = pass
  return {
    config: backwardConfig(given),
    mode,
    geometry: convGeometry(layer, target.layer),
    gradU: gradU.data,
    spikeGradMask: target.spikeGradMask,
  }
}

/** Everything a counter says about a pass of two timesteps, in order. */
const everything = ({ map, outputs, tally }: TileCounter, { config, geometry }: ReturnType<typeof jobOf>) => {
  const said: object[] = []
  for (const t of [1, 0]) {
    map(t)
    for (const tile of gradientTiles(geometry.H, geometry.W, config.tile))
      for (const cols of indexBlocks(geometry.C, config.cols)) {
        outputs(tile, cols)
        for (let row = 0; row < Math.ceil(geometry.K / config.rows); row++) said.push({ ...tally(row) })
      }
  }
  return said
}

describe('counting on the kernels', () => {
  it('says the same of every tile as the plain counting: all engines, any geometry, kernel, stride and pooling', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          '3C3-5C3',
          '9C3-37C3',
          '2C3-3C3S2',
          '3C3-4C5',
          '2C3-20C1',
          '2C3-3C3-AP2',
          '3C3-AP2(spikes)-3C3',
        ),
        fc.constantFrom<BackwardMode>('both', 'both', 'dense', 'input', 'output'),
        fc.record({
          rows: fc.integer({ min: 1, max: 40 }),
          cols: fc.integer({ min: 1, max: 9 }),
          tile: fc.integer({ min: 1, max: 16 }),
          groupSize: fc.oneof(fc.constant(4), fc.integer({ min: 1, max: 7 })),
          minCycles: fc.integer({ min: 0, max: 2 }),
        }),
        density,
        density,
        fc.nat(1e6),
        (net, mode, given, inputDensity, outputDensity, seed) => {
          const job = jobOf(net, given, mode, seed, inputDensity, outputDensity)
          const fast = fastTileCounter(kernels, job)!
          expect(everything(fast, job)).toEqual(everything(plainTileCounter(job), job))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('is left to the plain code where a window or a PE could count beyond its lane', () => {
    expect(fastTileCounter(kernels, jobOf('2C3-2C17P8', {}, 'both', 1))).toBeUndefined()
    expect(fastTileCounter(kernels, jobOf('2C3-2C15P7', { tile: 64, groupSize: 1 }, 'both', 1))).toBeUndefined()
    expect(fastTileCounter(kernels, jobOf('2C3-2C15P7', {}, 'both', 1))).toBeDefined()
  })
})
