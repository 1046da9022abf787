import {
  type CheckpointMeta,
  DivergenceError,
  firstWeights,
  type GradientSource,
  identifySamples,
  type StepView,
  startTraining,
  type TrainingOutcome,
  type TrainingState,
  totalSteps,
  trainNetwork,
} from '@h2learn/snn-core'
import { type Checkpoints, keepCheckpoints } from './checkpoints'
import { type Console, clock } from './console'
import { type SampledStep, type StageSummary, sampledSteps, sampleStep } from './recording'
import type { RunPlan } from './run-plan'
import { type TrainingLeg, trainingLegs } from './training-legs'

/** Steps without any gradient after which the user hears of it. */
const stalledTooLong = 20

export interface TrainedRun {
  readonly outcome: TrainingOutcome
  /** The parts of the run, this process's as the last. */
  readonly legs: readonly TrainingLeg[]
  readonly stages: readonly StageSummary[]
  readonly checkpoints: Checkpoints
  /** Steps in a row without any gradient, where there were too many: see `learningWarnings`. */
  readonly stalled?: { readonly steps: number; readonly last: number }
  /** The last sampled step of this process; undefined when none was reached. */
  readonly last?: SampledStep
}

/**
 * Weights before the first step (`firstWeights`), in memory of the source.
 * @returns undefined when the signal fired before they were there
 */
export const startState = async (
  plan: RunPlan,
  gradients: GradientSource,
  out: Console,
  signal: AbortSignal,
): Promise<TrainingState | undefined> => {
  const { network, config, train } = plan
  const made = await firstWeights({
    network,
    samples: train,
    config,
    signal,
    firingRate: plan.firingRate,
    balanced: plan.preset.balanced === true,
    outputGain: plan.outputGain,
    into: await gradients.room?.({ network, ...config }),
  })
  if (made === undefined) return undefined
  const { weights, layers } = made
  for (const { name, firingRate, reached } of layers)
    if (!reached)
      out.warn(
        `${name} starts at a firing rate of ${(100 * firingRate).toFixed(1)} %, ${(100 * plan.firingRate).toFixed(1)} % was out of reach.`,
      )
  return startTraining(config, weights, { keep: true })
}

/**
 * Trains as planned from a state: progress, sampled steps on the chip, checkpoints at intervals, at an interruption, at a
 * divergence and, when it is to be kept, at the end.
 * @throws DivergenceError after the last good state was saved
 */
export const trainAsPlanned = async (
  plan: RunPlan,
  state: TrainingState,
  gradients: GradientSource,
  out: Console,
  { checkpointPath, keep }: { readonly checkpointPath: string; readonly keep: boolean },
  signal: AbortSignal,
): Promise<TrainedRun> => {
  const { network, config, train, kept, benchmark, resumed } = plan
  const steps = totalSteps(config, train.count)
  const sampled = new Set(sampledSteps(steps))
  const extraBefore = resumed?.meta.extra as { stages?: readonly StageSummary[] } | undefined
  const stages: StageSummary[] = [...(extraBefore?.stages ?? [])]
  const started = performance.now()
  const legs = (step: number) =>
    trainingLegs(resumed?.meta, state.step, {
      from_step: state.step,
      to_step: step,
      seconds: (performance.now() - started) / 1000,
      threads: plan.threads,
    })
  const dataset = identifySamples(train)
  const checkpoints = keepCheckpoints({
    path: checkpointPath,
    benchmark: benchmark.name,
    every_s: plan.checkpointEvery_s,
    meta: ({ step }): CheckpointMeta => ({
      network: { text: network.text, input: network.input, T: network.T },
      neuron: config.neuron,
      config,
      dataset,
      extra: { run: { benchmark: benchmark.name, options: kept }, stages, legs: legs(step) },
    }),
    out,
  })
  let stalledSteps = 0
  let stalled: TrainedRun['stalled']

  const bar = out.progress(steps)
  let last: SampledStep | undefined
  const show = (done: number, loss: number, accuracy: number, pace: number, left: number) =>
    bar.update(
      done,
      `step ${done}/${steps}  loss ${loss.toFixed(4)}  accuracy ${(100 * accuracy).toFixed(1)} %  ${Math.round(pace)} samples/s  ${clock(left)} left`,
    )
  const recent = { loss: 0, accuracy: 0 }
  try {
    const outcome = await trainNetwork({
      network,
      samples: train,
      config,
      state,
      gradients,
      signal,
      hooks: {
        beforeUpdate: (view: StepView) => {
          if (!sampled.has(view.report.step)) return
          last = sampleStep(plan, view)
          stages.push(last.summary)
        },
        onStep: async ({ step, loss, accuracy, samplesPerSecond, secondsLeft, stalled: noGradient }, now) => {
          stalledSteps = noGradient ? stalledSteps + 1 : 0
          if (stalledSteps >= stalledTooLong && stalledSteps >= (stalled?.steps ?? 0))
            stalled = { steps: stalledSteps, last: step }
          if (stalledSteps === stalledTooLong)
            out.warn(
              `No gradient was left in ${stalledTooLong} steps up to step ${step} although not every sample is learned: no potential lies in the window (--grad-window).`,
            )
          const weight = step === state.step ? 1 : 0.05
          recent.loss += weight * (loss - recent.loss)
          recent.accuracy += weight * (accuracy - recent.accuracy)
          show(step + 1, recent.loss, recent.accuracy, samplesPerSecond, secondsLeft)
          if (checkpoints.due()) await checkpoints.save(now)
        },
      },
    })
    bar.stop()
    const made = legs(outcome.state.step)
    if (outcome.status === 'interrupted' || keep) await checkpoints.save(outcome.state)
    return { outcome, legs: made, stages, checkpoints, ...(stalled && { stalled }), ...(last && { last }) }
  } catch (error) {
    bar.stop()
    if (error instanceof DivergenceError && (await checkpoints.save(error.state)))
      out.warn(`The last good step is in ${checkpoints.path()}.`)
    throw error
  }
}
