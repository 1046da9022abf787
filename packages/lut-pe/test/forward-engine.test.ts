import { CapacityError, ConfigError } from '@h2learn/hw'
import {
  compressPotentials,
  countBits,
  f16Decode,
  f16Encode,
  fromF16,
  InputError,
  integrateAndFire,
  type LayerInput,
  layerCurrent,
  packBits,
  ShapeError,
  type Tensor,
  tensor,
  toF16,
} from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adderForwardEngine, type ForwardInput, type ForwardOutput, forwardEngine } from '../src'
import { forwardJob, layerOf, neuron } from './workload'

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

const unit = 0.5
/** Whether every partial sum in any order is exact: a multiple of the unit that stays within 2048 of them. */
const isExact = ({ layer, input, weights }: ForwardInput): boolean => {
  const sizes = Float64Array.from(f16Decode(weights.data), Math.abs)
  const sums = layerCurrent(layer, input, tensor('KCRS', 'f64', weights.shape, sizes), 'f64')
  const step = unit / (input.kind === 'levels' ? input.levels : input.kind === 'pixels' ? 16 : 1)
  return Math.max(...sums.data) * layer.currentPool ** 2 <= 2048 * step
}

/** Random layers: stride, kernel, odd sizes, maps below a tile, pooling; and how they are fed. */
const jobs = (weights: 'integers' | 'normal') =>
  fc
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
      return forwardJob({ layer: layerOf(text, C, H, W, T), T, B, density, seed, kind, unit, weights })
    })

/** A neuron that shows its input: no leak, no spike, every potential inside the window. */
const transparent = { ...neuron, leak: 0, fireThreshold: 65504, gradWindow: [-65504, 65504] as const }

describe('forwardEngine.run', () => {
  it('equals the oracle bit for bit on small-integer weights over random layers', () => {
    let runs = 0
    fc.assert(
      fc.property(jobs('integers'), (job) => {
        fc.pre(isExact(job))
        expectSame(job, forwardEngine({ rows: 2, cols: 3 }).run(job))
        runs++
      }),
      { numRuns: 60 },
    )
    expect(runs).toBeGreaterThanOrEqual(60)
  })

  it('fires in the oracle comparison: a layer at density 0.6 has spikes and open windows, one at 0 has none', () => {
    const layer = layerOf('4C3', 3, 9, 9)
    const busy = forwardEngine().run(forwardJob({ layer, T: 3, B: 2, seed: 5, density: 0.6, unit }))
    expect(countBits(busy.spikes.data)).toBeGreaterThan(20)
    expect(countBits(busy.spikeGradMask.data)).toBeGreaterThan(20)
    expect(busy.potentials.values).toHaveLength(countBits(busy.spikeGradMask.data))
    const idle = forwardEngine().run(forwardJob({ layer, T: 3, B: 2, seed: 5, density: 0, unit }))
    expect(countBits(idle.spikes.data) + countBits(idle.spikeGradMask.data)).toBe(0)
  })

  it('does not depend on the tile size, on T_max or on the columns, bit for bit, on real values', () => {
    fc.assert(
      fc.property(jobs('normal'), fc.integer({ min: 1, max: 12 }), (job, tile) => {
        expect(forwardEngine({ tile, tMax: 2, cols: 1 }).run(job)).toEqual(forwardEngine().run(job))
      }),
      { numRuns: 25 },
    )
  })

  it('gives the bits of the non-LUT baseline on real values', () => {
    fc.assert(
      fc.property(jobs('normal'), (job) => {
        expect(adderForwardEngine({ rows: 2 }).run(job)).toEqual(forwardEngine({ rows: 2 }).run(job))
      }),
      { numRuns: 25 },
    )
  })

  it('stays within the rounding bound of exact arithmetic on real values', () => {
    // Each value passes 2 additions in its sub-LUT, ⌈log2 3·64⌉ = 8 levels and 2 running sums (70 channels are two
    // blocks): 12 roundings of relative size 2^-11, on partial sums that Σ|w·s| bounds. FP16 has no error below 2^-24.
    const layer = layerOf('6C3', 70, 9, 9)
    const job = { ...forwardJob({ layer, T: 2, B: 2, seed: 11, weights: 'normal', unit: 0.2 }), neuron: transparent }
    const u = f16Decode(forwardEngine().run(job).potentials.values)
    const exact = layerCurrent(
      layer,
      job.input,
      tensor('KCRS', 'f64', job.weights.shape, Float64Array.from(f16Decode(job.weights.data))),
      'f64',
    )
    const sizes = layerCurrent(
      layer,
      job.input,
      tensor('KCRS', 'f64', job.weights.shape, Float64Array.from(f16Decode(job.weights.data), Math.abs)),
      'f64',
    )
    expect(u).toHaveLength(exact.data.length)
    let largest = 0
    for (let i = 0; i < u.length; i++) {
      const error = Math.abs(u[i]! - exact.data[i]!)
      largest = Math.max(largest, error)
      expect(error).toBeLessThanOrEqual(12 * 2 ** -11 * sizes.data[i]!)
    }
    // and it is not exact: rounding really happens
    expect(largest).toBeGreaterThan(0)
  })

  it('adds the blocks of input channels in ascending order to a running sum', () => {
    // 1×1 kernel on 1×1 maps, one row per block, weights 2048, 1, 1 of one output: ((0 + 2048) + 1) + 1 = 2048;
    // in one block of three rows leaves are 2048, 0, 0, 1, 0, 0, 1, 0, 0: (2048 + 0) + (0 + 1) = 2048 (tie), then + 1
    const layer = layerOf('1C1', 3, 1, 1)
    const ones = tensor('TBCHW', 'bit', { T: 1, B: 1, C: 3, H: 1, W: 1 }, packBits([1, 1, 1]))
    const sum = (values: number[], rows: number) => {
      const weights = tensor('KCRS', 'f16', { K: 1, C: 3, R: 1, S: 1 }, f16Encode(values))
      const input = { kind: 'spikes', data: ones } as const
      const job = { layer, T: 1, B: 1, input, weights, neuron: transparent, spikeGradMask: ones }
      return f16Decode(forwardEngine({ rows }).run(job).potentials.values)[0]
    }
    expect(sum([2048, 1, 1], 1)).toBe(2048)
    expect(sum([1, 1, 2048], 1)).toBe(2050)
    // one block: leaves 0, 3, 6; pairs (0,1), (2,3), (6,7); then (2048 + 1) and 1: same place as above
    expect(sum([2048, 1, 1], 3)).toBe(2048)
    // leaves 0 and 3 meet before leaf 6: (1 + 1) + 2048 = 2050
    expect(sum([1, 1, 2048], 3)).toBe(2050)
    // 1 + 2048 = 2048 first, + 1 = 2048: order decides
    expect(sum([1, 2048, 1], 3)).toBe(2048)
  })

  it('adds the planes of a pixel from the highest down, each scaled by 2^(p−8)', () => {
    // q = 129 = planes 7 and 0, weight 2048 + 2 = 2050: plane 7 gives 1025, plane 0 gives 2050/256 = 8.0078125
    // 1025 + 8.0078125 = 1033.0078125, FP16 steps by 1 there: 1033; the exact product is 1033.0078125
    const layer = layerOf('1C1(Encoding)', 1, 1, 1)
    const weights = tensor('KCRS', 'f16', { K: 1, C: 1, R: 1, S: 1 }, f16Encode([2050]))
    const input = {
      kind: 'pixels',
      data: tensor('BCHW', 'u8', { B: 1, C: 1, H: 1, W: 1 }, Uint8Array.of(129)),
    } as const
    const spikeGradMask = tensor('TBCHW', 'bit', { T: 2, B: 1, C: 1, H: 1, W: 1 })
    const out = forwardEngine().run({ layer, T: 2, B: 1, input, weights, neuron: transparent, spikeGradMask })
    expect(Array.from(f16Decode(out.potentials.values))).toEqual([1033, 1033])
  })

  it('stores the potentials of fully connected layers dense and still emits their mask', () => {
    const layer = layerOf('7FC', 3, 2, 2)
    const out = forwardEngine().run(forwardJob({ layer, T: 4, B: 3, seed: 3, density: 0.5, unit }))
    expect(out.potentials.values).toHaveLength(4 * 3 * 7)
    expect(countBits(out.potentials.mask.data)).toBe(4 * 3 * 7)
    expect(countBits(out.spikeGradMask.data)).toBeLessThan(4 * 3 * 7)
  })
})

describe('forwardEngine refuses', () => {
  const layer = layerOf('4C3', 2, 6, 6)
  const job = forwardJob({ layer, T: 2, B: 2, seed: 1 })
  const engine = forwardEngine()

  it('even kernels, with the way out', () => {
    const even = layerOf('4C2', 2, 6, 6)
    expect(() => engine.run(forwardJob({ layer: even, T: 2, B: 2, seed: 1 }))).toThrow(
      'forward-engine/conv1: expected a square kernel of odd size, got 2×2; even kernels run on the learning core only.',
    )
  })

  it('analog input and other neurons', () => {
    const analog = forwardJob({ layer, T: 2, B: 2, seed: 1, kind: 'analog' })
    expect(() => engine.run(analog)).toThrow(ConfigError)
    expect(() => engine.measure(analog)).toThrow(ConfigError)
    expect(() => engine.run({ ...job, neuron: { ...neuron, reset: 'subtract' } })).toThrow(/neuron\.reset/)
  })

  it('more samples than a sub-batch', () => {
    expect(() => engine.run(forwardJob({ layer, T: 2, B: 5, seed: 1 }))).toThrow(CapacityError)
    expect(() => forwardEngine({ subBatch: 8 }).run(forwardJob({ layer, T: 2, B: 5, seed: 1 }))).not.toThrow()
  })

  it('tensors that do not fit the layer', () => {
    expect(() => engine.run({ ...job, T: 3 })).toThrow(ShapeError)
    expect(() => engine.run({ ...job, weights: tensor('KCRS', 'f16', { K: 4, C: 3, R: 3, S: 3 }) })).toThrow(
      'forward-engine/conv1/weights: expected K = 4, C = 2, R = 3, S = 3, got K = 4, C = 3, R = 3, S = 3.',
    )
    const small = tensor('TBCHW', 'bit', { T: 2, B: 2, C: 4, H: 3, W: 3 })
    expect(() => engine.measure({ ...job, spikeGradMask: small })).toThrow(ShapeError)
  })

  it('levels above the stated ones', () => {
    const levels = forwardJob({ layer, T: 2, B: 2, seed: 1, kind: 'levels', levels: 4, density: 1 })
    const understated = { ...levels.input, levels: 2 } as LayerInput
    expect(() => engine.run({ ...levels, input: understated })).toThrow(InputError)
  })

  it('impossible geometries', () => {
    expect(() => forwardEngine({ rows: 0 })).toThrow(
      'forward-engine: rows: expected an integer from 1 to 65536, got 0.',
    )
    expect(() => forwardEngine({ lanes: 1.5 })).toThrow(ConfigError)
    expect(() => forwardEngine({ subLutInputs: [13] })).toThrow(ConfigError)
    expect(() => forwardEngine({ glbKiB: Number.NaN })).toThrow(ConfigError)
  })
})
