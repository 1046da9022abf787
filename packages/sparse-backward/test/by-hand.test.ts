import { defaultNeuron, f16Encode, f16Value, packBits, parseNetwork, tensor } from '@h2learn/snn-core'
import { describe, expect, it } from 'vitest'
import { backwardEngine } from '../src/backward-engine'
import { denseBackwardEngine, inputSparseBackwardEngine, outputSparseBackwardEngine } from '../src/baselines'
import { dealOutputIds } from '../src/effectual-output-finder'
import { totalPeCycles } from '../src/work'
import type { LayerPass } from './random-pass'

/**
 * One channel to one channel, a 4×4 tile, T = B = 1:
 *
 *     ∇u   2 . . .      ∇s̃   x x . .      kernel  1 2 3
 *          . 3 . .           . . . .              4 5 6
 *          . . . .           . . x .              7 8 9
 *          . . . 1           x . . x
 *
 * Valid inputs of the 3×3 windows: (0,0) sees 2 and 3; (0,1) sees 2 and 3; (2,2) sees 3 and 1; (3,0) none; (3,3) sees 1.
 */
const tile4 = (): LayerPass => {
  const [below, layer] = parseNetwork('1C3-1C3', { input: { C: 1, H: 4, W: 4 }, T: 1 }).layers
  const shape = { T: 1, B: 1, C: 1, H: 4, W: 4 }
  const at = (values: Record<number, number>) => Array.from({ length: 16 }, (_, i) => values[i] ?? 0)
  const spikeGradMask = tensor('TBCHW', 'bit', shape, packBits(at({ 0: 1, 1: 1, 10: 1, 12: 1, 15: 1 })))
  return {
    kind: 'layer',
    T: 1,
    B: 1,
    layer,
    neuron: defaultNeuron,
    gradU: tensor('TBCHW', 'f16', shape, f16Encode(at({ 0: 2, 5: 3, 15: 1 }))),
    weights: tensor('KCRS', 'f16', { K: 1, C: 1, R: 3, S: 3 }, f16Encode([1, 2, 3, 4, 5, 6, 7, 8, 9])),
    target: {
      layer: below,
      spikeGradMask,
      spikes: tensor('TBCHW', 'bit', shape),
      potentials: { mask: spikeGradMask, values: f16Encode([0.75, 0.75, 0.75, 0.75, 0.75]) },
    },
  }
}
const oneGroup = { rows: 1, cols: 1, tile: 4 }

describe('a 4×4 tile on one PE group, by hand', () => {
  it('deals the five outputs to four buffers in turn: the fifth goes to the first again', () => {
    const bits = [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1]
    expect(dealOutputIds(bits, 4)).toEqual([[0, 15], [1], [10], [12]])
  })

  it('computes the five gradients with the kernel rotated by 180°', () => {
    const { gradU } = backwardEngine(oneGroup).run(tile4())
    // ∇s[y,x] = Σ ∇u[y',x'] · w[1 + y − y', 1 + x − x'], T = 1 and β = 1: ∇u = ∇s
    const expected = new Array(16).fill(0)
    expected[0] = 2 * 5 + 3 * 1
    expected[1] = 2 * 6 + 3 * 2
    expected[10] = 3 * 9 + 1 * 1
    expected[15] = 1 * 5
    expect(Array.from(gradU.data, f16Value)).toEqual(expected)
  })

  it('counts cycles: PE 0 has (0,0) and (3,3), 2 + 1; the window of (3,0) is empty and costs one', () => {
    const work = backwardEngine(oneGroup).measure(tile4())
    expect(work.busiestCycles).toEqual(Float64Array.of(3))
    // first scan 4 rows, tile 3 + 4 fill (the Acc needs ⌈5/4⌉ = 2 under it), Grad of 16 neurons exposed
    expect(work.iterations.cycles).toEqual(Float64Array.of(4 + 7 + 16))
    expect(work.peCycles).toEqual({
      effectual: 2 + 2 + 2 + 0 + 1,
      ineffectual: 0,
      emptyWindow: 1,
      // PEs are busy 3, 2, 2, 1 of 3 cycles
      peImbalance: 0 + 1 + 1 + 2,
      groupImbalance: 0,
      unused: 0,
      fill: 4 * 4,
      scan: 4 * 4,
      acc: 0,
      grad: 4 * 16,
    })
    expect(totalPeCycles(work.peCycles)).toBe(4 * 27)
    expect(work.macs).toEqual({ all: 16 * 9, effectual: 7, skipped: 137, performed: 7 })
    expect(work.emptyWindows).toEqual(Float64Array.of(1))
  })

  it('counts cycles of the baselines', () => {
    const busiest = (engine: ReturnType<typeof backwardEngine>) => engine.measure(tile4()).busiestCycles[0]
    // 16 outputs on 4 PEs, 9 cycles each
    expect(busiest(denseBackwardEngine(oneGroup))).toBe(4 * 9)
    // PE 0 has two valid outputs
    expect(busiest(outputSparseBackwardEngine(oneGroup))).toBe(2 * 9)
    // valid inputs per window: 2 2 1 0 / 2 2 1 0 / 1 1 2 1 / 0 0 1 1, at least 1 each; PE p has column p
    expect(busiest(inputSparseBackwardEngine(oneGroup))).toBe(2 + 2 + 1 + 1)
  })

  it('moves the bytes of the byte rule', () => {
    const work = backwardEngine(oneGroup).measure(tile4())
    // 16 gradients of 2 bytes and their mask, 9 weights; 5 potentials, 2 masks; 16 ∇u and their mask
    const loads = 32 + 2 + 18
    expect(work.iterations.bytes).toEqual(Float64Array.of(loads + 10 + 4 + 32 + 2))
    // before the first cycle: gradients, mask, weights and ∇s̃ of the tile
    expect(work.firstFillBytes).toBe(loads + 2)
  })

  it('prices the actions of the units', () => {
    const engine = backwardEngine(oneGroup)
    expect(engine.count(engine.measure(tile4()))).toEqual({
      'outputFinder.scan': 4,
      'inputFinder.cycle': 4 * 7,
      'mac.multiply': 7,
      'mac.add': 7,
      'gradTile.read:36': 7,
      'weightBuffer.read:9': 7,
      'psum.read:4': 7,
      'psum.write': 7,
      'acc.add': 5,
      'pool.scale': 0,
      'grad.update': 16,
      // gradient tile 32, weights 18, partial sums 5·2; masks, potentials and ∇u: 2 + 10 + 4 + 34
      'glb.read': 32 + 18 + 10 + 50,
      'glb.write': 32 + 18 + 10 + 50,
    })
  })
})
