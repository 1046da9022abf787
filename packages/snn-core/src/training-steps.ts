import type { RealArray } from './api'
import { batchOf, type DrawSeed, epochOrder, samplesSeenAt, stepsPerEpoch } from './batches'
import { InputError, ShapeError, TrainingError } from './errors'
import type { BatchGradients, GradientSource } from './gradient-source'
import { type OptimizedWeights, updateWeights } from './optimizer'
import { passWeights } from './parameters'
import type { RateSegment } from './rate-segments'
import { LAYER_COUNTS } from './shard'
import { learningRateAt, type TrainingConfig, totalSteps } from './training-config'
import type { TrainingHistory, TrainingState } from './training-state'

/** One layer over one batch; shares of all neurons at all timesteps, 0..1. */
export interface LayerActivity {
  readonly name: string
  readonly firingRate: number
  /** Density of ∇s̃: 1 − output sparsity. */
  readonly maskDensity: number
  /** Density of ∇ũ as computed (times `lossScale`): 1 − input sparsity. */
  readonly gradientDensity: number
  /**
   * Share of the non-zero ∇u (times `lossScale`) that FP16 flushes to zero. f32 and f64: by rounding each; f16: against
   * a float32 backward pass of the same spikes, in the first shard of the batch.
   */
  readonly underflowShare: number
}

/** The batch of one step, before its update. */
export interface StepReport {
  /** Optimiser step, from 0. */
  readonly step: number
  readonly totalSteps: number
  /** Epoch, from 0. */
  readonly epoch: number
  /** Samples seen before this step. */
  readonly samplesSeen: number
  readonly loss: number
  /** Share of the batch classified right. */
  readonly accuracy: number
  readonly tieShare: number
  readonly zeroLossShare: number
  readonly learningRate: number
  /**
   * True when there is a loss but no ∇u at all: every neuron that should fire lies outside the gradient window, so that
   * these samples cannot be learned from (silent output neurons; with f16 also underflow).
   */
  readonly stalled: boolean
  readonly layers: readonly LayerActivity[]
  /** Wall-clock speed of the last steps and the time left at that speed; not part of the state. */
  readonly samplesPerSecond: number
  readonly secondsLeft: number
}

/** What a hook sees before the update: the step's own weights (rounded for f16) and its samples. */
export interface StepView {
  readonly report: StepReport
  readonly weights: RealArray
  readonly indices: Uint32Array
}

/** Called and awaited in the loop; arrays they are handed are valid until they return. */
export interface TrainingHooks {
  /** After the gradients, before the update: the place to record a step. */
  readonly beforeUpdate?: (view: StepView) => void | Promise<void>
  /** After the update; the state is at a step boundary and may be saved. */
  readonly onStep?: (report: StepReport, state: TrainingState) => void | Promise<void>
  /** After the last step of an epoch. */
  readonly onEpoch?: (epoch: number, state: TrainingState) => void | Promise<void>
}

/** What the loop of optimiser steps needs to know of what it trains. */
export interface TrainingTask {
  readonly config: TrainingConfig
  /** Where to start; not modified. */
  readonly state: TrainingState
  /** The network as messages call it. */
  readonly title: string
  /** Numbers that are trained. */
  readonly parameters: number
  /** Names of the layers that the gradients count. */
  readonly layers: readonly string[]
  /** Training samples. */
  readonly samples: number
  /** Parts of the numbers with a rate of their own. */
  readonly segments: readonly RateSegment[] | undefined
  /** Refuses start weights that are not finite, naming where they are. */
  readonly requireFinite: (weights: RealArray) => void
  readonly hooks?: TrainingHooks | undefined
  readonly signal?: AbortSignal | undefined
  /** Gradients of one batch; weights are rounded for f16. */
  readonly gradients: (indices: Uint32Array, draw: DrawSeed, weights: RealArray) => Promise<BatchGradients>
  readonly largest?: GradientSource['largest']
  readonly update?: GradientSource['update']
}

export interface TrainingOutcome {
  readonly status: 'done' | 'interrupted'
  readonly state: TrainingState
}

const checkState = ({ title, parameters: n, state, config, requireFinite }: TrainingTask): void => {
  const arrays = [state.weights, ...state.optimizer.moments]
  const type = config.precision === 'f64' ? Float64Array : Float32Array
  if (arrays.some((a) => a.length !== n || !(a instanceof type)))
    throw new ShapeError({
      where: 'trainNetwork',
      expected: `weights and moments of ${n} ${type.name} values for ${title} at precision ${config.precision}`,
      got: arrays.map((a) => `${a.length} ${a.constructor.name}`).join(', '),
      hint: 'resume with the network and the precision the state was made with',
    })
  requireFinite(state.weights)
  if (state.step !== state.history.loss.length)
    throw new InputError({
      where: 'trainNetwork',
      expected: `a history of ${state.step} steps`,
      got: String(state.history.loss.length),
    })
}

const activity = (names: readonly string[], counts: Float64Array): LayerActivity[] =>
  names.map((name, l) => {
    const [neurons, spikes, maskBits, gradients, base, lost] = counts.subarray(l * LAYER_COUNTS.length)
    return {
      name,
      firingRate: spikes / neurons,
      maskDensity: maskBits / neurons,
      gradientDensity: gradients / neurons,
      underflowShare: base === 0 ? 0 : lost / base,
    }
  })

const allFinite = (values: RealArray): boolean => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false
  return true
}

/** Training that left the finite numbers, with the state before the failed step. */
export class DivergenceError extends TrainingError {
  constructor(
    message: string,
    readonly state: TrainingState,
  ) {
    super(message)
  }
}

const failed = (what: string, report: StepReport, config: TrainingConfig, state: TrainingState): DivergenceError => {
  const { step, epoch, loss, learningRate } = report
  const lower = config.precision === 'f16' && config.lossScale > 1 ? 'lower --lr or --loss-scale' : 'lower --lr'
  return new DivergenceError(
    `training: ${what} at step ${step} (epoch ${epoch}, loss ${loss}, learning rate ${learningRate}, precision ` +
      `${config.precision}); ${lower}, or resume from the last good step with other settings.`,
    state,
  )
}

/**
 * The loop of optimiser steps that `trainNetwork` and `trainGraph` share: order of samples, schedule, checks, update,
 * history, hooks.
 * @throws as `trainNetwork`
 */
export const trainSteps = async (task: TrainingTask): Promise<TrainingOutcome> => {
  checkState(task)
  const { samples: count, config, segments, hooks = {}, signal, state: start } = task
  const perEpoch = stepsPerEpoch(count, config.batch)
  const steps = totalSteps(config, count)
  const history = structuredClone(start.history) as { [K in keyof TrainingHistory]: number[] }
  const { lossScale, seed, optimizer } = config
  let now: OptimizedWeights = { weights: start.weights, state: start.optimizer }
  let spare: OptimizedWeights | undefined
  let { step } = start
  let order: Uint32Array | undefined
  // whether the weights may lie in memory of the source, which its next update overwrites: those of the caller may, too
  let borrowed = true
  const stateNow = (): TrainingState => ({ step, weights: now.weights, optimizer: now.state, history })
  const lastState = (): TrainingState =>
    borrowed
      ? {
          step,
          weights: now.weights.slice(),
          optimizer: { steps: now.state.steps, moments: now.state.moments.map((m) => m.slice()) },
          history,
        }
      : stateNow()
  const stopwatch = paceOf()

  while (step < steps) {
    if (signal?.aborted) return { status: 'interrupted', state: lastState() }
    const epoch = Math.floor(step / perEpoch)
    const stepInEpoch = step % perEpoch
    if (!order || stepInEpoch === 0) order = epochOrder(count, seed, epoch)
    const indices = batchOf(order, config.batch, stepInEpoch)
    const weights = passWeights(config, now.weights)
    const result = await task.gradients(indices, { seed, epoch }, weights)
    const learningRate = learningRateAt(config, step, steps)
    const layers = activity(task.layers, result.layers)
    const report: StepReport = {
      step,
      totalSteps: steps,
      epoch,
      samplesSeen: samplesSeenAt(step, count, config.batch),
      ...sharesOf(result, indices.length),
      learningRate,
      stalled: result.zeroLoss < indices.length && layers.every((layer) => layer.gradientDensity === 0),
      layers,
      ...stopwatch(indices.length, (steps - step - 1) * config.batch),
    }
    if (!Number.isFinite(report.loss)) throw failed('the loss is not finite', report, config, lastState())
    const largest = await task.largest?.(result.gradW)
    if (!(largest === undefined ? allFinite(result.gradW) : Number.isFinite(largest)))
      throw failed('a weight gradient is not finite', report, config, lastState())
    await hooks.beforeUpdate?.({ report, weights, indices })
    const { gradW } = result
    const inPlace =
      largest === undefined
        ? undefined
        : await task.update?.({ config: optimizer, from: now, gradW, largest, learningRate, segments, lossScale })
    if (inPlace) {
      now = inPlace
      spare = undefined
    } else {
      if (lossScale !== 1) for (let i = 0; i < result.gradW.length; i++) result.gradW[i] /= lossScale
      const next = updateWeights(optimizer, now, result.gradW, learningRate, { into: spare, segments })
      if (!allFinite(next.weights) || !next.state.moments.every(allFinite))
        throw failed('the update gave weights or moments that are not finite', report, config, lastState())
      // two sets of buffers in turn; neither the caller's start state nor the source's memory is ever one of them
      spare = now.weights === start.weights || borrowed ? undefined : now
      now = next
    }
    borrowed = inPlace !== undefined
    history.loss.push(report.loss)
    history.accuracy.push(report.accuracy)
    history.tieShare.push(report.tieShare)
    history.zeroLossShare.push(report.zeroLossShare)
    step++
    await hooks.onStep?.(report, stateNow())
    if (step % perEpoch === 0) await hooks.onEpoch?.(epoch, stateNow())
  }
  return { status: 'done', state: lastState() }
}

/** Counts of a batch as shares of its samples. */
const sharesOf = ({ loss, correct, ties, zeroLoss }: BatchGradients, batch: number) => ({
  loss,
  accuracy: correct / batch,
  tieShare: ties / batch,
  zeroLossShare: zeroLoss / batch,
})

/** Wall-clock speed as a running mean that forgets within about 20 steps. */
const paceOf = () => {
  let last = performance.now()
  let secondsPerSample: number | undefined
  return (samples: number, left: number) => {
    const at = performance.now()
    const seconds = (at - last) / 1000 / samples
    last = at
    secondsPerSample = secondsPerSample === undefined ? seconds : 0.9 * secondsPerSample + 0.1 * seconds
    return { samplesPerSecond: 1 / secondsPerSample, secondsLeft: secondsPerSample * left }
  }
}
