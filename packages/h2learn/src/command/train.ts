import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
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
import { saveCheckpoint } from '@h2learn/snn-core/threads'
import { type Console, clock } from './console'
import { explain } from './failure'
import { resultFolder } from './files'
import { type SampledStep, type StageSummary, sampledSteps, sampleStep } from './recording'
import type { RunPlan } from './run-plan'

/** Seconds between two checkpoints of a run in progress. */
const checkpointEvery_s = 30

/** Steps without any gradient after which the user hears of it. */
const stalledTooLong = 20

export interface TrainedRun {
  readonly outcome: TrainingOutcome
  /** Wall-clock seconds in this process, training only. */
  readonly seconds: number
  /** Samples trained on in this process. */
  readonly samples: number
  readonly stages: readonly StageSummary[]
  /** Where the last checkpoint went; undefined when none could be written. */
  readonly checkpoint?: string
  /** Steps in a row without any gradient, where there were too many: see `learningWarnings`. */
  readonly stalled?: { readonly steps: number; readonly last: number }
  /** The last sampled step of this process; undefined when none was reached. */
  readonly last?: SampledStep
}

/**
 * Weights before the first step (`firstWeights`), in memory of the source.
 * @returns undefined when the signal fired before they were there
 */
const startState = async (
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
 * Trains as planned: progress, sampled steps on the chip, a checkpoint every half minute, at an interruption and at a
 * divergence.
 * @returns undefined when the signal fired before the first weights were there
 * @throws DivergenceError after the last good state was saved
 */
export const trainAsPlanned = async (
  plan: RunPlan,
  gradients: GradientSource,
  out: Console,
  { checkpointPath, keep }: { readonly checkpointPath: string; readonly keep: boolean },
  signal: AbortSignal,
): Promise<TrainedRun | undefined> => {
  const { network, config, train, kept, benchmark, resumed } = plan
  const steps = totalSteps(config, train.count)
  const sampled = new Set(sampledSteps(steps))
  const extraBefore = resumed?.meta.extra as { stages?: readonly StageSummary[] } | undefined
  const stages: StageSummary[] = [...(extraBefore?.stages ?? [])]
  const state = resumed?.state ?? (await startState(plan, gradients, out, signal))
  if (state === undefined) return undefined
  const meta = (): CheckpointMeta => ({
    network: { text: network.text, input: network.input, T: network.T },
    neuron: config.neuron,
    config,
    dataset: identifySamples(train),
    extra: { run: { benchmark: benchmark.name, options: kept }, stages },
  })
  // where checkpoints go; when there is no room, into the folder for temporary files; when there neither, nowhere
  const places = [checkpointPath, join(tmpdir(), `h2learn-${benchmark.name}-${process.pid}.h2l`)]
  let checkpoint: string | undefined
  let stalledSteps = 0
  let stalled: TrainedRun['stalled']
  const save = async (now: TrainingState): Promise<boolean> => {
    while (places.length > 0) {
      const [place] = places
      try {
        await resultFolder('--out', dirname(place!))
        await saveCheckpoint(place!, now, meta())
        if (place !== checkpointPath && checkpoint !== place) out.warn(`The checkpoint is in ${place} instead.`)
        checkpoint = place
        return true
      } catch (error) {
        places.shift()
        out.warn(`No checkpoint: ${explain(error, false).message}`)
      }
    }
    checkpoint = undefined
    return false
  }

  const bar = out.progress(steps)
  const started = performance.now()
  let last: SampledStep | undefined
  let saved = performance.now()
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
          if (performance.now() - saved < checkpointEvery_s * 1000) return
          await save(now)
          saved = performance.now()
        },
      },
    })
    bar.stop()
    if (outcome.status === 'interrupted' || keep) await save(outcome.state)
    return {
      outcome,
      seconds: (performance.now() - started) / 1000,
      samples: (outcome.state.step - state.step) * config.batch,
      stages,
      ...(checkpoint !== undefined && { checkpoint }),
      ...(stalled && { stalled }),
      ...(last && { last }),
    }
  } catch (error) {
    bar.stop()
    if (error instanceof DivergenceError && (await save(error.state)))
      out.warn(`The last good step is in ${checkpoint}.`)
    throw error
  }
}

/** Where a run keeps its checkpoint. */
export const checkpointFile = (out: string | undefined, benchmark: string): string =>
  join(out ?? join('h2learn-out', benchmark), 'checkpoint.h2l')
