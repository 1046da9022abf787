import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Samples } from '../src/api'
import { batchInput, batchOf, checkSamples, epochOrder, stepsPerEpoch } from '../src/batches'
import { ShapeError } from '../src/errors'
import { parseNetwork } from '../src/network'
import { countBits, getBit } from '../src/tensor'

const pixels = (count: number, C: number, H: number, W: number, value: (i: number) => number): Samples => ({
  name: 'toy',
  origin: 'test',
  synthetic: true,
  kind: 'pixels',
  count,
  classes: 2,
  shape: { C, H, W },
  T: 1,
  data: Uint8Array.from({ length: count * C * H * W }, (_, i) => value(i)),
  labels: new Uint8Array(count),
})
const spiking = (T: number, samples: Samples): Samples => ({ ...samples, kind: 'spikes', T })

describe('epochOrder', () => {
  it('is a permutation of all samples that only seed and epoch decide', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer(), fc.nat(100), (count, seed, epoch) => {
        const order = epochOrder(count, seed, epoch)
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i))
        expect(epochOrder(count, seed, epoch)).toEqual(order)
      }),
    )
  })

  it('differs between epochs and seeds', () => {
    expect(epochOrder(100, 1, 0)).not.toEqual(epochOrder(100, 1, 1))
    expect(epochOrder(100, 1, 0)).not.toEqual(epochOrder(100, 2, 0))
  })

  it('puts every sample in every place about equally often', () => {
    const counts = new Uint32Array(16)
    for (let epoch = 0; epoch < 4000; epoch++)
      for (const [place, sample] of epochOrder(4, 7, epoch).entries()) counts[4 * place + sample]!++
    // 1000 expected each, standard deviation 27
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150)
  })

  it('is cut into batches, the last one smaller', () => {
    const order = epochOrder(10, 1, 0)
    expect(stepsPerEpoch(10, 4)).toBe(3)
    expect([0, 1, 2].map((s) => batchOf(order, 4, s).length)).toEqual([4, 4, 2])
    expect([0, 1, 2].flatMap((s) => [...batchOf(order, 4, s)])).toEqual([...order])
  })
})

describe('batchInput', () => {
  it('hands pixels to an encoding layer as they are', () => {
    const network = parseNetwork('2C3(Encoding)-2FC', { input: { C: 1, H: 2, W: 2 }, T: 3 })
    const input = batchInput(
      pixels(3, 1, 2, 2, (i) => i),
      [2, 0],
      network,
    )
    expect(input.kind).toBe('pixels')
    expect([...input.data.data]).toEqual([8, 9, 10, 11, 0, 1, 2, 3])
  })

  it('lays spikes of NTCHW samples out as TBCHW bits', () => {
    const network = parseNetwork('2FC', { input: { C: 1, H: 1, W: 2 }, T: 2 })
    // sample 0: t0 = 10, t1 = 01; sample 1: t0 = 11, t1 = 00
    const samples = spiking(2, { ...pixels(2, 1, 1, 2, () => 0), data: Uint8Array.from([1, 0, 0, 1, 1, 1, 0, 0]) })
    const input = batchInput(samples, [1, 0], network)
    expect(input.kind).toBe('spikes')
    expect(Array.from({ length: 8 }, (_, i) => getBit(input.data.data as Uint32Array, i))).toEqual([
      1, 1, 1, 0, 0, 0, 0, 1,
    ])
  })

  it('rate-codes a pixel q as spikes with probability q/256: never for 0, about half the time for 128', () => {
    const network = parseNetwork('2FC', { input: { C: 1, H: 100, W: 100 }, T: 4 })
    const at = (q: number) => {
      const input = batchInput(
        pixels(1, 1, 100, 100, () => q),
        [0],
        network,
        { seed: 3, epoch: 1 },
      )
      return countBits(input.data.data as Uint32Array) / 40000
    }
    expect(at(0)).toBe(0)
    expect(Math.abs(at(128) - 0.5)).toBeLessThan(0.0125) // five standard deviations of 0.0025
    expect(Math.abs(at(255) - 255 / 256)).toBeLessThan(0.0016)
  })

  it('draws the same spikes for a sample wherever it stands in a batch, others in another epoch', () => {
    const network = parseNetwork('2FC', { input: { C: 1, H: 4, W: 8 }, T: 1 })
    const samples = pixels(4, 1, 4, 8, () => 128)
    const rows = (indices: number[], epoch: number) => {
      const words = batchInput(samples, indices, network, { seed: 5, epoch }).data.data
      return [...words] // 32 neurons: one word a sample
    }
    expect(rows([3, 1], 0)).toEqual([...rows([3], 0), ...rows([1], 0)])
    expect(rows([3], 0)).not.toEqual(rows([1], 0))
    expect(rows([3], 0)).not.toEqual(rows([3], 1))
  })

  it('says which option to change when samples and network do not fit', () => {
    const network = parseNetwork('2C3(Encoding)-2FC', { input: { C: 1, H: 4, W: 4 }, T: 3 })
    const fits = pixels(1, 1, 4, 4, () => 0)
    expect(() =>
      checkSamples(
        pixels(1, 3, 32, 28, () => 0),
        network,
      ),
    ).toThrow(/--input 32x28x3/)
    expect(() => checkSamples(spiking(1, fits), { ...network, T: 1 })).toThrow(/\(Encoding\)/)
    expect(() => checkSamples({ ...fits, kind: 'spikes', T: 2 }, network)).toThrow(/--T 2/)
    for (const classes of [5, 1])
      expect(() => checkSamples({ ...fits, classes }, network)).toThrow(
        `expected 2 classes, as many as ${network.layers.at(-1)!.name} of ${network.text} has neurons, got ${classes}; end the network in ${classes}FC`,
      )
    expect(() => checkSamples({ ...fits, labels: new Uint8Array(3) }, network)).toThrow(ShapeError)
    expect(() => batchInput(fits, [1], network)).toThrow(/0\.\.0/)
  })
})
