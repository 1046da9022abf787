import { paper } from '@h2learn/paper'
import { parseNetwork } from '@h2learn/snn-core'
import { backwardConfig, backwardWhatIf } from '@h2learn/sparse-backward'
import { describe, expect, it } from 'vitest'
import { calibrateFill } from '../src'

describe('calibrateFill', () => {
  it('finds 4 cycles, and a speed-up within 2 percent of the printed 5.19', () => {
    const { fill, speedup, printed, error_pct } = calibrateFill()
    expect(fill).toBe(4)
    expect(printed).toBe(paper.backward.speedup.value)
    // (144 + 4) / (24.7 + 4) with many random tiles; the study's 5.25 is 148 / 28.2 from 24 of them
    expect(Math.abs(speedup / (148 / 28.74) - 1)).toBeLessThan(0.01)
    expect(Math.abs(speedup / 5.25 - 1)).toBeLessThan(0.025)
    expect(Math.abs(error_pct)).toBeLessThan(2)
  })

  it('is nearer to the printed speed-up than with a cycle less or more', () => {
    const { layers } = parseNetwork('128C3', { input: { C: 128, H: 16, W: 16 }, T: 10 })
    const work = { layer: layers[0]!, T: 10, B: 4, outputSparsity: 0.75, inputSparsity: 0.75, trials: 400 }
    const time = (fill: number, mode: 'dense' | 'both') =>
      backwardWhatIf(work, { fill, idealRates: true }, mode).iterations.cycles.reduce((sum, c) => sum + c, 0)
    const miss = (fill: number) => Math.abs(time(fill, 'dense') / time(fill, 'both') - paper.backward.speedup.value)
    expect(miss(4)).toBeLessThan(Math.min(miss(3), miss(5)))
    expect(time(4, 'dense') / time(4, 'both')).toBeCloseTo(calibrateFill().speedup, 9)
  })

  it('finds the fill that the Backward Engine has by default', () => {
    expect(backwardConfig().fill).toBe(calibrateFill().fill)
  })

  it('gives the same constants every time', () => {
    expect(calibrateFill()).toBe(calibrateFill())
  })
})
