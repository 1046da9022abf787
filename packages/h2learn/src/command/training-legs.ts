import type { CheckpointMeta } from '@h2learn/snn-core'

/** A part of a run between two interruptions. */
export interface TrainingLeg {
  /** Optimiser steps made before it, and with it. */
  readonly from_step: number
  readonly to_step: number
  /** Wall-clock seconds of training; null where a checkpoint of an earlier version does not tell. */
  readonly seconds: number | null
  readonly threads: number | null
}

/**
 * The legs of a run so far: those that its checkpoint tells of, and the one at hand where it has made a step. Steps after
 * the last checkpoint of a killed process are made again and count in the leg that does so.
 * @param before what the checkpoint told that the run started from
 * @param startedAt step that it started at
 */
export const trainingLegs = (
  before: CheckpointMeta | undefined,
  startedAt: number,
  current: TrainingLeg,
): readonly TrainingLeg[] => {
  const told = (before?.extra as { legs?: readonly TrainingLeg[] } | undefined)?.legs
  const earlier = told ?? (startedAt > 0 ? [{ from_step: 0, to_step: startedAt, seconds: null, threads: null }] : [])
  return current.to_step > current.from_step ? [...earlier, current] : earlier
}

/** Seconds and steps of the legs whose time is known. */
export const knownTime = (legs: readonly TrainingLeg[]): { readonly seconds: number; readonly steps: number } =>
  legs.reduce(
    (sum, { from_step, to_step, seconds }) =>
      seconds === null ? sum : { seconds: sum.seconds + seconds, steps: sum.steps + to_step - from_step },
    { seconds: 0, steps: 0 },
  )
