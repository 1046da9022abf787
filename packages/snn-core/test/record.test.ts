import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RealArray, StepRecord } from '../src/api'
import { InputError } from '../src/errors'
import { f16Round } from '../src/f16'
import { recordStep, sparsityOf } from '../src/record'
import { getBit, sizeOf, unpackBits } from '../src/tensor'
import { trainNetwork } from '../src/trainer'
import type { StepView } from '../src/training-steps'
import { toyRun } from './toy'

/** Views of the first steps of a run, copied. */
const viewsOf = async (run: ReturnType<typeof toyRun>): Promise<(StepView & { gradientDensity: number[] })[]> => {
  const views: (StepView & { gradientDensity: number[] })[] = []
  await trainNetwork({
    ...run,
    hooks: {
      beforeUpdate: ({ report, weights, indices }) => {
        const gradientDensity = report.layers.map((l) => l.gradientDensity)
        views.push({ report, weights: weights.slice(), indices: indices.slice(), gradientDensity })
      },
    },
  })
  return views
}
const recorder = (run: ReturnType<typeof toyRun>, view: StepView) => (rows: number[]) => {
  const { network, samples, config } = run
  const draw = { seed: config.seed, epoch: view.report.epoch }
  return recordStep({ ...config, network, samples, ...view, draw, rows })
}
/** Everything of one sample of a record, as numbers. */
const sampleOf = (record: StepRecord, b: number) =>
  record.layers.map(({ potentials, spikes, spikeGradMask, gradU }) => {
    const { T, B, C, H, W } = potentials.shape
    const n = C * H * W
    const pick = (data: RealArray | Uint8Array) =>
      Array.from({ length: T }, (_, t) => [...data.subarray((t * B + b) * n, (t * B + b + 1) * n)]).flat()
    const bits = (words: Uint32Array) => pick(unpackBits(words, T * B * n))
    return [pick(potentials.data), bits(spikes.data), bits(spikeGradMask.data), pick(gradU.data)]
  })

describe('recordStep', () => {
  it('gives the same bits for a sample in any sub-batch, rate-coded input included', async () => {
    for (const text of ['4C3S2(Encoding)-6C3-2FC', '4C3-AP2(spikes)-2FC']) {
      const run = toyRun({ epochs: 1 }, 44, text)
      const view = (await viewsOf(run))[1]
      const record = recorder(run, view)
      const whole = record(view.indices.length ? [...view.indices.keys()] : [])
      fc.assert(
        fc.property(fc.uniqueArray(fc.nat(19), { minLength: 1, maxLength: 6 }), (rows) => {
          const part = record(rows)
          expect([part.B, part.batch]).toEqual([rows.length, 20])
          rows.forEach((row, b) => {
            expect(sampleOf(part, b)).toEqual(sampleOf(whole, row))
          })
        }),
        { numRuns: 10 },
      )
    }
  })

  it('is what the training step did: its gradients divided by the batch give the update of plain SGD', async () => {
    const run = toyRun({ epochs: 1, batch: 8, schedule: 'constant', optimizer: { kind: 'sgd', learningRate: 0.25 } })
    const views = await viewsOf(run)
    const record = recorder(run, views[1])([0, 1, 2, 3, 4, 5, 6, 7])
    // ∇w of the last layer (FC): Σ_b Σ_t s·∇u, here in double
    const { layer, input, gradU } = record.layers[2]
    const inputs = layer.C * layer.H * layer.W
    const from = views[1].weights.length - layer.K * inputs
    expect(input.kind).toBe('spikes')
    for (let k = 0; k < layer.K; k++)
      for (let i = 0; i < inputs; i++) {
        let grad = 0
        for (let map = 0; map < 4 * 8; map++)
          if (getBit(input.data.data as Uint32Array, map * inputs + i)) grad += gradU.data[map * layer.K + k]
        const at = from + k * inputs + i
        expect(views[2].weights[at]).toBeCloseTo(views[1].weights[at] - 0.25 * grad, 6)
      }
    expect(record.layers[0].weights.data).toEqual(views[1].weights.subarray(0, 36))
    expect(gradU.data.some((g) => g !== 0)).toBe(true)
  })

  it('counts as many non-zero ∇u over a whole batch as the step itself reported', async () => {
    const run = toyRun({ epochs: 1 })
    for (const view of await viewsOf(run)) {
      const record = recorder(run, view)([...view.indices.keys()])
      expect(sparsityOf(record).map((s) => 1 - s.inputSparsity)).toEqual(
        view.gradientDensity.map((d) => expect.closeTo(d, 12)),
      )
      expect(sparsityOf(record).map((s) => 1 - s.outputSparsity)).toEqual(
        view.report.layers.map((l) => expect.closeTo(l.maskDensity, 12)),
      )
      expect(sparsityOf(record).map((s) => s.underflowShare)).toEqual(
        view.report.layers.map((l) => expect.closeTo(l.underflowShare, 12)),
      )
    }
  })

  it('carries the step, the loss of the whole batch and ∂L/∂s of the sub-batch', async () => {
    const run = toyRun({ epochs: 1 })
    const view = (await viewsOf(run))[1]
    const record = recorder(run, view)([3, 4])
    const { step, samplesSeen, loss, accuracy, zeroLossShare } = view.report
    expect(record).toMatchObject({ step, samplesSeen, loss, accuracy, zeroLossShare, B: 2, batch: 20 })
    expect(record.gradOutput.shape).toEqual({ T: 1, B: 2, C: 2, H: 1, W: 1 })
    // 2·(r − y)/(B·K·T) with r a multiple of 1/4: multiples of 2/(20·2·4·4) = 1/320
    for (const g of record.gradOutput.data) expect(g * 320).toBeCloseTo(Math.round(g * 320), 9)
  })

  it.each([[[]], [[20]], [[-1]], [[0.5]], [[1, 1]]])('refuses the rows %j', async (rows) => {
    const run = toyRun({ maxSteps: 1 })
    const [view] = await viewsOf(run)
    expect(() => recorder(run, view)(rows)).toThrow(InputError)
  })
})

describe('sparsityOf', () => {
  it('counts zeros of masks and gradients, before and after rounding to FP16', async () => {
    const run = toyRun({ epochs: 1 })
    const view = (await viewsOf(run))[0]
    const record = recorder(run, view)([...view.indices.keys()])
    // gradients are made tiny so that some underflow: 2^−16 times
    const layers = record.layers.map((l) => ({ ...l, gradU: { ...l.gradU, data: l.gradU.data.map((g) => g / 65536) } }))
    sparsityOf({ ...record, layers } as StepRecord).forEach((s, l) => {
      const { gradU, spikeGradMask } = layers[l]
      const n = sizeOf('TBCHW', gradU.shape)
      const zeros = [...gradU.data].filter((g) => g === 0).length
      const flushed = [...gradU.data].filter((g) => g !== 0 && f16Round(g) === 0).length
      const closed = [...unpackBits(spikeGradMask.data, n)].filter((bit) => bit === 0).length
      expect(s.inputSparsity).toBeCloseTo(zeros / n, 12)
      expect(s.inputSparsityF16).toBeCloseTo((zeros + flushed) / n, 12)
      expect(s.outputSparsity).toBeCloseTo(closed / n, 12)
      expect(s.underflowShare).toBeCloseTo(flushed / (n - zeros), 12)
      expect(flushed).toBeGreaterThan(0)
    })
  })
})
