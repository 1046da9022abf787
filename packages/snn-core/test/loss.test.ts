import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { countCrossEntropy, losses, predict, rateMse, zeroGradientSamples } from '../src/loss'

const counts = (...values: number[]) => Int32Array.from(values)

describe('rateMse', () => {
  it('by hand: one sample, three classes, T = 4', () => {
    // rates (0.25, 1, 0), label 1: errors (0.25, 0, 0); L = 0.0625 / 3; ∂L/∂s = 2·0.25 / (1·3·4)
    const { loss, gradOutput } = rateMse.evaluate({ spikeCounts: counts(1, 4, 0), labels: [1], T: 4, batch: 1 })
    expect(loss).toBe(0.0625 / 3)
    expect([...gradOutput]).toEqual([0.5 / 12, 0, 0])
  })

  it('divides by the whole batch, so that the shares of sub-batches add up', () => {
    const spikeCounts = counts(1, 4, 0, 2, 2, 3)
    const whole = rateMse.evaluate({ spikeCounts, labels: [1, 2], T: 4, batch: 2 })
    const parts = [0, 1].map((b) =>
      rateMse.evaluate({ spikeCounts: spikeCounts.slice(3 * b, 3 * b + 3), labels: [b + 1], T: 4, batch: 2 }),
    )
    expect(parts[0].loss + parts[1].loss).toBeCloseTo(whole.loss, 15)
    expect(parts.flatMap((p) => [...p.gradOutput])).toEqual([...whole.gradOutput])
  })
})

describe('countCrossEntropy', () => {
  it('by hand: equal counts give −log(1/2) and gradients of ±1/2', () => {
    const { loss, gradOutput } = countCrossEntropy.evaluate({ spikeCounts: counts(3, 3), labels: [1], T: 5, batch: 1 })
    expect(loss).toBeCloseTo(Math.log(2), 15)
    expect([...gradOutput]).toEqual([0.5, -0.5])
  })

  it('stays finite for counts far apart', () => {
    const { loss } = countCrossEntropy.evaluate({ spikeCounts: counts(5000, 0), labels: [1], T: 5000, batch: 1 })
    expect(loss).toBe(5000)
  })
})

describe('every loss', () => {
  it('has the gradient of its own loss: it equals central differences in the counts', () => {
    const work = fc.record({
      values: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 3, maxLength: 3 }),
      label: fc.nat(2),
      kind: fc.constantFrom(...(['rate-mse', 'count-cross-entropy'] as const)),
      k: fc.nat(2),
    })
    fc.assert(
      fc.property(work, ({ values, label, kind, k }) => {
        // losses are smooth functions of the counts, so fractional counts are allowed here
        const at = (shift: number) => {
          const spikeCounts = Float64Array.from(values) as unknown as Int32Array
          spikeCounts[k] += shift
          return losses[kind].evaluate({ spikeCounts, labels: [label], T: 10, batch: 3 })
        }
        const slope = (at(1e-5).loss - at(-1e-5).loss) / 2e-5
        expect(Math.abs(slope - at(0).gradOutput[k])).toBeLessThan(1e-9)
      }),
    )
  })

  it('names a label that is no class and counts that do not fit', () => {
    for (const loss of Object.values(losses)) {
      const run = (spikeCounts: Int32Array, labels: number[]) => loss.evaluate({ spikeCounts, labels, T: 4, batch: 1 })
      expect(() => run(counts(1, 2), [2])).toThrow('labels in 0..1, got 2 for sample 0')
      expect(() => run(counts(1, 2, 3), [0, 1])).toThrow('3 counts for 2 labels')
      expect(() => run(counts(1), [])).toThrow('for 0 labels')
    }
  })
})

describe('predict', () => {
  it('breaks a tie by the potentials, then by the index, and counts it all the same', () => {
    // sample 0: neurons 0 and 2 tie, 2 was nearer to firing; sample 1: all tie and are equal; sample 2: 0 fired most
    const spikeCounts = counts(2, 1, 2, 1, 1, 1, 3, 1, 1)
    const potentials = Float64Array.of(0.5, 9, 0.75, 1, 1, 1, -5, 0, 0)
    const { labels, ties } = predict(spikeCounts, 3, potentials)
    expect([...labels]).toEqual([2, 0, 0])
    expect(ties).toBe(2)
    expect(() => predict(spikeCounts, 3, potentials.subarray(1))).toThrow('9 potentials')
  })

  it('takes the neuron that fired most, without potentials the lowest on a tie, and counts ties', () => {
    const { labels, ties } = predict(counts(1, 3, 2, 5, 0, 5, 0, 0, 0), 3)
    expect([...labels]).toEqual([1, 0, 0])
    expect(ties).toBe(2)
    expect(() => predict(counts(1, 2, 3), 2)).toThrow('a multiple of 2 counts')
  })
})

describe('zeroGradientSamples', () => {
  it('counts samples whose rates equal the target exactly, for any T', () => {
    for (let T = 1; T <= 40; T++) {
      const { gradOutput } = rateMse.evaluate({ spikeCounts: counts(0, T, 0, T, 0, 0), labels: [1, 1], T, batch: 7 })
      expect(zeroGradientSamples(gradOutput, 3)).toBe(1)
    }
  })
})
