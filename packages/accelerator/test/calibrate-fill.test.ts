import { paper } from '@h2learn/cost-model'
import { backwardConfig } from '@h2learn/sparse-backward'
import { describe, expect, it } from 'vitest'
import { calibrateFill } from '../src'

describe('calibrateFill', () => {
  it('finds 4 cycles, and a speed-up within 2 percent of the printed 5.19', () => {
    const { fill, speedup, printed, error_pct } = calibrateFill()
    expect(fill).toBe(4)
    expect(printed).toBe(paper.backward.speedup.value)
    // the study finds 148 / 28.2 = 5.25 with its own random tiles
    expect(Math.abs(speedup / 5.25 - 1)).toBeLessThan(0.01)
    expect(Math.abs(error_pct)).toBeLessThan(2)
  })

  it('finds the fill that the Backward Engine has by default', () => {
    expect(backwardConfig().fill).toBe(calibrateFill().fill)
  })

  it('gives the same constants every time', () => {
    expect(calibrateFill()).toBe(calibrateFill())
  })
})
