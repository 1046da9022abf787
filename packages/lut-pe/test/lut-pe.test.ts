import { ConfigError } from '@h2learn/hw'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lutPe } from '../src'

const pe = lutPe({ lanes: 4, subLutInputs: [3, 3, 3] })

describe('lutPe', () => {
  it('emits one partial sum per kernel row of a window', () => {
    const weights = [1, 2, 4, 10, 20, 40, 100, 200, 400]
    // rows 101, 010, 111: 1 + 4, 20, 100 + 200 + 400
    expect(pe.run({ weights, windows: [[1, 0, 1, 0, 1, 0, 1, 1, 1]] }).map((p) => Array.from(p))).toEqual([
      [5, 20, 700],
    ])
  })

  it('equals the dense sum of the weights under spikes', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 9, maxLength: 9 })
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 9, maxLength: 9 }),
        bits,
        (weights, window) => {
          const [partials] = pe.run({ weights, windows: [window] })
          expect(partials!.reduce((sum, p) => sum + p, 0)).toBe(weights.reduce((sum, w, i) => sum + w * window[i]!, 0))
        },
      ),
    )
  })

  it('takes 8 cycles to fill and 4 windows per cycle', () => {
    const work = pe.measure({ weights: new Array(9).fill(1), windows: new Array(10).fill(new Array(9).fill(0)) })
    // 8 + ⌈10 / 4⌉
    expect(pe.time(work).latency).toBe(11)
    // 3 sub-LUTs × (8 writes, 4 additions), 3 × 10 lookups
    expect(pe.count(work)).toEqual({ 'subLut.add': 12, 'subLut.write': 24, 'subLut.read:8': 30 })
  })

  it('has three sub-LUTs of 16 bytes and a read port per lane', () => {
    expect(pe.parts).toEqual({ 'subLut.bit': 3 * 16 * 8, 'subLut.portBit': 4 * 3 * 16 * 7 })
  })

  it('counts idle sub-LUTs of a small kernel as nothing', () => {
    const work = pe.measure({ weights: [2], windows: [[1]] })
    expect(pe.count(work)).toEqual({ 'subLut.add': 0, 'subLut.write': 2, 'subLut.read:8': 1 })
  })

  it('refuses more weights than it folds and windows of another size', () => {
    expect(() => pe.run({ weights: new Array(10).fill(0), windows: [] })).toThrow(
      /lut-pe\/weights: expected at most 9, got 10/,
    )
    expect(() => pe.run({ weights: [1, 2], windows: [[1]] })).toThrow(ConfigError)
    expect(() => lutPe({ lanes: 0, subLutInputs: [3] })).toThrow(ConfigError)
    expect(() => lutPe({ lanes: 1, subLutInputs: [] })).toThrow(
      'lut-pe: subLutInputs: expected a list of 1 to 64 integers from 1 to 12',
    )
  })
})
