import { CapacityError, ConfigError } from '@h2learn/hw'
import {
  f16Decode,
  f16Encode,
  fromF16,
  type LayerInput,
  layerGradWeights,
  packBits,
  ShapeError,
  type Tensor,
  tensor,
  toF16,
} from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adderWeightUpdateEngine, type WeightUpdateInput, weightUpdateEngine } from '../src'
import { gradientJob, layerOf } from './workload'

/** The learning core's weight gradient of the same layer in FP16 arithmetic. */
const oracle = ({ layer, input, gradU }: WeightUpdateInput) =>
  toF16(layerGradWeights(layer, input, fromF16(gradU), 'f16') as Tensor<'KCRS', 'f32'>)

/** Exact gradient and Σ|s·∇u|, the size that bounds every partial sum. */
const exactOf = ({ layer, input, gradU }: WeightUpdateInput) => {
  const values = Float64Array.from(f16Decode(gradU.data))
  const of = (data: Float64Array) =>
    layerGradWeights(layer, input, tensor('TBCHW', 'f64', gradU.shape, data), 'f64').data
  return { gradient: of(values), size: of(values.map(Math.abs)) }
}

const unit = 0.25
/** Whether every partial sum in any order is exact: a multiple of the step that stays within 2048 steps. */
const isExact = (job: WeightUpdateInput): boolean => {
  const { input, layer } = job
  const step = unit / layer.currentPool ** 2 / (input.kind === 'spikes' ? 1 : 4)
  return Math.max(...exactOf(job).size) <= 2048 * step
}

const jobs = (gradients: 'integers' | 'normal') =>
  fc
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
      return gradientJob({ layer: layerOf(text, C, H, W, T), T, B, density, seed, kind, unit, gradients })
    })

describe('weightUpdateEngine.run', () => {
  it('equals the oracle bit for bit on small-integer gradients over random layers', () => {
    fc.assert(
      fc.property(jobs('integers'), (job) => {
        fc.pre(isExact(job))
        expect(weightUpdateEngine({ cols: 3 }).run(job).gradW).toEqual(oracle(job))
      }),
      { numRuns: 60 },
    )
  })

  it('does not depend on tile size or rows on small integers', () => {
    fc.assert(
      fc.property(
        jobs('integers'),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 10 }),
        (job, tile, rows) => {
          fc.pre(isExact(job))
          expect(weightUpdateEngine({ tile, rows }).run(job)).toEqual(weightUpdateEngine().run(job))
        },
      ),
      { numRuns: 25 },
    )
  })

  it('gives the bits of the non-LUT baseline on real values', () => {
    fc.assert(
      fc.property(jobs('normal'), (job) => {
        expect(adderWeightUpdateEngine().run(job)).toEqual(weightUpdateEngine().run(job))
      }),
      { numRuns: 25 },
    )
  })

  it('stays within the rounding bound of exact arithmetic on real values, for every tile size', () => {
    // 11×11 outputs, 3 samples: in one 16×16 tile ⌈121/8⌉ groups × 3 = 48 running sums, at most; tiles of 3: 16 tiles
    // of up to 2 groups: 96. Each value passes 3 additions in its sub-LUT, ⌈log2 2·6⌉ = 4 levels and those: at most
    // 103 roundings of relative size 2^-11 of partial sums that Σ|s·∇u| bounds.
    const job = gradientJob({ layer: layerOf('4C3', 3, 11, 11), T: 6, B: 3, seed: 9, gradients: 'normal', unit: 0.1 })
    const { gradient, size } = exactOf(job)
    const results = [3, 8, 16].map((tile) => f16Decode(weightUpdateEngine({ tile }).run(job).gradW.data))
    for (const gradW of results)
      gradW.forEach((g, i) => {
        expect(Math.abs(g - gradient[i]!)).toBeLessThanOrEqual(103 * 2 ** -11 * size[i]!)
      })
    // the order of addition follows the tiles: some bit differs
    expect(Array.from(results[0]!)).not.toEqual(Array.from(results[1]!))
    expect(Math.max(...size)).toBeGreaterThan(1)
  })

  it('adds 2·t + half in the tree, then tiles, samples and position groups to a running sum', () => {
    // 1×1 kernel, every input spikes: ∇w = Σ ∇u. Values 2048, 1, 1 at chosen places show the order by what is lost.
    const layer = layerOf('1C1', 1, 1, 12)
    const gradW = (
      T: number,
      B: number,
      places: readonly (readonly [t: number, b: number, x: number, g: number])[],
    ) => {
      const values = new Float32Array(T * B * 12)
      for (const [t, b, x, g] of places) values[(t * B + b) * 12 + x] = g
      const shape = { T, B, C: 1, H: 1, W: 12 }
      const ones = new Uint8Array(T * B * 12).fill(1)
      const input = { kind: 'spikes', data: tensor('TBCHW', 'bit', shape, packBits(ones)) } as const
      const gradU = tensor('TBCHW', 'f16', shape, f16Encode(values))
      return f16Decode(weightUpdateEngine().run({ layer, T, B, input, gradU }).gradW.data)[0]
    }
    // one sub-LUT (positions 0..3): (2048 + 1) + 1 = 2048
    expect(
      gradW(1, 1, [
        [0, 0, 0, 2048],
        [0, 0, 1, 1],
        [0, 0, 2, 1],
      ]),
    ).toBe(2048)
    // half 1 (positions 4..7) sums 1 + 1 first, then 2048 + 2
    expect(
      gradW(1, 1, [
        [0, 0, 0, 2048],
        [0, 0, 4, 1],
        [0, 0, 5, 1],
      ]),
    ).toBe(2050)
    // leaves 2·t + half: t = 0 holds 2048, t = 2 and t = 3 hold 1: (2048 + 0) + (1 + 1)
    expect(
      gradW(4, 1, [
        [0, 0, 0, 2048],
        [2, 0, 0, 1],
        [3, 0, 0, 1],
      ]),
    ).toBe(2050)
    // t = 0, 1, 2: leaves 0, 2, 4: (2048 + 1) first, then + 1
    expect(
      gradW(3, 1, [
        [0, 0, 0, 2048],
        [1, 0, 0, 1],
        [2, 0, 0, 1],
      ]),
    ).toBe(2048)
    // tile 0 (x < 8) of sample 1 before tile 1 of sample 0: (1 + 1) + 2048; samples first would give (1 + 2048) + 1
    expect(
      gradW(1, 2, [
        [0, 0, 0, 1],
        [0, 1, 0, 1],
        [0, 0, 8, 2048],
      ]),
    ).toBe(2050)
    expect(
      gradW(1, 2, [
        [0, 0, 0, 1],
        [0, 1, 0, 2048],
        [0, 1, 8, 1],
      ]),
    ).toBe(2048)
  })

  it('finishes the position groups of a sample before the next sample', () => {
    // 2×8 positions are one tile of two groups; sample 0 has 1 and 2048, sample 1 has 1 in the first group:
    // (1 + 2048) + 1 = 2048; groups before samples would give (1 + 1) + 2048 = 2050
    const layer = layerOf('1C1', 1, 2, 8)
    const shape = { T: 1, B: 2, C: 1, H: 2, W: 8 }
    const ones = tensor('TBCHW', 'bit', shape, packBits(new Uint8Array(32).fill(1)))
    const values = new Float32Array(32)
    values[0] = 1
    values[8] = 2048
    values[16] = 1
    const gradU = tensor('TBCHW', 'f16', shape, f16Encode(values))
    const { gradW } = weightUpdateEngine().run({ layer, T: 1, B: 2, input: { kind: 'spikes', data: ones }, gradU })
    expect(f16Decode(gradW.data)[0]).toBe(2048)
  })

  it('goes on from the gradient that earlier sub-batches left', () => {
    const job = gradientJob({ layer: layerOf('3C3', 2, 6, 6), T: 4, B: 2, seed: 4, unit })
    const once = weightUpdateEngine().run(job).gradW
    const twice = weightUpdateEngine().run({ ...job, accumulated: once }).gradW
    expect(Array.from(f16Decode(twice.data))).toEqual(Array.from(f16Decode(once.data), (g) => 2 * g + 0))
    expect(f16Decode(once.data).some((g) => g !== 0)).toBe(true)
  })

  it('spreads ∇u over pooled positions, a quarter each, and gives dropped positions 0', () => {
    // 3×3 outputs pooled to one neuron with ∇u = 4: positions (0..1, 0..1) get 1; a 1×1 kernel on all-one inputs: 4 · 1
    const layer = layerOf('1C1-AP2', 1, 3, 3)
    const input = {
      kind: 'spikes',
      data: tensor('TBCHW', 'bit', { T: 1, B: 1, C: 1, H: 3, W: 3 }, packBits(new Uint8Array(9).fill(1))),
    } as const
    const gradU = tensor('TBCHW', 'f16', { T: 1, B: 1, C: 1, H: 1, W: 1 }, f16Encode([4]))
    const { gradW } = weightUpdateEngine().run({ layer, T: 1, B: 1, input, gradU })
    expect(f16Decode(gradW.data)[0]).toBe(4)
  })
})

describe('weightUpdateEngine refuses', () => {
  const layer = layerOf('4C3', 2, 6, 6)
  const job = gradientJob({ layer, T: 2, B: 2, seed: 1 })
  const engine = weightUpdateEngine()

  it('even kernels, analog input and too large sub-batches', () => {
    expect(() => engine.run(gradientJob({ layer: layerOf('4C2', 2, 6, 6), T: 2, B: 2, seed: 1 }))).toThrow(
      'weight-update-engine/conv1: expected a square kernel of odd size, got 2×2',
    )
    expect(() => engine.measure(gradientJob({ layer, T: 2, B: 2, seed: 1, kind: 'analog' }))).toThrow(ConfigError)
    expect(() => engine.run(gradientJob({ layer, T: 2, B: 5, seed: 1 }))).toThrow(CapacityError)
  })

  it('tensors that do not fit the layer', () => {
    expect(() => engine.run({ ...job, T: 1 })).toThrow(ShapeError)
    const gradU = tensor('TBCHW', 'f16', { T: 2, B: 2, C: 4, H: 3, W: 3 })
    expect(() => engine.run({ ...job, gradU })).toThrow(/gradU: expected T = 2, B = 2, C = 4, H = 6, W = 6, got/)
    const accumulated = tensor('KCRS', 'f16', { K: 4, C: 2, R: 1, S: 1 })
    expect(() => engine.run({ ...job, accumulated })).toThrow(ShapeError)
  })

  it('impossible geometries', () => {
    expect(() => weightUpdateEngine({ cols: -1 })).toThrow(
      'weight-update-engine: cols: expected an integer from 1 to 65536, got -1.',
    )
    expect(() => weightUpdateEngine({ subLutInputs: [] })).toThrow(ConfigError)
  })
})
