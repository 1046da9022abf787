import { defaultNeuron, f16Round, type NeuronConfig, rng } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { adderTree, columnAcc } from '../src/acc'
import {
  effectualInputOutputFinder,
  priorityEncode,
  validConvIds,
  windowTag,
} from '../src/effectual-input-output-finder'
import { dealOutputIds, effectualOutputFinder } from '../src/effectual-output-finder'
import { gradUnit } from '../src/grad'
import { backwardPe, multiplyAccumulate } from '../src/pe'
import { backwardPeGroup } from '../src/pe-group'
import { stepTile } from '../src/step-tile'

describe('the Effectual Output Finder', () => {
  const finder = effectualOutputFinder({ groupSize: 2, tile: 8 })
  // the tile of 3×3 has valid outputs at 1, 3, 4, 8
  const tile = { h: 3, w: 3, mask: Uint8Array.of(0, 1, 0, 1, 1, 0, 0, 0, 1), compressed: [0.75, 1, 1.25, 0.625] }

  it('writes IDs into two buffers alternately, as in Fig. 8a, and expands the potentials', () => {
    const { ids, potentials } = finder.run(tile)
    expect(ids).toEqual([
      [1, 4],
      [3, 8],
    ])
    expect(Array.from(potentials)).toEqual([0, 0.75, 0, 1, 1.25, 0, 0, 0, 0.625])
  })

  it('takes one cycle a row', () => {
    const work = finder.measure(tile)
    expect(finder.time(work).latency).toBe(3)
    expect(finder.count(work)).toEqual({ 'outputFinder.scan': 3 })
    expect(finder.parts).toEqual({ outputFinder: 1, 'idBuffer.bit': 2 * 2 * 32 * 6 })
  })

  it('refuses potentials that do not match the mask', () => {
    expect(() => finder.run({ ...tile, compressed: [1] })).toThrow('expected 4 potentials, one per set bit, got 1')
  })
})

describe('the Effectual Input∩Output Finder', () => {
  // 4×4 map, window at (1,1)
  const window = {
    valid: Uint8Array.of(1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 1),
    pitch: 4,
    y: 1,
    x: 1,
    kernel: 3,
  }

  it('reads the window as a tag and issues its set bits from the lowest on', () => {
    expect(Array.from(windowTag(window))).toEqual([0, 1, 0, 1, 0, 0, 0, 0, 1])
    expect(validConvIds(window)).toEqual([1, 3, 8])
    expect(priorityEncode(windowTag(window), 4)).toBe(8)
    expect(priorityEncode(windowTag(window), 9)).toBe(-1)
  })

  it('takes one cycle per valid ID, at least the minimum', () => {
    const empty = { ...window, valid: new Uint8Array(16) }
    const costs = [0, 1, 2].map((minCycles) => {
      const finder = effectualInputOutputFinder({ minCycles })
      return [finder.time(finder.measure(window)).latency, finder.count(finder.measure(empty))['inputFinder.cycle']]
    })
    expect(costs).toEqual([
      [3, 0],
      [3, 1],
      [3, 2],
    ])
  })
})

describe('PE and PE group', () => {
  it('round the product, then the sum', () => {
    // 1.5·(1 + 2^−10) = 1.50146484375 rounds to 1.501953125 (a tie to even); fused with 2048 nothing else would show
    const [gradients, weights] = [
      [2048, 1.5],
      [1, 1 + 2 ** -10],
    ]
    expect(multiplyAccumulate({ gradients, weights, from: 1, to: 2 })).toBe(1.501953125)
    // 2048 + 1.5: spacing is 2 there
    expect(multiplyAccumulate({ gradients, weights, from: 0, to: 2 })).toBe(2050)
    const pe = backwardPe({ psum: 16, gradTile: 100, weightBuffer: 9 })
    expect(pe.count(pe.measure({ gradients, weights, from: 0, to: 2 }))['gradTile.read:100']).toBe(2)
  })

  it('distinguishes two roundings from a fused multiply-add', () => {
    // 3·f16(1/3) = 0.999755859375 exactly; + 2^−12·… a product of two 11-bit numbers needs 22 bits
    const a = 1 + 2 ** -10
    const product = f16Round(a * a) // 1 + 2^−9 (+ 2^−20 lost)
    expect(multiplyAccumulate({ gradients: [-1 - 2 ** -9, a], weights: [1, a], from: 0, to: 2 })).toBe(0)
    expect(product).toBe(1 + 2 ** -9)
    expect(-1 - 2 ** -9 + a * a).toBe(2 ** -20) // what a fused unit would keep
  })

  it('takes as long as the slowest PE of the group, as the stepped tile does', () => {
    fc.assert(
      fc.property(
        fc.nat(1e6),
        fc.integer({ min: 0, max: 2 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (seed, minCycles, p) => {
          const random = rng(seed)
          const draw = (n: number) =>
            Float32Array.from({ length: n }, () => (random.next() < p ? 1 + random.below(3) : 0))
          const mask = Uint8Array.from({ length: 20 }, () => random.below(2))
          const tile = { h: 4, w: 5, kernel: 3, gradients: draw(42), weights: draw(9), ids: dealOutputIds(mask, 4) }
          const entries = { psum: 5, gradTile: 42, weightBuffer: 9 }
          const finder = effectualInputOutputFinder({ minCycles })
          const group = backwardPeGroup({ groupSize: 4, finder, pe: backwardPe(entries), entries })
          const bits = Uint8Array.from(tile.gradients, (v) => (v ? 1 : 0))
          const stepped = stepTile(
            { h: 4, w: 5, kernel: 3, inputs: [bits], outputs: [mask] },
            { groupSize: 4, minCycles, fill: 0 },
          )
          const work = group.measure(tile)
          expect(group.time(work).latency).toBe(stepped.peCycles)
          expect(work.peCycles).toEqual(stepped.busyCycles)
          expect(work.macs).toBe(stepped.macs)
          // small integers: the plain sum over the window is exact
          const sums = group.run(tile)
          sums.forEach((sum, at) => {
            let plain = 0
            for (let id = 0; id < 9; id++)
              plain +=
                tile.gradients[(Math.floor(at / 5) + Math.floor(id / 3)) * 7 + (at % 5) + (id % 3)] * tile.weights[id]
            expect(sum).toBe(mask[at] ? plain : 0)
          })
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('the Acc', () => {
  it('adds adjacent pairs level by level, an odd leaf passing on', () => {
    // ((a+b)+(c+d))+e with FP16 rounding after each: 2048+1 → 2048, 1+1 → 2, 2050, + 1 → 2051 ties to 2052
    expect(adderTree(Float64Array.of(2048, 1, 1, 1, 1), 0, 5)).toBe(2052)
    // from left to right it would stay 2048
    expect([2048, 1, 1, 1, 1].reduce((sum, x) => f16Round(sum + x))).toBe(2048)
  })

  it('joins the tree to the running sum, four outputs a cycle, one addition per row', () => {
    const acc = columnAcc({ rows: 16, lanes: 4 })
    const input = { rows: 3, partial: Float64Array.of(1, 2, 3, 4, 5, 6), running: Float64Array.of(10, 20) }
    expect(Array.from(acc.run(input))).toEqual([16, 35])
    expect(acc.count(acc.measure(input))).toEqual({ 'acc.add': 6 })
    expect(acc.time({ outputs: 9, rows: 16 }).interval).toBe(3)
    expect(acc.parts).toEqual({ 'acc.adder': 64 })
  })
})

describe('the Grad unit', () => {
  /** One neuron through a unit. */
  const one =
    (neuron: NeuronConfig) => (values: Record<'spatial' | 'potential' | 'spike' | 'open' | 'later', number>) => {
      const { spatial, potential, spike, open, later } = values
      const input = { spatial: [spatial], potentials: [potential], spikes: [spike], open: [open], later: [later] }
      const { gradU, potentialGradMask } = gradUnit(neuron).run(input)
      return { gradU: gradU[0], valid: potentialGradMask[0] === 1 }
    }
  const run = one(defaultNeuron)

  it('applies both phases of Eq. 2', () => {
    // α = 0.5, β = 1: ∇s = −0.5·1.25·2 + 3 = 1.75; ∇u = 0.5·(1 − s)·2 + 1.75
    const neuron = { spatial: 3, potential: 1.25, open: 1, later: 2 }
    expect(run({ ...neuron, spike: 1 })).toEqual({ gradU: 1.75, valid: true })
    expect(run({ ...neuron, spike: 0 })).toEqual({ gradU: 2.75, valid: true })
  })

  it('leaves only the leak where the mask is closed, and nothing after a spike', () => {
    expect(run({ spatial: 7, potential: 0, spike: 0, open: 0, later: 2 })).toEqual({ gradU: 1, valid: true })
    expect(run({ spatial: 7, potential: 3, spike: 1, open: 0, later: 2 })).toEqual({ gradU: 0, valid: false })
  })

  it('keeps to subtraction of the threshold and to a detached reset when asked', () => {
    const neuron = { spatial: 3, potential: 1.25, spike: 1, open: 1, later: 2 }
    // ∇s = −0.5·1·2 + 3 = 2; ∇u = 0.5·2 + 2
    expect(one({ ...defaultNeuron, reset: 'subtract' })(neuron).gradU).toBe(3)
    expect(one({ ...defaultNeuron, detachReset: true })(neuron).gradU).toBe(3)
  })

  it('flushes what FP16 cannot hold: such a gradient is invalid', () => {
    expect(run({ spatial: 0, potential: 0, spike: 0, open: 0, later: 2 ** -24 })).toEqual({ gradU: 0, valid: false })
  })
})
