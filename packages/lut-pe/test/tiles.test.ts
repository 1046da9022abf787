import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finishedNeurons, inputPixels, mapTiles, touchingNeurons } from '../src'
import { layerOf } from './workload'

const size = fc.integer({ min: 1, max: 30 })

describe('mapTiles', () => {
  it('cuts a 42×42 map into 6×6 tiles whose last ones are 2 wide', () => {
    const tiles = mapTiles(42, 42, 8)
    expect(tiles).toHaveLength(36)
    expect(tiles[5]).toEqual({ y: 0, x: 40, h: 8, w: 2 })
    expect(tiles[35]).toEqual({ y: 40, x: 40, h: 2, w: 2 })
  })

  it('covers every position once, in raster order of tiles', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 9 }), (H, W, edge) => {
        const seen = new Set<number>()
        for (const { y, x, h, w } of mapTiles(H, W, edge))
          for (let i = 0; i < h * w; i++) seen.add((y + Math.floor(i / w)) * W + x + (i % w))
        expect(seen.size).toBe(H * W)
        expect(mapTiles(H, W, edge).reduce((n, { h, w }) => n + h * w, 0)).toBe(H * W)
      }),
    )
  })
})

describe('finishedNeurons', () => {
  it('gives every pooled neuron to exactly one tile', () => {
    fc.assert(
      fc.property(size, size, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4 }), (H, W, edge, pool) => {
        const [outH, outW] = [Math.floor(H / pool), Math.floor(W / pool)]
        const count = (of: (tile: { y: number; x: number; h: number; w: number }) => number) =>
          mapTiles(H, W, edge).reduce((n, tile) => n + of(tile), 0)
        expect(
          count((tile) => {
            const { h, w } = finishedNeurons(tile, pool, outH, outW)
            return h * w
          }),
        ).toBe(outH * outW)
        // a neuron whose window lies in several tiles is loaded into each of them
        expect(count((tile) => touchingNeurons(tile, pool, outH, outW))).toBeGreaterThanOrEqual(outH * outW)
      }),
    )
  })

  it('leaves dropped rows of an odd map to nobody: 9×9 pooled by 2', () => {
    // the corner tile 1×1 at (8, 8) lies wholly in the dropped row and column
    expect(finishedNeurons({ y: 8, x: 8, h: 1, w: 1 }, 2, 4, 4)).toMatchObject({ h: 0, w: 0 })
    expect(touchingNeurons({ y: 8, x: 8, h: 1, w: 1 }, 2, 4, 4)).toBe(0)
  })
})

describe('inputPixels', () => {
  it('is the tile scaled by the stride, without halo and cut at the edge of the map', () => {
    const layer = layerOf('4C3S2', 1, 9, 9)
    // 9×9 with stride 2 gives 5×5: the tile reads rows 0..9, of which 9 exist
    expect(inputPixels({ y: 0, x: 0, h: 5, w: 5 }, layer)).toBe(81)
    expect(inputPixels({ y: 4, x: 0, h: 1, w: 4 }, layer)).toBe(1 * 8)
  })
})
