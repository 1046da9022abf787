import type { PricedAction, Tally } from '@h2learn/cost-model'
import { type Cycles, cycles } from '@h2learn/hw'
import { scheduleTasks, type TrainingPeriod, trainingPhases, trainingTasks } from '@h2learn/pipeline'
import { type Network, parameterCount } from '@h2learn/snn-core'
import { updateTraffic, updateUnit } from '@h2learn/weight-update'
import type { Accelerator, BufferUse } from './api'
import { bufferUse } from './buffer-use'
import { chipEnergy, sumTallies, timesAsOften } from './chip-energy'
import { fillGroup, meanClosedForm, scheduledWork } from './chip-run'
import { groupedStage, type MeasuredStage, streamedStage } from './engine-stage'
import { chipMemories, chipPlan, subBatchWork } from './training-plan'

/** Work of one sub-batch on all engines, timed and counted once for all chips whose engines see the same work. */
export interface MeasuredSubBatch {
  readonly B: number
  readonly stages: readonly MeasuredStage[]
}

/** The figures of a chip on one network: what a sweep compares. */
export interface DesignPoint {
  readonly period_cycles: number
  /** Steady state inside a batch group. */
  readonly samples_per_s: number
  /** Whole batch groups: first Forward, drain and weight update included. */
  readonly samples_per_s_with_update: number
  readonly energy_per_sample_J: number
  readonly energy_per_sample_with_update_J: number
  readonly offchip_energy_per_sample_J: number
  /** Energy over period, steady state. */
  readonly power_W: number
  readonly area_mm2: number
  /** The engine or memory that the closed form is bound by. */
  readonly bound_by: string
  readonly closed_form_cycles: number
  readonly buffers: readonly BufferUse[]
}

/** Stages with equal grid iterations counted together, and the sum of their counts, made once for each measured work. */
const condensed = new WeakMap<MeasuredSubBatch, { stages: readonly MeasuredStage[]; counts: Tally<PricedAction> }>()
const condense = (subBatch: MeasuredSubBatch) => {
  const known = condensed.get(subBatch)
  if (known) return known
  const made = {
    stages: subBatch.stages.map(groupedStage),
    counts: sumTallies(subBatch.stages.map(({ counts }) => counts)),
  }
  condensed.set(subBatch, made)
  return made
}

const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)

/**
 * Time of a batch group from its distinct phases: with two equal memories that swap, a phase depends on nothing but the
 * sub-batch in Forward and the one in Backward, and a group that repeats R sub-batches has at most R such pairs.
 */
const groupPeriod = (
  chip: Accelerator,
  group: readonly number[],
  works: ReturnType<typeof scheduledWork>,
  parameters: number,
): TrainingPeriod => {
  const memories = chipMemories(chip)
  const plan = chipPlan(chip, parameters)
  const phasesOf = (members: readonly number[]) =>
    trainingPhases(
      scheduleTasks(
        trainingTasks(
          members.map((k) => works[k]!),
          plan,
        ),
        memories,
      ),
    ).map(({ kind, start, end }) => ({ kind, length: end - start }))
  const short = group.slice(0, Math.min(group.length, works.length + 1))
  const phases = phasesOf(short)
  const of = (kind: string, among = phases) => among.filter((phase) => phase.kind === kind).map(({ length }) => length)
  const steady = of('steady')
  const last = group.at(-1)!
  // the drain belongs to the last sub-batch of the whole group
  const drain = (last === short.at(-1) ? of('drain') : of('drain', phasesOf([last])))[0]!
  const fill = of('fill')[0]!
  const step = of('step')[0] ?? 0
  const interior = group.slice(1).map((_, k) => steady[k % steady.length]!)
  return {
    periodCycles: cycles(interior.length > 0 ? total(interior) / interior.length : fill + drain),
    interiorPhases: interior.length,
    groupCycles: cycles(fill + total(interior) + drain + step),
    fillCycles: cycles(fill),
    drainCycles: cycles(drain),
    stepCycles: cycles(step),
  }
}

/**
 * A chip's figures for work that is known already: the same numbers as `simulate` and `analyticRun` give, without the
 * timeline of the whole batch group (they agree to rounding; a test holds it). Nothing is measured again, so that memory
 * bandwidth and layout, clock, prices, schedule, batch group and buffer sizes cost under two milliseconds a point.
 * @param chip engines that would measure the same work
 * @param subBatches at least one; a group larger than them repeats them in turn
 * @param batch samples of the batch group
 * @throws CapacityError as `simulate`
 */
export const designPoint = (
  chip: Accelerator,
  network: Network,
  batch: number,
  subBatches: readonly MeasuredSubBatch[],
): DesignPoint => {
  const n = subBatches.length
  const layers = network.layers.map(({ name }) => name)
  const known = subBatches.map(condense)
  const streamed = known.map(({ stages }) => stages.map((stage) => streamedStage(chip, stage)))
  const works = scheduledWork(
    chip,
    streamed.map((stages) => subBatchWork(stages, layers)),
  )
  const parameters = parameterCount(network)
  const group = fillGroup(subBatches, batch)
  const period = groupPeriod(chip, group, works, parameters)
  const closedForm = meanClosedForm(works, chipPlan(chip, parameters), chipMemories(chip))
  const counts = known.map((subBatch) => subBatch.counts)
  const moved = streamed.map((stages) => total(stages.map(({ bytes, gradientBytes }) => bytes + gradientBytes)))
  const inGroup = subBatches.map(() => 0)
  for (const k of group) inGroup[k]!++
  const periods: Cycles = cycles(n * period.periodCycles)
  const steady = chipEnergy(chip, {
    counts: sumTallies(counts),
    duration: periods,
    offChipBytes: total(moved),
    shares: n,
  })
  const whole = chipEnergy(chip, {
    counts: sumTallies([
      ...counts.map((tally, k) => timesAsOften(inGroup[k]!, tally)),
      updateUnit().count({ parameters }),
    ]),
    duration: period.groupCycles,
    offChipBytes: total(moved.map((bytes, k) => inGroup[k]! * bytes)) + updateTraffic(parameters).total,
  })
  const samples = total(subBatches.map(({ B }) => B)) / n
  const samplesPerGroup = total(group.map((k) => subBatches[k]!.B))
  const period_s = period.periodCycles / chip.clockHz
  return {
    period_cycles: period.periodCycles,
    samples_per_s: samples / period_s,
    samples_per_s_with_update: samplesPerGroup / (period.groupCycles / chip.clockHz),
    energy_per_sample_J: steady.total_J / samples,
    energy_per_sample_with_update_J: whole.total_J / samplesPerGroup,
    offchip_energy_per_sample_J: steady.offChip_J / samples,
    power_W: steady.total_J / period_s,
    area_mm2: chip.area.total_mm2,
    bound_by: closedForm.boundBy,
    closed_form_cycles: closedForm.cycles,
    buffers: bufferUse(chip, streamed.flat()),
  }
}
