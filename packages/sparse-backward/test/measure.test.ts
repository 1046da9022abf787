import { getBit, setBit, sizeOf } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { backwardEngine } from '../src/backward-engine'
import { denseBackwardEngine, inputSparseBackwardEngine, outputSparseBackwardEngine } from '../src/baselines'
import { totalPeCycles } from '../src/work'
import { randomPass } from './random-pass'

const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))
const total = (values: Float64Array) => values.reduce((sum, n) => sum + n, 0)
const engines = [backwardEngine, denseBackwardEngine, inputSparseBackwardEngine, outputSparseBackwardEngine]
const small = { rows: 4, cols: 4, tile: 4 }

describe('where PE-cycles go', () => {
  it('adds up to PEs × cycles exactly, effectual and skipped MACs to all, in every engine', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...engines),
        fc.constantFrom('3C3-9C3', '3C3-5C3S2', '3C3-5C3-AP2', '5C3-AP2(spikes)-3C3', '3C3-9FC', '9FC-6FC'),
        fc.record({ minCycles: fc.integer({ min: 0, max: 2 }), idealRates: fc.boolean() }),
        fc.integer({ min: 1, max: 13 }),
        density,
        density,
        fc.nat(1e6),
        (make, net, changes, T, inputDensity, outputDensity, seed) => {
          const engine = make({ ...small, ...changes })
          const pass = randomPass({ net, input: { C: 1, H: 7, W: 9 }, T, B: 1, inputDensity, outputDensity, seed })
          const work = engine.measure(pass)
          const time = engine.time(work)
          expect(totalPeCycles(work.peCycles)).toBe(work.pes * time.latency)
          expect(Object.values(work.peCycles).every((n) => Number.isSafeInteger(n) && n >= 0)).toBe(true)
          expect(work.macs.effectual + work.macs.skipped).toBe(work.macs.all)
          expect(total(work.effectualMacs)).toBe(work.macs.effectual)
          expect(time.idealCycles).toBeLessThanOrEqual(time.latency)
          expect(time.iterations.cycles.length).toBe(time.iterations.bytes.length)
          for (const n of Object.values(engine.count(work))) expect(Number.isSafeInteger(n) && n >= 0).toBe(true)
          for (let i = 0; i < work.busiestCycles.length; i++)
            expect(work.busiestCycles[i]).toBeGreaterThanOrEqual(Math.ceil(work.effectualMacs[i] / work.pes))
        },
      ),
      { numRuns: 60 },
    )
  })

  it('counts the effectual MACs of a plain loop over outputs and window inputs', () => {
    const pass = randomPass({ net: '3C3-5C3', input: { C: 1, H: 5, W: 6 }, inputDensity: 0.3, outputDensity: 0.4 })
    const { T, B, gradU, target } = pass
    let macs = 0
    for (let map = 0; map < T * B; map++)
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < 5; y++)
          for (let x = 0; x < 6; x++) {
            if (!getBit(target.spikeGradMask.data, ((map * 3 + c) * 5 + y) * 6 + x)) continue
            for (let k = 0; k < 5; k++)
              for (let oy = Math.max(0, y - 1); oy <= Math.min(4, y + 1); oy++)
                for (let ox = Math.max(0, x - 1); ox <= Math.min(5, x + 1); ox++)
                  if (gradU.data[((map * 5 + k) * 5 + oy) * 6 + ox] !== 0) macs++
          }
    for (const make of engines) expect(make(small).measure(pass).macs.effectual).toBe(macs)
  })

  it('never saves a cycle when one more gradient becomes non-zero and the output mask stays', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('3C3-6C3', '3C3-6C3S2', '3C3-6C3-AP2', '3C3-AP2(spikes)-6C3'),
        fc.integer({ min: 0, max: 2 }),
        density,
        density,
        fc.nat(1e6),
        (net, minCycles, inputDensity, outputDensity, seed) => {
          const pass = randomPass({ net, input: { C: 1, H: 8, W: 8 }, T: 1, B: 1, inputDensity, outputDensity, seed })
          const engine = backwardEngine({ ...small, minCycles })
          const before = engine.measure(pass)
          pass.gradU.data[seed % sizeOf('TBCHW', pass.gradU.shape)] = 0x3c00
          const after = engine.measure(pass)
          before.iterations.cycles.forEach((n, i) => {
            expect(after.iterations.cycles[i]).toBeGreaterThanOrEqual(n)
          })
        },
      ),
      { numRuns: 40 },
    )
  })
})

describe('cycles at the ends of the scale', () => {
  const tile8 = { net: '64C3-16C3', input: { C: 1, H: 8, W: 8 }, T: 2, B: 2 }

  it('are ⌈P/4⌉·9 + fill a tile in the dense engine, whatever the data', () => {
    for (const [H, W] of [
      [8, 8],
      [5, 7],
      [2, 3],
    ]) {
      const pass = randomPass({ ...tile8, input: { C: 1, H, W } })
      const work = denseBackwardEngine({ idealRates: true }).measure(pass)
      expect(total(work.iterations.cycles)).toBe(4 * (Math.ceil((H * W) / 4) * 9 + 4))
    }
  })

  it('are those of the dense engine at densities 1 and 1 except for padding, which is not valid', () => {
    const pass = randomPass({ ...tile8, inputDensity: 1, outputDensity: 1 })
    const work = backwardEngine({ idealRates: true }).measure(pass)
    // PEs take the columns x ≡ p mod 4: x = 1 and 5 (as 2 and 6) have all three kernel columns, six rows with 9 and two
    // with 6 valid inputs; the PEs of x = 0, 4 and 3, 7 have one column at the edge
    expect(total(work.busiestCycles)).toBe(4 * 2 * (6 * 9 + 2 * 6))
  })

  it('are fill and the scan of the next tile at output density 0, the minimum per output at input density 0', () => {
    const none = backwardEngine().measure(randomPass({ ...tile8, outputDensity: 0 }))
    expect(none.macs.effectual).toBe(0)
    // first scan 8, three tiles bound by the next one's 8 rows, the last by its fill, Grad of 4 · 64 neurons
    expect(none.iterations.cycles).toEqual(Float64Array.of(8 + 3 * 8 + 4 + 256))
    const empty = backwardEngine({ idealRates: true }).measure(
      randomPass({ ...tile8, inputDensity: 0, outputDensity: 1 }),
    )
    expect(empty.iterations.cycles).toEqual(Float64Array.of(4 * (16 + 4)))
    expect(empty.peCycles.emptyWindow).toBe(4 * 64 * 64 * 16)
    expect(empty.peCycles.unused).toBe(0)
  })
})

describe('time blocks, FC layers and the output layer', () => {
  it('runs T = 12 as a block of 2 and a block of 10, and reads the carried ∇u', () => {
    const job = { net: '2C3-3C3', input: { C: 1, H: 4, W: 4 }, B: 1 }
    const work = backwardEngine({ idealRates: true }).measure(randomPass({ ...job, T: 12, outputDensity: 1 }))
    expect(work.iterations.cycles.length).toBe(2)
    // per (t, b): 48 gradients and 32 neurons; weights 108 bytes in each block; ∇u of 32 neurons carried
    const perStep = 48 * (2 + 1 / 8) + 32 * (2 + 2 / 8 + 2 + 1 / 8)
    expect(work.iterations.bytes).toEqual(Float64Array.of(2 * perStep + 108, 10 * perStep + 108 + 32 * 2))
  })

  it('counts an FC layer as blocks of 16 × 64 weights at four (t, b) pairs a cycle, rounded up', () => {
    const pass = randomPass({ net: '5C3-20FC', input: { C: 1, H: 5, W: 5 }, T: 3, B: 3, outputDensity: 0.5 })
    const work = backwardEngine({ idealRates: true }).measure(pass)
    // 125 inputs → 2 column blocks, 20 outputs → 2 row blocks, ⌈9/4⌉ = 3 cycles each
    expect(work.iterations.cycles).toEqual(Float64Array.of(3, 3, 3, 3))
    expect(work.macs.effectual).toBe(125 * 20 * 9)
    const stored = pass.target.potentials.values.length
    const bytes = 125 * 20 * 2 + 9 * 20 * 2 + 9 * 125 * (2 / 8 + 2 + 1 / 8) + 2 * stored
    expect(total(work.iterations.bytes)).toBeCloseTo(bytes, 6)
    // Grad: 64 columns × 9 pairs under the next grid iteration, 61 columns × 9 exposed
    expect(backwardEngine().measure(pass).iterations.cycles).toEqual(Float64Array.of(3, 3, 9, 3 + 9))
  })

  it('refuses even kernels and tensors that do not belong together', () => {
    const even = randomPass({ net: '2C3-3C4P1', input: { C: 1, H: 6, W: 6 } })
    expect(() => backwardEngine().measure(even)).toThrow('expected a square kernel of odd size, got 4x4')
    expect(() => backwardEngine().run(even)).toThrow('odd')
    const pass = randomPass({ net: '2C3-3C3' })
    const other = randomPass({ net: '2C3-4C3' })
    expect(() => backwardEngine().run({ ...pass, gradU: other.gradU })).toThrow(
      'backward-engine gradU: expected T 3, B 2, C 3, H 6, W 6, got T 3, B 2, C 4, H 6, W 6',
    )
  })

  it('takes a gradient that pooling flushes to zero as invalid', () => {
    const pass = randomPass({ net: '2C3-3C3-AP2', T: 1, B: 1, outputDensity: 1 })
    pass.gradU.data.fill(0)
    pass.gradU.data[0] = 2 // 2^−23: a quarter of it is 2^−25, a tie that rounds to zero
    expect(backwardEngine().measure(pass).macs.effectual).toBe(0)
    pass.gradU.data[0] = 3
    expect(backwardEngine().measure(pass).macs.effectual).toBeGreaterThan(0)
  })

  it('ORs the masks of the neurons whose spikes were pooled', () => {
    const pass = randomPass({ net: '1C3-AP2(spikes)-1C3', input: { C: 1, H: 4, W: 4 }, T: 1, B: 1, outputDensity: 0 })
    const mask = pass.target.spikeGradMask
    setBit(mask.data, 0)
    setBit(mask.data, 5) // both in the first of four pooled positions
    expect(backwardEngine().measure({ ...pass, target: { ...pass.target } }).outputs.valid).toBe(1)
  })
})
