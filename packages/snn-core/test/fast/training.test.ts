import { describe, expect, it } from 'vitest'
import { decodeCheckpoint, encodeCheckpoint } from '../../src/checkpoint'
import { evaluateNetwork } from '../../src/evaluate'
import { takeFastActivity } from '../../src/fast/phases'
import { localGradients } from '../../src/gradient-source'
import { trainNetwork } from '../../src/trainer'
import { trainingConfig } from '../../src/training-config'
import { identifySamples, type TrainingState } from '../../src/training-state'
import type { StepReport } from '../../src/training-steps'
import { bitsOf, halves, toyRun } from '../toy'

const TEXT = '4C3S2(Encoding)-6C2P0-AP2-2FC'

describe.each(['fast', 'folded'] as const)("training with backend '%s'", (backend) => {
  it('resumes bit for bit after any step through a checkpoint, which keeps the backend', async () => {
    const run = toyRun({ epochs: 2, backend }, 44, TEXT)
    const { network, config } = run
    const meta = { network, neuron: config.neuron, config, dataset: identifySamples(run.samples) }
    const saved: Uint8Array[] = []
    const onStep = (_: unknown, state: TrainingState) => void saved.push(encodeCheckpoint(state, meta))
    takeFastActivity()
    const whole = await trainNetwork({ ...run, hooks: { onStep } })
    expect(takeFastActivity().effectual.weightGradient).toBeGreaterThan(0)
    expect(saved.length).toBe(6)
    for (const bytes of saved) {
      const { state, meta: kept } = decodeCheckpoint(bytes)
      expect(kept.config.backend).toBe(backend)
      const rest = await trainNetwork({ ...run, config: kept.config, state })
      expect(bitsOf(rest.state.weights)).toEqual(bitsOf(whole.state.weights))
      expect(rest.state.optimizer.moments.map(bitsOf)).toEqual(whole.state.optimizer.moments.map(bitsOf))
      expect(rest.state.history).toEqual(whole.state.history)
    }
  })

  it('trains weights that were made in the room of the source to the same bits, and gives back a copy', async () => {
    const run = toyRun({ epochs: 2, backend }, 44, TEXT)
    const whole = await trainNetwork(run)
    const gradients = localGradients()
    const room = (await gradients.room!({ network: run.network, ...run.config }))!
    room.set(run.state.weights)
    const state = { ...run.state, weights: room }
    const stopped = await trainNetwork({ ...run, state, gradients, signal: AbortSignal.abort() })
    const own = await trainNetwork({ ...run, state, gradients })
    expect(bitsOf(own.state.weights)).toEqual(bitsOf(whole.state.weights))
    // the updates were made in the room, and neither state lies there
    expect(bitsOf(room)).toEqual(bitsOf(whole.state.weights))
    room.fill(0)
    expect(bitsOf(own.state.weights)).toEqual(bitsOf(whole.state.weights))
    expect(bitsOf(stopped.state.weights)).toEqual(bitsOf(run.state.weights))
    await gradients.close()
  })

  it('leaves the weights in the room alone when others are evaluated', async () => {
    const { network, config, state } = toyRun({ backend }, 44, TEXT)
    const gradients = localGradients()
    const room = (await gradients.room!({ network, ...config }))!
    room.fill(1)
    const samples = halves(30, 5)
    await evaluateNetwork({ ...config, network, weights: state.weights, samples, gradients })
    expect(new Set(room)).toEqual(new Set([1]))
    await gradients.close()
  })

  it.each([
    { kind: 'sgd', learningRate: 0.2 },
    { kind: 'sgd', learningRate: 0.2, momentum: 0.9 },
    { kind: 'adam', learningRate: 0.05 },
  ] as const)('gives every layer its own rate, as the reference does (%o)', async (optimizer) => {
    // layers of 36, 30, 90 weights, then 5·27 and 2·45: most end within a vector
    for (const text of [TEXT, '4C3S2(Encoding)-5C3-2FC', '3C3(Encoding)-5FC-2FC']) {
      const train = (layerRates: 'equal' | 'fan-in', own: typeof backend | 'reference') =>
        trainNetwork(toyRun({ epochs: 1, backend: own, optimizer, layerRates, lossScale: 8 }, 44, text))
      const [own, other, equal] = await Promise.all([
        train('fan-in', backend),
        train('fan-in', 'reference'),
        train('equal', backend),
      ])
      const far = Math.max(...Array.from(own.state.weights, (w, i) => Math.abs(w - other.state.weights[i])))
      expect(far).toBeLessThanOrEqual(backend === 'fast' ? 0 : 1e-3)
      expect(bitsOf(own.state.weights)).not.toEqual(bitsOf(equal.state.weights))
    }
  })

  it('evaluates to the figures of the reference', async () => {
    const { network, state, config } = toyRun({ backend }, 44, TEXT)
    const run = { network, weights: state.weights, samples: halves(30, 5), neuron: config.neuron, loss: config.loss }
    expect(await evaluateNetwork({ ...run, backend })).toEqual(await evaluateNetwork({ ...run, backend: 'reference' }))
  })

  it('learns what the reference learns, each network in turn in the same thread', async () => {
    const texts = [TEXT, '4C3(Encoding)-AP2-2FC', TEXT]
    for (const text of texts) {
      const own = await trainNetwork(toyRun({ epochs: 1, backend }, 44, text))
      const other = await trainNetwork(toyRun({ epochs: 1, backend: 'reference' }, 44, text))
      const { weights } = other.state
      const far = Math.max(...Array.from(own.state.weights, (w, i) => Math.abs(w - weights[i])))
      expect(far).toBeLessThanOrEqual(backend === 'fast' ? 0 : 1e-3)
    }
  })
})

describe('training in FP16', () => {
  it.each([TEXT, '4C3(Encoding)-AP2(spikes)-5C3-AP3-2FC', '6FC(Encoding)-2FC'])(
    'gives the weights, moments, history and reports of the reference: %s',
    async (text) => {
      const train = async (backend: 'fast' | 'reference') => {
        const reports: unknown[] = []
        const onStep = (report: StepReport) => {
          const { samplesPerSecond, secondsLeft, ...rest } = report
          reports.push(rest)
        }
        const options = { epochs: 2, backend, precision: 'f16', lossScale: 1024 } as const
        takeFastActivity()
        const { state } = await trainNetwork({ ...toyRun(options, 44, text), hooks: { onStep } })
        return { state, reports, operations: takeFastActivity().effectual.weightGradient }
      }
      const fast = await train('fast')
      const reference = await train('reference')
      expect([fast.operations > 0, reference.operations]).toEqual([true, 0])
      expect(bitsOf(fast.state.weights)).toEqual(bitsOf(reference.state.weights))
      expect(fast.state.optimizer.moments.map(bitsOf)).toEqual(reference.state.optimizer.moments.map(bitsOf))
      expect(fast.state.history).toEqual(reference.state.history)
      expect(fast.reports).toEqual(reference.reports)
    },
  )

  it('is exact where the backend is folded: that is for float32', async () => {
    const options = { epochs: 1, precision: 'f16' } as const
    const folded = await trainNetwork(toyRun({ ...options, backend: 'folded' }, 44, TEXT))
    const reference = await trainNetwork(toyRun({ ...options, backend: 'reference' }, 44, TEXT))
    expect(bitsOf(folded.state.weights)).toEqual(bitsOf(reference.state.weights))
  })

  it('gives way to float32 in the same thread and back', async () => {
    const options = { epochs: 1, backend: 'fast' } as const
    const precisions = ['f16', 'f32', 'f16'] as const
    const runs = []
    for (const precision of precisions) runs.push(await trainNetwork(toyRun({ ...options, precision }, 44, TEXT)))
    const [first, single, again] = runs.map(({ state }) => bitsOf(state.weights))
    const reference = await trainNetwork(toyRun({ epochs: 1, backend: 'reference' }, 44, TEXT))
    expect(again).toEqual(first)
    expect(single).toEqual(bitsOf(reference.state.weights))
    expect(single).not.toEqual(first)
  })
})

describe('trainingConfig', () => {
  it('takes the fast backend for float32 and FP16 and the reference for float64, and refuses others', () => {
    expect(trainingConfig().backend).toBe('fast')
    expect(trainingConfig({ precision: 'f16' }).backend).toBe('fast')
    expect(trainingConfig({ precision: 'f64' }).backend).toBe('reference')
    expect(trainingConfig({ backend: 'folded' }).backend).toBe('folded')
    expect(() => trainingConfig({ backend: 'gpu' as 'fast' })).toThrow(
      'trainingConfig: backend: expected "fast" or "folded" or "fused" or "reference", got "gpu".',
    )
  })
})
