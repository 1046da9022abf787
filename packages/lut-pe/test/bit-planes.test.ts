import { ConfigError } from '@h2learn/hw'
import { tensor } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bitPlanes, levelPlanes, pixelPlanes, planeBytes, spikePlane } from '../src'

describe('bitPlanes', () => {
  it('needs 3 planes for the 5 levels of AP2(spikes), worth 1/4, 2/4 and 4/4', () => {
    expect(levelPlanes(4)).toEqual({ planes: 3, scales: [0.25, 0.5, 1], oncePerSample: false })
  })

  it('takes pixels q/256 in 8 planes, once per sample', () => {
    expect(pixelPlanes.scales).toEqual([1 / 256, 1 / 128, 1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2])
    expect(pixelPlanes.oncePerSample).toBe(true)
  })

  it('takes spikes, and levels of 1×1 pooling, as one plane', () => {
    expect(levelPlanes(1)).toBe(spikePlane)
  })

  it('puts a value back together from its planes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 225 }), fc.nat(225), (levels, value) => {
        fc.pre(value <= levels)
        const { planes, scales } = levelPlanes(levels)
        expect(value >>> planes).toBe(0)
        expect(scales.reduce((sum, scale, p) => sum + ((value >>> p) & 1) * scale, 0)).toBeCloseTo(value / levels, 12)
      }),
    )
  })

  it('refuses analog input and says why', () => {
    const input = { kind: 'analog', data: tensor('BCHW', 'f32', { B: 1, C: 1, H: 1, W: 1 }) } as const
    expect(() => bitPlanes('forward-engine', input)).toThrow(ConfigError)
    expect(() => planeBytes('forward-engine', input)).toThrow(
      'forward-engine/input: expected spikes, levels of pooled spikes or 8-bit pixels, got analog values; a spike-addressed LUT takes bits',
    )
  })
})
