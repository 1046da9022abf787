import { describe, expect, it } from 'vitest'
import { poolCurrent } from '../src'
import { poolCurrents } from '../src/pooling'

describe('poolCurrent', () => {
  it('adds (a + b) + (c + d) and takes a quarter', () => {
    // (2048 + 1) = 2048 by the tie, (1 + 1) = 2, together 2050, a quarter 512.5; left to right would give 512
    expect(poolCurrent([2048, 1, 1, 1])).toBe(512.5)
  })
})

describe('poolCurrents', () => {
  it('turns the channels outward, pools 2×2 and drops the last row and column of an odd map', () => {
    // one map of 3×3 positions, 2 channels: channel 0 holds 4·position, channel 1 its negative
    const currents = new Float32Array(18)
    for (let p = 0; p < 9; p++) {
      currents[2 * p] = 4 * p
      currents[2 * p + 1] = -4 * p
    }
    const size = { V: 1, K: 2, convH: 3, convW: 3, outH: 1, outW: 1, pool: 2 }
    // positions 0, 1, 3, 4: (0 + 4 + 12 + 16) / 4 = 8
    expect(Array.from(poolCurrents(currents, size))).toEqual([8, -8])
  })

  it('agrees with poolCurrent for every pooling size', () => {
    for (const pool of [2, 3, 4]) {
      const window = Float32Array.from({ length: pool * pool }, (_, i) => (i % 2 ? 2048 : 1 + i))
      const size = { V: 1, K: 1, convH: pool, convW: pool, outH: 1, outW: 1, pool }
      expect(poolCurrents(window, size)[0]).toBe(poolCurrent(window))
    }
  })
})
