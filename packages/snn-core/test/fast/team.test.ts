import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alone, piecesOf, shareOf } from '../../src/fast/team'

describe('piecesOf', () => {
  it('covers every item once, in order, within its bounds, and ends with small pieces', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 0, max: 600 }),
        fc.integer({ min: 1, max: 700 }),
        fc.integer({ min: 1, max: 40 }),
        (size, n, most, least) => {
          const team = { ...alone, size }
          const pieces = piecesOf(team, n, most, least)
          let next = 0
          for (const { at, n: items } of pieces) {
            expect(at).toBe(next)
            expect(items).toBeLessThanOrEqual(most)
            next += items
          }
          expect(next).toBe(n)
          if (size > 1)
            for (const { at, n: items } of pieces) expect(items).toBeGreaterThanOrEqual(Math.min(most, least, n - at))
          // one thread: as few pieces as there can be
          else expect(pieces.length).toBe(Math.ceil(n / most))
        },
      ),
    )
    // by hand: a quarter of what is left, each time
    expect(piecesOf({ ...alone, size: 2 }, 10, 10).map(({ n }) => n)).toEqual([3, 2, 2, 1, 1, 1])
  })
})

describe('shareOf', () => {
  it('gives every item to one thread', () => {
    const shares = [0, 1, 2].map((me) => shareOf({ ...alone, size: 3, me }, 10))
    expect(shares).toEqual([
      [0, 3],
      [3, 6],
      [6, 10],
    ])
  })
})
