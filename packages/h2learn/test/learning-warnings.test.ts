import { describe, expect, it } from 'vitest'
import { learningWarnings } from '../src/learning-warnings'

const layers = (...rates: number[]) =>
  rates.map((firingRate, l) => ({ name: `fc${l + 1}`, firingRate, synOpsPerSample: 0, macsPerSample: 0 }))

/** An evaluation with this confusion matrix. */
const evaluation = (confusion: readonly (readonly number[])[], tieShare = 0, rates = layers(0.1, 0.1)) => {
  const samples = confusion.flat().reduce((a, b) => a + b, 0)
  const right = confusion.reduce((sum, row, k) => sum + row[k]!, 0)
  return { samples, accuracy: right / samples, tieShare, confusion, layers: rates }
}

describe('learningWarnings', () => {
  it('says nothing where every class is predicted', () => {
    expect(
      learningWarnings({
        test: evaluation([
          [9, 1, 0],
          [0, 10, 0],
          [2, 0, 8],
        ]),
      }),
    ).toEqual([])
  })

  it('names the classes that are never or hardly ever predicted, with the way out', () => {
    const never = [
      [90, 10, 0],
      [5, 95, 0],
      [60, 40, 0],
    ]
    expect(learningWarnings({ test: evaluation(never) })).toEqual([
      'Class 2 (100 test samples) is never predicted. Train longer (--steps), lower --lr, or try another --seed.',
    ])
    const hardly = [
      [90, 10, 0],
      [5, 95, 0],
      [57, 40, 3],
    ]
    expect(learningWarnings({ test: evaluation(hardly) })).toEqual([
      'Class 2 (3 times, 100 test samples) is hardly ever predicted. Train longer (--steps), lower --lr, or try another --seed.',
    ])
    // a tenth of its samples is enough, and of four samples nothing can be told
    expect(
      learningWarnings({
        test: evaluation([
          [90, 10, 0],
          [5, 95, 0],
          [50, 40, 10],
        ]),
      }),
    ).toEqual([])
    expect(
      learningWarnings({
        test: evaluation([
          [90, 10, 0],
          [5, 95, 0],
          [4, 0, 0],
        ]),
      }),
    ).toEqual([])
  })

  it('names ten classes at most', () => {
    const classes = 14
    const confusion = Array.from({ length: classes }, (_, k) =>
      Array.from({ length: classes }, (_, p) => (k < 2 ? Number(p === k) * 50 : Number(p === k % 2) * 10)),
    )
    const [first] = learningWarnings({ test: evaluation(confusion) })
    expect(first).toMatch(/^Classes 2 \(10 test samples\), .*, 11 \(10 test samples\) and 2 more are never predicted\./)
  })

  it('tells a total collapse as one thing, and an accuracy that guessing reaches', () => {
    const all = [
      [0, 50],
      [0, 50],
    ]
    expect(learningWarnings({ test: evaluation(all) })).toEqual([
      expect.stringMatching(/^Every test sample is predicted as class 1: nothing was learned\. Train longer/),
      expect.stringMatching(/^The test accuracy of 50\.0 % is no better than guessing among 2 classes\./),
    ])
    // three deviations of 0.05 over one half: 65 of 100 can be chance, 66 hardly
    expect(
      learningWarnings({
        test: evaluation([
          [33, 17],
          [18, 32],
        ]),
      })[0],
    ).toMatch(/no better than guessing/)
    expect(
      learningWarnings({
        test: evaluation([
          [33, 17],
          [17, 33],
        ]),
      }),
    ).toEqual([])
  })

  it('names silent layers, frequent ties and steps without a gradient', () => {
    const confusion = [
      [40, 10],
      [10, 40],
    ]
    const test = evaluation(confusion, 0.75, layers(0.1, 0, 0))
    expect(learningWarnings({ test, stalled: { steps: 30, last: 99 } })).toEqual([
      expect.stringMatching(/^fc2 and fc3 never fire on the test samples, .* Lower --lr/),
      expect.stringMatching(/^In 75\.0 % of the test samples several classes fired equally often/),
      expect.stringMatching(/^No gradient was left in 30 steps up to step 99 .* Widen --grad-window, or lower --lr\.$/),
    ])
  })
})
