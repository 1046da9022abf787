import { defaultNeuron, f16Decode, f16Encode, getBit, packBits, parseNetwork, rng, tensor } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  adderForwardEngine,
  adderForwardUnits,
  forwardEngine,
  forwardEngineConfig,
  forwardUnits,
  type PeArrayLoad,
  peArray,
} from '../src'
import { restingMembrane, soma } from '../src/soma'

const changes = { rows: 4, cols: 3, tile: 4, lanes: 4, subLutInputs: [3, 3, 3] }
const config = forwardEngineConfig(changes)

/** A random 3×3 convolution on 4×4 maps that fits one load of the array. */
const randomPass = (C: number, K: number, T: number, density: number, seed: number) => {
  const random = rng(seed)
  const layer = parseNetwork(`${K}C3`, { input: { C, H: 4, W: 4 }, T }).layers[0]!
  const spikes = Float32Array.from({ length: T * C * 16 }, () => (random.next() < density ? 1 : 0))
  const weights = f16Encode(Float64Array.from({ length: K * C * 9 }, () => random.normal()))
  const shape = { T, B: 1, C, H: 4, W: 4 }
  return {
    spikes,
    weights: f16Decode(weights),
    input: {
      layer,
      T,
      B: 1,
      neuron: defaultNeuron,
      input: { kind: 'spikes' as const, data: tensor('TBCHW', 'bit', shape, packBits(spikes)) },
      weights: tensor('KCRS', 'f16', { K, C, R: 3, S: 3 }, weights),
      spikeGradMask: tensor('TBCHW', 'bit', { ...shape, C: K }),
    },
  }
}

const loadOf = ({ spikes, weights, input: { layer, T } }: ReturnType<typeof randomPass>): PeArrayLoad => {
  const { C, K } = layer
  const spike = (t: number, c: number, y: number, x: number) =>
    y < 0 || x < 0 || y > 3 || x > 3 ? 0 : spikes[((t * C + c) * 4 + y) * 4 + x]!
  const list = (n: number) => Array.from({ length: n }, (_, i) => i)
  return {
    operands: list(C).map((c) => list(K).map((k) => weights.slice((k * C + c) * 9, (k * C + c + 1) * 9))),
    windows: list(C).map((c) =>
      list(T * 16).map((w) => {
        const [t, y, x] = [Math.floor(w / 16), Math.floor((w % 16) / 4), w % 4]
        return list(9).map((tap) => spike(t, c, y - 1 + Math.floor(tap / 3), x - 1 + (tap % 3)))
      }),
    ),
    running: list(K).map(() => new Float32Array(T * 16)),
  }
}

const engines = [
  ['with tables', forwardEngine(changes), peArray(config, forwardUnits(config), 3)],
  ['without tables', adderForwardEngine(changes), peArray(config, adderForwardUnits(config), 9)],
] as const

describe.each(engines)('a Forward Engine %s and the composition of its units', (_, engine, array) => {
  it('agree on spikes, counts and cycles', () => {
    fc.assert(
      fc.property(
        fc.record({
          C: fc.integer({ min: 1, max: 4 }),
          K: fc.integer({ min: 1, max: 3 }),
          T: fc.integer({ min: 1, max: 3 }),
          density: fc.double({ min: 0, max: 1, noNaN: true }),
          seed: fc.nat(1e6),
        }),
        ({ C, K, T, density, seed }) => {
          const pass = randomPass(C, K, T, density, seed)
          const load = loadOf(pass)
          const sums = array.run(load)
          const out = engine.run(pass.input)
          const unit = soma({ somas: 1, lanes: 1, neuron: defaultNeuron })
          let membrane = restingMembrane(K * 16)
          for (let t = 0; t < T; t++) {
            const current = Float32Array.from(
              { length: K * 16 },
              (_, i) => sums[Math.floor(i / 16)]![t * 16 + (i % 16)]!,
            )
            const next = unit.run({ membrane, current })
            for (let i = 0; i < K * 16; i++) {
              expect(getBit(out.spikes.data, t * K * 16 + i)).toBe(next.spikes[i])
              expect(getBit(out.spikeGradMask.data, t * K * 16 + i)).toBe(next.spikeGradMask[i])
            }
            membrane = next
          }
          const work = engine.measure(pass.input)
          const counts: Record<string, number> = { ...engine.count(work) }
          for (const [name, n] of Object.entries<number>(array.count(array.measure(load as never) as never)))
            expect([name, counts[name]]).toEqual([name, n])
          // one grid iteration, and the Soma is faster than the array here
          expect(engine.time(work).latency).toBe(array.time(array.measure(load as never) as never).interval)
        },
      ),
      { numRuns: 15 },
    )
  })
})

describe('silicon', () => {
  it('is that of 4 × 3 PEs of 3 sub-LUTs and 4 lanes, by hand', () => {
    expect(forwardEngine(changes).parts).toEqual({
      'subLut.bit': 12 * 3 * 8 * 16,
      'subLut.portBit': 12 * 4 * 3 * 7 * 16,
      'acc.adder': 12 * 3 * 4,
      'soma.lane': 64,
      'glb.KiB': 503,
    })
    expect(adderForwardEngine(changes).parts).toEqual({
      'weight.bit': 12 * 9 * 16,
      'gate.word': 12 * 9 * 4,
      'acc.adder': 12 * 9 * 4,
      'soma.lane': 64,
      'glb.KiB': 503,
    })
  })

  it('changes with a unit of the user', () => {
    const { pe } = forwardUnits(config)
    const engine = forwardEngine(changes, { pe: { ...pe, parts: { ...pe.parts, 'subLut.bit': 1 } } })
    expect(engine.parts['subLut.bit']).toBe(12)
  })
})
