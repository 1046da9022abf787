import { describe, expect, it } from 'vitest'
import { kernelPasses } from '../src/windows'

describe('kernelPasses', () => {
  it('takes a 3×3 kernel in one pass, a kernel row per sub-LUT', () => {
    expect(kernelPasses(9, [3, 3, 3])).toEqual([{ first: 0, count: 9, taps: [3, 3, 3] }])
  })

  it('takes a 5×5 kernel in three passes of 9, 9 and 7 raster taps', () => {
    expect(kernelPasses(25, [3, 3, 3])).toEqual([
      { first: 0, count: 9, taps: [3, 3, 3] },
      { first: 9, count: 9, taps: [3, 3, 3] },
      { first: 18, count: 7, taps: [3, 3, 1] },
    ])
  })

  it('leaves two sub-LUTs idle for a 1×1 kernel', () => {
    expect(kernelPasses(1, [3, 3, 3])).toEqual([{ first: 0, count: 1, taps: [1, 0, 0] }])
  })

  it('deals taps to unequal sub-LUTs', () => {
    expect(kernelPasses(9, [5, 4])).toEqual([{ first: 0, count: 9, taps: [5, 4] }])
  })
})
