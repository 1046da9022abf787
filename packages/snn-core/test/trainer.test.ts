import { describe, expect, it } from 'vitest'
import { batchInput, batchOf, epochOrder } from '../src/batches'
import { backwardPass, forwardPass, outputGradient } from '../src/bptt'
import { decodeCheckpoint, encodeCheckpoint } from '../src/checkpoint'
import { InputError, ShapeError, TrainingError } from '../src/errors'
import { evaluateNetwork } from '../src/evaluate'
import { localGradients } from '../src/gradient-source'
import { rateMse } from '../src/loss'
import { passWeights, weightsOf } from '../src/parameters'
import { startTraining, trainNetwork } from '../src/trainer'
import { learningRateAt, trainingConfig } from '../src/training-config'
import { copyTrainingState, identifySamples, type TrainingState } from '../src/training-state'
import { DivergenceError, type StepReport } from '../src/training-steps'
import { bitsOf, halves, toyNetwork, toyRun } from './toy'

const sameState = (a: TrainingState, b: TrainingState) => {
  expect(a.step).toBe(b.step)
  expect(bitsOf(a.weights)).toEqual(bitsOf(b.weights))
  expect(a.optimizer.steps).toBe(b.optimizer.steps)
  expect(a.optimizer.moments.map(bitsOf)).toEqual(b.optimizer.moments.map(bitsOf))
  expect(a.history).toEqual(b.history)
}

describe('trainNetwork', () => {
  it.each(['4C3S2(Encoding)-6C3-2FC', '4C3-AP2-2FC', '8FC-2FC'])('learns a separable problem with %s', async (text) => {
    const run = toyRun({ epochs: 12 }, 160, text)
    const { status, state } = await trainNetwork(run)
    expect(status).toBe('done')
    expect(state.step).toBe(12 * 8)
    const { accuracy, confusion } = await evaluateNetwork({
      ...run.config,
      network: run.network,
      samples: halves(200, 99),
      weights: state.weights,
    })
    expect(accuracy).toBeGreaterThan(0.95)
    expect(confusion.flat().reduce((a, b) => a + b)).toBe(200)
  })

  it('makes the first step that forward pass, loss, backward pass and SGD make by hand', async () => {
    const run = toyRun({ maxSteps: 1, precision: 'f64', optimizer: { kind: 'sgd', learningRate: 0.5 } })
    const { state } = await trainNetwork(run)
    const indices = batchOf(epochOrder(44, 3, 0), 20, 0)
    const { network, samples, config } = run
    const weights = weightsOf(network, run.state.weights)
    const trace = forwardPass(network, weights, batchInput(samples, indices, network), config.neuron, 'f64')
    const labels = Array.from(indices, (i) => samples.labels[i])
    const { loss, gradOutput } = rateMse.evaluate({ spikeCounts: trace.spikeCounts, labels, T: 4, batch: 20 })
    const { gradW } = backwardPass(network, weights, trace, outputGradient(network, gradOutput), config.neuron, 'f64')
    const flat = gradW.flatMap((g) => [...g.data])
    expect(flat.some((g) => g !== 0)).toBe(true)
    expect(state.history.loss[0]).toBeCloseTo(loss, 12)
    state.weights.forEach((w, i) => {
      expect(w).toBeCloseTo(run.state.weights[i] - 0.5 * flat[i], 12)
    })
  })

  it.each([
    ['f32', 'constant'],
    ['f64', 'cosine'],
    ['f16', 'constant'],
  ] as const)('resumes bit for bit after any step through a checkpoint (%s, %s)', async (precision, schedule) => {
    const run = toyRun({ epochs: 3, precision, schedule })
    const whole = await trainNetwork(run)
    for (const cut of [1, 3, 4, 8]) {
      // the abort signal cuts the run at a step boundary, the checkpoint carries it over
      const abort = new AbortController()
      const part = await trainNetwork({
        ...run,
        signal: abort.signal,
        hooks: { onStep: ({ step }) => (step === cut - 1 ? abort.abort() : undefined) },
      })
      expect([part.status, part.state.step]).toEqual(['interrupted', cut])
      const meta = {
        network: run.network,
        neuron: run.config.neuron,
        config: run.config,
        dataset: identifySamples(run.samples),
      }
      const { state } = decodeCheckpoint(encodeCheckpoint(part.state, meta))
      sameState(state, part.state)
      const rest = await trainNetwork({ ...run, state })
      expect(rest.status).toBe('done')
      sameState(rest.state, whole.state)
    }
  })

  it('does not modify the state it starts from, and repeats itself', async () => {
    const run = toyRun({ epochs: 1 })
    const before = copyTrainingState(run.state)
    const once = await trainNetwork(run)
    sameState(run.state, before)
    sameState((await trainNetwork(run)).state, once.state)
  })

  it('returns at once when the signal has fired before', async () => {
    const run = toyRun()
    const { status, state } = await trainNetwork({ ...run, signal: AbortSignal.abort() })
    expect(status).toBe('interrupted')
    sameState(state, run.state)
  })

  it('reports every step: epoch, samples seen, loss, shares, layers', async () => {
    const run = toyRun({ epochs: 2 })
    const reports: StepReport[] = []
    const epochs: number[] = []
    const { state } = await trainNetwork({
      ...run,
      hooks: {
        onStep: (report, now) => {
          reports.push(report)
          expect(now.step).toBe(report.step + 1)
        },
        onEpoch: (epoch) => {
          epochs.push(epoch)
        },
      },
    })
    expect(reports.map((r) => [r.step, r.epoch, r.samplesSeen])).toEqual([
      [0, 0, 0],
      [1, 0, 20],
      [2, 0, 40],
      [3, 1, 44],
      [4, 1, 64],
      [5, 1, 84],
    ])
    expect(epochs).toEqual([0, 1])
    expect(state.history.loss).toEqual(reports.map((r) => r.loss))
    for (const report of reports) {
      expect(report.totalSteps).toBe(6)
      expect(report.samplesPerSecond).toBeGreaterThan(0)
      expect(report.layers.map((l) => l.name)).toEqual(['conv1', 'conv2', 'fc1'])
      for (const { firingRate, maskDensity, gradientDensity } of report.layers)
        for (const share of [firingRate, maskDensity, gradientDensity]) expect(share >= 0 && share <= 1).toBe(true)
    }
    expect(reports[0].layers[0].gradientDensity).toBeGreaterThan(0)
    expect(reports.at(-1)!.secondsLeft).toBe(0)
  })

  it('computes FP16 passes with rounded weights, keeps float32 masters and counts what underflows', async () => {
    // scaled by 2^−12, many gradients of the order 2/(44·2·4) fall below 2^−25, half the smallest subnormal
    const run = toyRun({ epochs: 2, precision: 'f16', batch: 44, lossScale: 2 ** -12 })
    const scaled = toyRun({ epochs: 2, precision: 'f16', batch: 44, lossScale: 64 })
    const reports: StepReport[] = []
    let seen: number[] = []
    const hooks = {
      beforeUpdate: ({ weights }: { weights: Float32Array | Float64Array }) => {
        seen = [...weights]
      },
      onStep: (report: StepReport) => {
        reports.push(report)
      },
    }
    const { state } = await trainNetwork({ ...run, hooks: { onStep: hooks.onStep } })
    await trainNetwork({ ...scaled, hooks })
    expect([...passWeights(run.config, state.weights)]).not.toEqual([...state.weights])
    expect([...passWeights(run.config, Float32Array.from(seen))]).toEqual(seen)
    const share = (at: number) => reports[at].layers[0].underflowShare
    expect(share(0)).toBeGreaterThan(share(2))
    expect(reports[2].layers[0].gradientDensity).toBeGreaterThan(reports[0].layers[0].gradientDensity)
  })

  it('says when there is a loss but no gradient: silent outputs far below the window', async () => {
    const run = toyRun({ maxSteps: 1 }, 44, '2FC(Encoding)')
    const stalled = async (weight: number) => {
      let report: StepReport | undefined
      const state = startTraining(run.config, new Float32Array(72).fill(weight))
      await trainNetwork({ ...run, state, hooks: { onStep: (r) => void (report = r) } })
      return report!.stalled
    }
    expect(await stalled(-1)).toBe(true)
    // both classes at a current of about 36·0.45·0.04 = 0.65, inside the window (0.5, 1.5)
    expect(await stalled(0.04)).toBe(false)
  })

  it('gives the same float32 weights under a loss scale that is a power of two', async () => {
    const plain = await trainNetwork(toyRun({ epochs: 1 }))
    const scaled = await trainNetwork(toyRun({ epochs: 1, lossScale: 256 }))
    sameState(scaled.state, plain.state)
  })

  it('says at which step training diverged and what to do, with the last good state', async () => {
    const run = toyRun({ epochs: 2, optimizer: { kind: 'sgd', learningRate: 1e300 } })
    const error = await trainNetwork(run).catch((e) => e)
    expect(error).toBeInstanceOf(TrainingError)
    expect(error).toBeInstanceOf(DivergenceError)
    expect(error.code).toBe('H2LEARN_RUN')
    expect(error.message).toMatch(/at step \d+ \(epoch 0, loss .*learning rate 1e\+300.*lower --lr/)
    const { state } = error as DivergenceError
    expect(state.weights.every(Number.isFinite)).toBe(true)
    expect(error.message).toContain(`at step ${state.step} `)
    expect(state.history.loss).toHaveLength(state.step)
  })

  it.each([
    ['loss', NaN, undefined],
    ['gradient', 0.5, Infinity],
  ])(
    'stops before the update when the %s is not finite, with the state of the step before',
    async (what, loss, poison) => {
      // the first two steps of a shorter run are the same
      const run = toyRun({ epochs: 2, schedule: 'constant' })
      const local = localGradients()
      let calls = 0
      const broken = {
        ...local,
        gradients: async (...args: Parameters<typeof local.gradients>) => {
          const result = await local.gradients(...args)
          if (++calls <= 2) return result
          if (poison !== undefined) result.gradW[3] = poison
          return { ...result, loss }
        },
      }
      const error: DivergenceError = await trainNetwork({ ...run, gradients: broken }).catch((e) => e)
      expect(error.message).toContain(what)
      expect(error.message).toContain('at step 2 ')
      const good = await trainNetwork({ ...run, config: { ...run.config, maxSteps: 2 } })
      sameState(error.state, good.state)
    },
  )

  it('refuses a state of another network, precision or optimiser', async () => {
    const run = toyRun()
    const other = startTraining(run.config, new Float32Array(7))
    await expect(trainNetwork({ ...run, state: other })).rejects.toThrow(ShapeError)
    const f64 = trainingConfig({ ...run.config, precision: 'f64' })
    await expect(trainNetwork({ ...run, config: f64 })).rejects.toThrow(/precision f64/)
    const history = { ...run.state.history, loss: [1] }
    await expect(trainNetwork({ ...run, state: { ...run.state, history } })).rejects.toThrow(InputError)
  })
})

describe('trainingConfig', () => {
  it.each([
    [{ epochs: 0 }, 'epochs'],
    [{ batch: 1.5 }, 'batch'],
    [{ batch: NaN }, 'batch'],
    [{ maxSteps: -1 }, 'maxSteps'],
    [{ lossScale: 0 }, 'lossScale'],
    [{ lossScale: Infinity }, 'lossScale'],
    [{ seed: 0.5 }, 'seed'],
    [{ loss: 'mse' }, 'loss'],
    [{ precision: 'bf16' }, 'precision'],
    [{ schedule: 'step' }, 'schedule'],
    [{ layerRates: 'depth' }, 'layerRates'],
    [{ optimizer: { kind: 'sgd', learningRate: -1 } }, 'learningRate'],
  ])('refuses %j and names the option', (options, name) => {
    expect(() => trainingConfig(options as never)).toThrow(InputError)
    expect(() => trainingConfig(options as never)).toThrow(name)
  })

  it('lowers the learning rate along half a cosine, by hand', () => {
    const config = trainingConfig({ schedule: 'cosine', optimizer: { kind: 'sgd', learningRate: 2 } })
    expect(learningRateAt(config, 0, 4)).toBe(2)
    expect(learningRateAt(config, 2, 4)).toBeCloseTo(1, 12)
    expect(learningRateAt(config, 3, 4)).toBeCloseTo(1 - Math.SQRT1_2, 12)
  })
})

describe('evaluateNetwork', () => {
  it('counts ties, confusion, firing rates and synaptic operations, by hand', async () => {
    // one layer, T = 2, pixels 255 and 0 in an analog FC: weights 4 (fires) or 0 (silent) for class 1; class 0 silent
    const network = toyNetwork('2FC(Encoding)', 2)
    const samples = { ...halves(2, 1), data: new Uint8Array(72), labels: Uint8Array.from([0, 1]) }
    samples.data[36] = 255 // sample 1: one bright pixel
    const weights = new Float32Array(72)
    weights[36] = 4 // class 1 from that pixel: current 4·255/256 >= 1 at both timesteps
    const run = { ...trainingConfig({ loss: 'rate-mse' }), network, samples, weights }
    const result = await evaluateNetwork(run)
    // sample 0: no spikes, a tie, class 0, right; sample 1: class 1 fires twice, right
    expect(result.confusion).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(result).toMatchObject({ status: 'done', samples: 2, accuracy: 1, tieShare: 0.5 })
    // losses: sample 0 (0−1)²/2 = 0.5, sample 1 zero; firing 2 of 2·2·2
    expect(result.loss).toBe(0.25)
    expect(result.layers[0]).toMatchObject({ firingRate: 0.25, synOpsPerSample: 0, macsPerSample: 1 })
  })

  it('counts every connection of every spike once: dense 0/1 input through padding, stride and FC', async () => {
    // all pixels at 255 rate-coded fire almost always: use spikes instead, all 1, T = 4
    const network = toyNetwork('1C3S2-2FC', 4)
    const samples = { ...halves(1, 1), kind: 'spikes' as const, T: 4, data: new Uint8Array(4 * 36).fill(1) }
    const weights = new Float32Array(9 + 18).fill(1)
    const { layers } = await evaluateNetwork({ ...trainingConfig(), network, samples, weights })
    // outputs 3×3 at 0, 2, 4 with padding 1: taps in the map along one axis 2 + 3 + 3 = 8, so 64 a timestep
    expect(layers[0].synOpsPerSample).toBe(4 * 64)
    // every neuron of conv1 fires always (current >= 4): 9 spikes × 2 outputs × 4 timesteps
    expect(layers[1].synOpsPerSample).toBe(72)
  })

  it('stops between shards when the signal fires and says how far it came', async () => {
    const { network, config, state } = toyRun()
    const samples = halves(64, 5)
    const run = { ...config, network, samples, weights: state.weights }
    const part = await evaluateNetwork({ ...run, signal: AbortSignal.abort() })
    expect(part.status).toBe('interrupted')
    expect(part.samples).toBe(8)
    const first = await evaluateNetwork({ ...run, indices: Uint32Array.from({ length: 8 }, (_, i) => i) })
    expect({ ...part, status: 'done' }).toEqual(first)
  })
})
