import { f16Round } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { accTree, accumulator, gatedPartialSums, lutPartialSums, selectedWords } from '../src'

const real = fc.float({ min: -8, max: 8, noNaN: true }).map((x) => f16Round(x) + 0)

describe('accTree', () => {
  it('adds adjacent pairs level by level, so that the place of a leaf decides what is rounded away', () => {
    // (2048 + 1) = 2048 (tie to even), then + 1 = 2048
    expect(accTree([2048, 1, 1])).toBe(2048)
    // (1 + 1) = 2, then + 2048 = 2050
    expect(accTree([1, 1, 2048])).toBe(2050)
    // four leaves: (2048 + 1) + (1 + 1) = 2048 + 2 = 2050; from left to right it would stay 2048
    expect(accTree([2048, 1, 1, 1])).toBe(2050)
  })

  it('lets an odd leaf pass on to the next level', () => {
    // level 1: 2048 + 1 = 2048, 1 + 1 = 2, 1 passes; level 2: 2050, 1 passes; level 3: 2050 + 1 = 2051, a tie to 2052
    expect(accTree([2048, 1, 1, 1, 1])).toBe(2052)
  })

  it('of nothing is +0, and of one leaf that leaf', () => {
    expect(accTree([])).toBe(0)
    expect(accTree([-3])).toBe(-3)
  })

  it('does not change a bit when rows are missing: leaves of absent rows are +0', () => {
    fc.assert(
      fc.property(fc.array(real, { minLength: 1, maxLength: 40 }), fc.nat(40), (leaves, absent) => {
        expect(accTree([...leaves, ...new Array<number>(absent).fill(0)])).toBe(accTree(leaves))
      }),
    )
  })
})

describe('accumulator', () => {
  it('gives the tree over all leaves while it is shown only those with spikes, for lookup, gates and plain words', () => {
    const leaf = fc.record({ operands: fc.array(real, { minLength: 6, maxLength: 6 }), address: fc.nat(7) })
    fc.assert(
      fc.property(fc.array(leaf, { minLength: 1, maxLength: 30 }), real, (leaves, before) => {
        const columns = 2
        const inputs = leaves.map(() => 3)
        for (const pes of [lutPartialSums(inputs, columns), gatedPartialSums(inputs, columns)]) {
          leaves.forEach(({ operands }, i) => {
            pes.load(i, Float32Array.from(operands), 3)
          })
          const acc = accumulator(pes)
          leaves.forEach(({ address }, i) => {
            if (address) acc.leaf(i, address)
          })
          const running = Float32Array.of(7, before, before)
          acc.add(running, 1, 1)
          for (let k = 0; k < columns; k++) {
            // operand i of column k lies at i·columns + k; bits are added from 0 up
            const sums = leaves.map(({ operands, address }) =>
              [0, 1, 2].reduce((sum, i) => ((address >> i) & 1 ? f16Round(sum + operands[i * columns + k]!) : sum), 0),
            )
            expect(running[1 + k]).toBe(f16Round(before + accTree(sums)))
          }
          expect(running[0]).toBe(7)
        }
      }),
    )
  })

  it('scales a plane before it adds: running + round(tree · scale)', () => {
    const pes = selectedWords(2, 1)
    pes.load(0, Float32Array.of(3), 1)
    pes.load(1, Float32Array.of(5), 1)
    const acc = accumulator(pes)
    acc.leaf(0, 1)
    acc.leaf(1, 1)
    const running = Float32Array.of(1)
    acc.add(running, 0, 0.25)
    // 1 + (3 + 5)/4
    expect(running[0]).toBe(3)
    acc.clear()
    acc.add(running, 0, 0.25)
    expect(running[0]).toBe(3)
  })
})
