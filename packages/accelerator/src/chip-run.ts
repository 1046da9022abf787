import { type Cycles, cycles } from '@h2learn/hw'
import {
  type ClosedFormPeriod,
  closedFormPeriod,
  equalLayers,
  type SharedMemory,
  type SubBatchWork,
  scheduleBound,
  scheduleTasks,
  type TrainingPlan,
  trainingPeriod,
  trainingPhases,
  trainingTasks,
} from '@h2learn/pipeline'
import { type Network, parameterCount } from '@h2learn/snn-core'
import { updateTraffic, updateUnit } from '@h2learn/weight-update'
import type { Chip, ChipRun, StageRun } from './api'
import { bufferUse } from './buffer-use'
import { chipEnergy, periods, sumTallies, timesAsOften } from './chip-energy'
import { chipMemories, chipPlan, subBatchWork } from './training-plan'

/** The stages of one sub-batch, and how many samples it holds. */
export interface SubBatchStages {
  readonly stages: readonly StageRun[]
  readonly B: number
}

/** The closed form of several different sub-batches: what they ask of each engine and memory on average. */
export const meanClosedForm = (
  works: readonly SubBatchWork[],
  plan: TrainingPlan,
  memories: readonly SharedMemory[],
): ClosedFormPeriod => {
  const all = Object.fromEntries(plan.passes.map(({ name }) => [name, works.flatMap((work) => work[name] ?? [])]))
  const { cycles: total, boundBy, demands } = closedFormPeriod(all, plan, memories)
  const mean = (sum: Cycles) => cycles(sum / works.length)
  return {
    cycles: mean(total),
    boundBy,
    demands: Object.fromEntries(Object.entries(demands).map(([name, sum]) => [name, mean(sum)])),
  }
}

/** The work as the chip's schedule sees it: layers as they are, or spread evenly. */
export const scheduledWork = ({ schedule }: Pick<Chip, 'schedule'>, works: readonly SubBatchWork[]) =>
  schedule.layerTimes === 'equal' ? works.map(equalLayers) : works

/** How often each of the known sub-batches comes, in turn, until a batch group is full. */
export const fillGroup = (subBatches: readonly { readonly B: number }[], batch: number): readonly number[] => {
  const group: number[] = []
  for (let samples = 0; samples < batch; samples += subBatches[group.at(-1)!]!.B)
    group.push(group.length % subBatches.length)
  return group
}

/**
 * Lays a batch group of known sub-batches over the chip's engines and memories and prices it: schedule, period, energy,
 * power. A group larger than the known sub-batches repeats them in turn until it holds `batch` samples.
 * @param subBatches at least one; the stages of each on all engines
 * @param batch samples of the batch group
 */
export const chipRun = (
  chip: Chip,
  network: Network,
  batch: number,
  subBatches: readonly SubBatchStages[],
): ChipRun => {
  const n = subBatches.length
  const layers = network.layers.map(({ name }) => name)
  const buffers = bufferUse(
    chip,
    subBatches.flatMap(({ stages }) => stages),
  )
  const works = scheduledWork(
    chip,
    subBatches.map(({ stages }) => subBatchWork(stages, layers)),
  )
  const group = fillGroup(subBatches, batch)
  const parameters = parameterCount(network)
  const memories = chipMemories(chip)
  const plan = chipPlan(chip, parameters)
  const timeline = scheduleTasks(
    trainingTasks(
      group.map((k) => works[k]!),
      plan,
    ),
    memories,
  )
  const period = trainingPeriod(timeline)
  const closedForm = meanClosedForm(works, plan, memories)
  const phases = trainingPhases(timeline)

  const counts = subBatches.map(({ stages }) => sumTallies(stages.map((stage) => stage.counts)))
  const moved = subBatches.map(({ stages }) =>
    stages.reduce((sum, { bytes, gradientBytes }) => sum + bytes + gradientBytes, 0),
  )
  const inGroup = subBatches.map((_, k) => group.filter((g) => g === k).length)
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  const steady = chipEnergy(chip, {
    counts: sumTallies(counts),
    duration: periods(n, period.periodCycles),
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
    stages: subBatches.map(({ stages }) => stages),
    timeline,
    period,
    phases,
    bound: scheduleBound(phases),
    buffers,
    closedForm,
    closedFormCycles: closedForm.cycles,
    subBatches: group.length,
    samplesPerSubBatch: samples,
    samplesPerGroup,
    parameters,
    period_s,
    samples_per_s: samples / period_s,
    samples_per_s_with_update: samplesPerGroup / (period.groupCycles / chip.clockHz),
    energyPerSubBatch: steady,
    energyPerGroup: whole,
    energy_per_sample_J: steady.total_J / samples,
    energy_per_sample_with_update_J: whole.total_J / samplesPerGroup,
    power_W: steady.total_J / period_s,
  }
}
