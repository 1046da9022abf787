import {
  countBits,
  defaultNeuron,
  getBit,
  integrateAndFire,
  layerCurrent,
  type Spikes,
  setBit,
  sizeOf,
  tensor,
} from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spinalFlowEngine } from '../src/spinalflow-engine'
import { spinalFlowWhatIf } from '../src/what-if'
import { drawnSpikes, exactWeights, layerOf } from './random-input'

const engine = spinalFlowEngine()
const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
const layers = ['3C3', '5C3S2', '130C3', '4C3-AP2', '4C5', '2C1', '7FC', '200FC'] as const
const pass = (text: string, share: number, { T = 2, B = 2, C = 2, H = 5, W = 7, seed = 1 } = {}) => {
  const layer = layerOf(text, C, H, W, T)
  const spikes = drawnSpikes(layer, T, B, share, seed)
  return {
    layer,
    T,
    B,
    input: { kind: 'spikes', data: spikes } as const,
    weights: exactWeights(layer, seed),
    neuron: defaultNeuron,
  }
}
const total = (values: Float64Array) => values.reduce((sum, n) => sum + n, 0)

/** Spikes of every receptive field, found field by field. */
const fieldByField = (text: string, spikes: Spikes, T: number, B: number) => {
  const layer = layerOf(text, spikes.shape.C, spikes.shape.H, spikes.shape.W, T)
  const { C, H, W, R, S, stride, padding, outH, outW, currentPool } = layer
  let n = 0
  for (let map = 0; map < T * B; map++)
    for (let y = 0; y < outH * currentPool; y++)
      for (let x = 0; x < outW * currentPool; x++)
        for (let c = 0; c < C; c++)
          for (let r = 0; r < R; r++)
            for (let s = 0; s < S; s++) {
              const [inY, inX] = [y * stride + r - padding, x * stride + s - padding]
              if (inY >= 0 && inY < H && inX >= 0 && inX < W)
                n += getBit(spikes.data, ((map * C + c) * H + inY) * W + inX)
            }
  return n
}

describe('by hand', () => {
  it('takes one cycle per spike and receptive field: a spike in the corner lies in 4 fields, one inside in 9', () => {
    const layer = layerOf('16C3', 1, 5, 5)
    const spikes = tensor('TBCHW', 'bit', { T: 1, B: 1, C: 1, H: 5, W: 5 })
    setBit(spikes.data, 0)
    const measured = (data: Spikes) =>
      engine.time(
        engine.measure({
          ...pass('16C3', 0),
          layer,
          T: 1,
          B: 1,
          input: { kind: 'spikes', data },
          weights: exactWeights(layer),
        }),
      ).latency
    expect(measured(spikes)).toBe(4)
    setBit(spikes.data, 12)
    expect(measured(spikes)).toBe(4 + 9)
  })

  it('takes the spikes once more for every further 128 output channels', () => {
    // one spike, fully connected: one field; 128 channels one pass, 129 two
    const cycles = (text: string) => {
      const one = pass(text, 0, { C: 1, H: 1, W: 1, T: 1, B: 1 })
      setBit(one.input.data.data, 0)
      return engine.time(engine.measure(one)).latency
    }
    expect([cycles('128FC'), cycles('129FC'), cycles('256FC')]).toEqual([1, 2, 2])
  })

  it('counts an accumulation per output channel, a weight byte for each and two bytes of address per block', () => {
    const one = pass('130FC', 0, { C: 1, H: 1, W: 3, T: 1, B: 1 })
    setBit(one.input.data.data, 1)
    // 1 spike in 1 field: 130 accumulations; reads 130 weights + 2 blocks × 2; writes 3·130 weights + 2 for the sorted list
    expect(engine.count(engine.measure(one))).toEqual({
      'spinalflow.accumulate': 130,
      'pool.add': 0,
      'pool.scale': 0,
      'soma.update': 130,
      'glb.read': 134,
      'glb.write': 392,
    })
  })

  it('keeps 3×3 kernels on 512 input channels in its buffer, just so, and loads larger ones for every sample', () => {
    // 512·9·128 bytes = 576 KiB
    const work = (C: number) => spinalFlowWhatIf({ layer: layerOf('128C3', C, 4, 4), T: 1, B: 2, spikeDensity: 0 })
    expect(work(512).resident).toBe(true)
    expect(work(513).resident).toBe(false)
    const maps = (C: number) => Math.ceil((C * 16) / 8) + (128 * 16) / 8
    expect([...work(512).bytes]).toEqual([maps(512) + 512 * 9 * 128, maps(512)])
    expect([...work(513).bytes]).toEqual([maps(513) + 513 * 9 * 128, maps(513) + 513 * 9 * 128])
  })

  it('saturates partial sums', () => {
    // 4 bits hold −8..7: three weights of 100/128, quantised to 100, stop at 7 after the first addition
    const narrow = spinalFlowEngine({ partialSumBits: 4 })
    const one = pass('1FC', 1, { C: 1, H: 1, W: 3, T: 1, B: 1 })
    one.weights.data.fill(100 / 128)
    const { potentials, saturated } = narrow.run(one)
    expect([potentials.data[0], saturated]).toEqual([7 / 128, 3])
  })
})

describe('against the learning core', () => {
  it('gives the spikes and potentials of the reference on weights that 8 bits hold, bit for bit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...layers),
        density,
        fc.integer({ min: 1, max: 4 }),
        fc.nat(1e6),
        (text, share, T, seed) => {
          const input = pass(text, share, { T, seed })
          const out = engine.run(input)
          const current = layerCurrent(input.layer, input.input, input.weights, 'f32')
          const reference = integrateAndFire(current, T, defaultNeuron, 'f32')
          expect(out.saturated).toBe(0)
          expect(out.spikes.data).toEqual(reference.spikes.data)
          expect(out.potentials.data).toEqual(reference.potentials.data)
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('properties', () => {
  it('counts the spikes of receptive fields as a walk over the fields does', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layers), density, fc.nat(1e6), (text, share, seed) => {
        const input = pass(text, share, { seed, H: 7, W: 6 })
        const work = engine.measure(input)
        expect(total(work.fieldSpikes)).toBe(fieldByField(text, input.input.data, 2, 2))
        expect(work.inputSpikes).toBe(countBits(input.input.data.data))
        const time = engine.time(work)
        expect(time.latency).toBe(time.iterations.cycles.reduce((sum, n) => sum + n, 0))
        expect(time.latency).toBe(work.blocks * total(work.fieldSpikes))
        expect(time.idealCycles).toBeLessThanOrEqual(time.latency)
        expect(time.iterations.cycles.length).toBe(time.iterations.bytes.length)
        for (const n of Object.values(engine.count(work))) expect(Number.isSafeInteger(n) && n >= 0).toBe(true)
      }),
      { numRuns: 60 },
    )
  })

  it('never gets faster by a further spike', () => {
    fc.assert(
      fc.property(fc.constantFrom(...layers), fc.nat(1e6), fc.nat(1e4), (text, seed, place) => {
        const input = pass(text, 0.3, { seed })
        const before = engine.time(engine.measure(input)).latency
        setBit(input.input.data.data, place % sizeOf('TBCHW', input.input.data.shape))
        expect(engine.time(engine.measure(input)).latency).toBeGreaterThanOrEqual(before)
      }),
      { numRuns: 30 },
    )
  })

  it('has a what-if that is the measured work at densities 0 and 1', () => {
    for (const text of layers)
      for (const share of [0, 1]) {
        const { layer, T, B, ...rest } = pass(text, share)
        expect(spinalFlowWhatIf({ layer, T, B, spikeDensity: share })).toEqual(engine.measure({ layer, T, B, ...rest }))
      }
  })
})

describe('what it cannot take', () => {
  it('refuses encoding layers, pixels and pooled spikes with a hint', () => {
    const encoding = layerOf('4C3(Encoding)', 1, 5, 5)
    expect(() => spinalFlowWhatIf({ layer: encoding, T: 1, B: 1, spikeDensity: 0.1 })).toThrow('an encoding layer')
    const base = pass('4C3', 0, { C: 1, H: 5, W: 5, T: 1, B: 1 })
    const pixels = { kind: 'pixels', data: tensor('BCHW', 'u8', { B: 1, C: 1, H: 5, W: 5 }) } as const
    expect(() => engine.measure({ ...base, input: pixels })).toThrow('binary spikes')
    const levels = { kind: 'levels', levels: 4, data: tensor('TBCHW', 'u8', { T: 1, B: 1, C: 1, H: 5, W: 5 }) } as const
    expect(() => engine.run({ ...base, input: levels })).toThrow('binary spikes')
  })

  it('refuses tensors that do not fit and impossible configurations', () => {
    const base = pass('4C3', 0)
    expect(() => engine.measure({ ...base, B: 3 })).toThrow('spinalflow/conv1/input')
    expect(() => engine.measure({ ...base, weights: exactWeights(layerOf('5C3', 2, 5, 7)) })).toThrow('conv1/weights')
    expect(() => spinalFlowEngine({ pes: 0 })).toThrow('spinalflow: pes')
    expect(() => spinalFlowEngine({ weightBits: 1 })).toThrow('spinalflow: weightBits')
    expect(() => spinalFlowEngine({ partialSumBits: 33 })).toThrow('spinalflow: partialSumBits')
    expect(() => spinalFlowEngine({ glbKiB: 0 })).toThrow('spinalflow: glbKiB')
    expect(() => spinalFlowWhatIf({ layer: base.layer, T: 1, B: 1, spikeDensity: 2 })).toThrow('a share from 0 to 1')
  })
})
