import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listSetBits } from '../src/active'
import type { Layer, LayerInput, Maps, Precision, Weights } from '../src/api'
import { f16Round } from '../src/f16'
import { layerCurrent } from '../src/layer-current'
import { layerGradInput, layerGradWeights } from '../src/layer-gradients'
import { parseNetwork } from '../src/network'
import { poolSpikes, poolSpikesGradient } from '../src/pooling'
import { getBit, packBits, tensor } from '../src/tensor'
import { densities, networks, precisions, randomInput, seeds } from './arbitrary'
import { firstDifference, naiveCurrent, randomValues, randomWeights, rounding } from './naive'

const layerOf = (text: string, C: number, H: number, W: number): Layer =>
  parseNetwork(`${text}-1FC`, { input: { C, H, W }, T: 1 }).layers[0]
const spikes = (C: number, H: number, W: number, ...bits: number[]): LayerInput & { kind: 'spikes' } => ({
  kind: 'spikes',
  data: tensor('TBCHW', 'bit', { T: bits.length / (C * H * W), B: 1, C, H, W }, packBits(bits)),
})
const weightsOf = ({ K, C, R, S }: Layer, ...values: number[]): Weights =>
  tensor('KCRS', 'f64', { K, C, R, S }, Float64Array.from(values))
const maps = (C: number, H: number, W: number, ...values: number[]): Maps =>
  tensor('TBCHW', 'f64', { T: values.length / (C * H * W), B: 1, C, H, W }, Float64Array.from(values))

describe('listSetBits', () => {
  it('lists what getBit finds, wherever the slice starts and ends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1), { minLength: 1, maxLength: 150 }), fc.nat(150), fc.nat(150), (bits, a, b) => {
        const from = a % bits.length
        const n = b % (bits.length - from + 1)
        const out = new Int32Array(n)
        const words = packBits(bits)
        const count = listSetBits(words, from, n, out)
        const expected = Array.from({ length: n }, (_, i) => i).filter((i) => getBit(words, from + i))
        expect([...out.subarray(0, count)]).toEqual(expected)
      }),
    )
  })
})

describe('layerCurrent', () => {
  it('lays large layers out in groups of output channels, with the sums of each alone', () => {
    // 2·32·32·2100 weights: more than one table holds
    const layer = parseNetwork('2100FC-1FC', { input: { C: 2, H: 32, W: 32 }, T: 1 }).layers[0]
    const { K, C, R, S } = layer
    const weights = tensor(
      'KCRS',
      'f32',
      { K, C, R, S },
      Float32Array.from({ length: K * C * R * S }, (_, i) => Math.sin(i)),
    )
    const active = [3, 700, 1024, 2047]
    const input = spikes(C, 32, 32, ...Array.from({ length: 2048 }, (_, i) => Number(active.includes(i))))
    const { data } = layerCurrent(layer, input, weights as Weights, 'f32')
    for (let k = 0; k < K; k++)
      expect(data[k]).toBe(active.reduce((sum, i) => Math.fround(sum + weights.data[k * 2048 + i]), 0))
  })

  it('is a cross-correlation with zero padding, by hand', () => {
    // one spike in the middle of 3×3: output (y, x) sees it through tap (2 − y, 2 − x): the kernel turned by 180°
    const layer = layerOf('1C3', 1, 3, 3)
    const w = weightsOf(layer, 1, 2, 3, 4, 5, 6, 7, 8, 9)
    const middle = layerCurrent(layer, spikes(1, 3, 3, 0, 0, 0, 0, 1, 0, 0, 0, 0), w, 'f64')
    expect([...middle.data]).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1])
    // a spike in the corner (0, 0) reaches four outputs
    const corner = layerCurrent(layer, spikes(1, 3, 3, 1, 0, 0, 0, 0, 0, 0, 0, 0), w, 'f64')
    expect([...corner.data]).toEqual([5, 4, 0, 2, 1, 0, 0, 0, 0])
  })

  it('reads pixels as q/256 once, and levels as q/k²', () => {
    const layer = layerOf('2C1(Encoding)', 1, 1, 2)
    const w = weightsOf(layer, 1, 2)
    const pixels = tensor('BCHW', 'u8', { B: 1, C: 1, H: 1, W: 2 }, Uint8Array.of(255, 64))
    const current = layerCurrent(layer, { kind: 'pixels', data: pixels }, w, 'f64')
    expect(current.shape).toEqual({ T: 1, B: 1, C: 2, H: 1, W: 2 })
    expect([...current.data]).toEqual([255 / 256, 0.25, 255 / 128, 0.5])
    const levels = tensor('TBCHW', 'u8', { T: 2, B: 1, C: 1, H: 1, W: 2 }, Uint8Array.of(1, 9, 0, 3))
    const pooled = layerCurrent(layer, { kind: 'levels', data: levels, levels: 9 }, w, 'f64')
    expect([...pooled.data]).toEqual([1 / 9, 1, 2 / 9, 2, 0, 1 / 3, 0, 2 / 3])
  })

  it('adds in the order c, r, s in FP16: large weights swallow small ones by their place, by hand', () => {
    // 1×1 map, three channels, all fire; 2048 + 1 rounds to 2048 (ties to even), 1 + 1 + 2048 = 2050
    const layer = layerOf('1C1', 3, 1, 1)
    const all = spikes(3, 1, 1, 1, 1, 1)
    expect(layerCurrent(layer, all, weightsOf(layer, 2048, 1, 1), 'f16').data[0]).toBe(2048)
    expect(layerCurrent(layer, all, weightsOf(layer, 1, 1, 2048), 'f16').data[0]).toBe(2050)
    expect(layerCurrent(layer, all, weightsOf(layer, 2048, 1, 1), 'f32').data[0]).toBe(2050)
  })

  it('pools partial sums as ((a+b)+(c+d))/4 before the Soma, in FP16 by hand', () => {
    // a 1×1 kernel copies the 2×2 map: a = 2048, b = c = d = 1. (2048+1) = 2048, (1+1) = 2, sum 2050, /4 = 512.5
    // one after the other it would be 2048 → 512
    const layer = layerOf('1C1-AP2', 1, 2, 2)
    const values = tensor('BCHW', 'f32', { B: 1, C: 1, H: 2, W: 2 }, Float32Array.of(2048, 1, 1, 1))
    expect(layerCurrent(layer, { kind: 'analog', data: values }, weightsOf(layer, 1), 'f16').data[0]).toBe(512.5)
  })

  it('drops the last row and column of an odd map when pooling', () => {
    const layer = layerOf('1C1-AP2', 1, 3, 3)
    const only = (place: number) => spikes(1, 3, 3, ...Array.from({ length: 9 }, (_, i) => Number(i === place)))
    const value = (place: number) => layerCurrent(layer, only(place), weightsOf(layer, 1), 'f64').data[0]
    expect([0, 1, 2, 3, 4, 5, 6, 7, 8].map(value)).toEqual([0.25, 0.25, 0, 0.25, 0.25, 0, 0, 0, 0])
  })

  it('skips zeros without changing the dense sum, bit for bit, on any first layer', () => {
    fc.assert(
      fc.property(networks(), densities, seeds, fc.constantFrom(...precisions), (network, density, seed, precision) => {
        if (network.inputPool > 1) return
        const [layer] = network.layers
        const [w] = randomWeights(network, seed, precision)
        const input = randomInput(network, 2, seed, density)
        const still = input.kind === 'pixels'
        const ours = layerCurrent(layer, input, w, precision)
        const dense = still
          ? Array.from(input.data.data, (q) => q / 256)
          : Array.from({ length: network.T * 2 * layer.C * layer.H * layer.W }, (_, i) =>
              getBit(input.data.data as Uint32Array, i),
            )
        const theirs = naiveCurrent(layer, dense, (still ? 1 : network.T) * 2, Array.from(w.data), rounding[precision])
        expect(firstDifference(ours.data, theirs)).toBeUndefined()
      }),
      { numRuns: 60 },
    )
  })

  it('rounds weights to the precision first', () => {
    const layer = layerOf('1C1', 1, 1, 1)
    const w = weightsOf(layer, 0.1)
    const one = (precision: Precision) => layerCurrent(layer, spikes(1, 1, 1, 1), w, precision).data[0]
    expect([one('f64'), one('f32'), one('f16')]).toEqual([0.1, Math.fround(0.1), f16Round(0.1)])
  })

  it('names a wrong input or wrong weights', () => {
    const layer = layerOf('2C3', 1, 4, 4)
    const w = weightsOf(layer, ...Array(18).fill(1))
    expect(() => layerCurrent(layer, spikes(1, 3, 3, ...Array(9).fill(0)), w, 'f64')).toThrow(
      'layerCurrent conv1: expected an input map CHW 1x4x4, got 1x3x3',
    )
    const other = layerOf('3C3', 1, 4, 4)
    const input = spikes(1, 4, 4, ...Array(16).fill(0))
    expect(() => layerCurrent(other, input, w, 'f64')).toThrow('expected weights KCRS 3x1x3x3, got 2x1x3x3')
    const levels = tensor('TBCHW', 'u8', { T: 1, B: 1, C: 1, H: 4, W: 4 })
    expect(() => layerCurrent(layer, { kind: 'levels', data: levels, levels: 0 }, w, 'f64')).toThrow('levels')
  })
})

describe('AP2 and AP2(spikes)', () => {
  it('give the same current where the next layer is linear: pooling 1×1 sums of spikes is pooling the spikes', () => {
    // in small integers and quarters every sum is exact, so the two routes must agree in every bit
    const network = parseNetwork('2C1-AP2-1FC', { input: { C: 3, H: 5, W: 4 }, T: 3 })
    const [layer] = network.layers
    const w = weightsOf(layer, 1, -2, 3, 4, 5, -6)
    const input = randomInput(network, 2, 3, 0.5) as LayerInput & { kind: 'spikes' }
    const sums = layerCurrent(layer, input, w, 'f16')
    const plain = layerOf('2C1', 3, 2, 2)
    const levels = layerCurrent(plain, poolSpikes(input.data, 2), w, 'f16')
    expect(levels).toEqual(sums)
  })
})

describe('poolSpikes', () => {
  it('counts the spikes of each window and drops odd rows and columns, by hand', () => {
    const bits = [1, 1, 0, 0, 1, /**/ 1, 0, 0, 1, 1, /**/ 1, 1, 1, 1, 1]
    const { data, levels } = poolSpikes(spikes(1, 3, 5, ...bits).data, 2)
    expect(levels).toBe(4)
    expect(data.shape).toEqual({ T: 1, B: 1, C: 1, H: 1, W: 2 })
    expect([...data.data]).toEqual([3, 1])
  })

  it('gives ÷k² back to every spike of the window and 0 to the dropped ones', () => {
    const grad = poolSpikesGradient(maps(1, 1, 2, 4, -8), 2, { H: 3, W: 5 }, 'f64')
    expect([...grad.data]).toEqual([1, 1, -2, -2, 0, /**/ 1, 1, -2, -2, 0, /**/ 0, 0, 0, 0, 0])
  })

  it('refuses sizes that do not fit', () => {
    const { data } = spikes(1, 2, 3, 0, 0, 0, 0, 0, 0)
    for (const k of [0, 3, 1.5, Number.NaN]) expect(() => poolSpikes(data, k)).toThrow('a pooling size from 1 to 2')
    const wide = tensor('TBCHW', 'bit', { T: 1, B: 1, C: 1, H: 16, W: 16 })
    expect(() => poolSpikes(wide, 16)).toThrow('levels are bytes')
    expect(() => poolSpikesGradient(maps(1, 1, 1, 1), 2, { H: 2, W: 4 }, 'f64')).toThrow('1x2, the pooled map, got 1x1')
  })
})

describe('layerGradInput', () => {
  it('sends a gradient back through every tap, by hand: stride 2, no padding', () => {
    // ∇u = (1, 10) at outputs 0 and 1 of a 1×5 row, kernel (1, 2, 3): inputs 0..2 get 1·(1, 2, 3), 2..4 get 10·(1, 2, 3)
    const layer = { ...layerOf('1C3S2P0', 1, 3, 5), H: 1, R: 1, convH: 1, outH: 1 }
    const grad = layerGradInput(layer, maps(1, 1, 2, 1, 10), weightsOf(layer, 1, 2, 3), 'f64')
    expect([...grad.data]).toEqual([1, 2, 13, 20, 30])
  })

  it('spreads the gradient of a pooled neuron ÷4 over its window', () => {
    const layer = layerOf('1C1-AP2', 1, 3, 2)
    const grad = layerGradInput(layer, maps(1, 1, 1, 8), weightsOf(layer, 3), 'f64')
    expect([...grad.data]).toEqual([6, 6, 6, 6, 0, 0])
  })

  it('rounds every product in FP16, then the sum', () => {
    // 3·(1 + 2⁻¹⁰) = 3.0029…, between 3.001953125 and 3.00390625: a tie, to even 3.00390625
    const layer = layerOf('1C1', 1, 1, 1)
    const grad = layerGradInput(layer, maps(1, 1, 1, 3), weightsOf(layer, 1 + 2 ** -10), 'f16')
    expect(grad.data[0]).toBe(3.00390625)
  })

  it('is the adjoint of the current: ⟨I(x), g⟩ = ⟨x, gradInput(g)⟩ = ⟨w, gradWeights(x, g)⟩ on any layer', () => {
    fc.assert(
      fc.property(networks(fc.constant(false)), seeds, densities, (network, seed, density) => {
        if (network.inputPool > 1) return
        const [layer] = network.layers
        const [w] = randomWeights(network, seed, 'f64')
        const input = randomInput(network, 2, seed, density)
        if (input.kind !== 'spikes') throw new Error('spikes only')
        const current = layerCurrent(layer, input, w, 'f64')
        const g = tensor(
          'TBCHW',
          'f64',
          current.shape,
          Float64Array.from(randomValues(current.data.length, seed, 0.6, 'f64')),
        )
        const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
          Array.from(a).reduce((sum: number, x, i) => sum + x * b[i], 0)
        const back = layerGradInput(layer, g, w, 'f64')
        const gradW = layerGradWeights(layer, input, g, 'f64')
        const x = Array.from({ length: back.data.length }, (_, i) => getBit(input.data.data, i))
        const forward = dot(current.data, g.data)
        expect(dot(x, back.data)).toBeCloseTo(forward, 9)
        expect(dot(w.data, gradW.data)).toBeCloseTo(forward, 9)
      }),
      { numRuns: 60 },
    )
  })

  it('names maps that are not the neurons of the layer', () => {
    const layer = layerOf('1C1-AP2', 1, 4, 4)
    expect(() => layerGradInput(layer, maps(1, 4, 4, ...Array(16).fill(0)), weightsOf(layer, 1), 'f64')).toThrow(
      'maps of its neurons CHW 1x2x2, got 1x4x4; with APk the neurons exist at pooled size only',
    )
  })
})

describe('layerGradWeights', () => {
  it('sums input times gradient over samples, timesteps and positions, by hand', () => {
    // 1×1 kernel on two places, two timesteps: x = (1, 0), (1, 1); ∇u = (2, 3), (5, 7): ∇w = 2 + 5 + 7
    const layer = layerOf('1C1', 1, 1, 2)
    const gradW = layerGradWeights(layer, spikes(1, 1, 2, 1, 0, 1, 1), maps(1, 1, 2, 2, 3, 5, 7), 'f64')
    expect([...gradW.data]).toEqual([14])
  })

  it('multiplies pixels once with the gradient summed over time', () => {
    // FP16: ∇u = 1, 2⁻¹¹, 2⁻¹¹ one after the other stays 1 (each a tie to even); pixel 128/256
    const layer = layerOf('1C1(Encoding)', 1, 1, 1)
    const pixels = tensor('BCHW', 'u8', { B: 1, C: 1, H: 1, W: 1 }, Uint8Array.of(128))
    const grad = (precision: Precision) =>
      layerGradWeights(layer, { kind: 'pixels', data: pixels }, maps(1, 1, 1, 1, 2 ** -11, 2 ** -11), precision).data[0]
    expect(grad('f16')).toBe(0.5)
    expect(grad('f64')).toBe((1 + 2 ** -10) / 2)
  })

  it('names an input of other timesteps or samples', () => {
    const layer = layerOf('1C1', 1, 1, 1)
    const g = maps(1, 1, 1, 1, 2)
    expect(() => layerGradWeights(layer, spikes(1, 1, 1, 1, 1, 1), g, 'f64')).toThrow(
      'gradU of T = 3, B = 1 as the input, got T = 2, B = 1',
    )
    const pixels = tensor('BCHW', 'u8', { B: 2, C: 1, H: 1, W: 1 })
    expect(() => layerGradWeights(layer, { kind: 'pixels', data: pixels }, g, 'f64')).toThrow('B = 2 as the input')
  })
})
