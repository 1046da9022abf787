import {
  clockEnergy,
  type FixedAction,
  leakageEnergy,
  leakagePower,
  type PricedPart,
  type PriceTable,
  priceEnergy,
  type RegisterRead,
  type Tally,
} from '@h2learn/cost-model'
import { addCounts, type Bytes, bytes, ConfigError, type Counts, cycles, scaleCounts } from '@h2learn/hw'
import {
  closedFormPeriod,
  type StageWork,
  type SubBatchWork,
  scheduleTasks,
  streamEngine,
  type TrainingPlan,
  trainingPeriod,
  trainingTasks,
} from '@h2learn/pipeline'
import { parameterCount, type StepRecord } from '@h2learn/snn-core'
import { updateTraffic, updateUnit } from '@h2learn/weight-update'
import type { Chip, ChipEnergy, ChipEngine, ChipRun, EngineRole, SimulateOptions, StageRun } from './api'
import { jobsOf } from './jobs'

type Count = Counts<FixedAction | RegisterRead>

/** One layer on one engine: work from data, time, counts, and what the memory makes of it. */
const runStage = <In>(
  chip: Chip,
  role: EngineRole,
  engine: ChipEngine<In, unknown>,
  layer: string,
  input: In,
): StageRun => {
  const work = engine.measure(input) as never
  const timing = engine.time(work)
  const total = timing.iterations.bytes.reduce((a, b) => a + b, 0)
  const alone = streamEngine(timing, chip.bytesPerCycle, chip.bytesPerCycle)
  // one memory for everything: the weight gradients wait for the same port
  const together = chip.memory.layout === 'shared' ? (total + timing.gradientBytes) / chip.bytesPerCycle : 0
  const duration = Math.max(alone.cycles, together)
  return {
    role,
    engine: engine.name,
    layer,
    work,
    computeCycles: alone.computeCycles,
    memoryCycles: cycles(Math.max(alone.memoryCycles, alone.gradientCycles, together)),
    cycles: cycles(duration),
    bound: together > alone.cycles ? 'memory' : alone.bound,
    utilisation: duration > 0 ? timing.idealCycles / duration : 0,
    bytes: bytes(total),
    gradientBytes: timing.gradientBytes,
    counts: engine.count(work),
  }
}

/** All stages of one recorded sub-batch, Forward in layer order, Backward from the output down, Weight Update likewise. */
const runSubBatch = (chip: Chip, record: StepRecord, lossScale: number): readonly StageRun[] => {
  const { forward, backward, weightUpdate } = chip.engines
  const jobs = jobsOf(record, lossScale)
  return [
    ...jobs.forward.map((input) => runStage(chip, 'forward', forward, input.layer.name, input)),
    ...jobs.backward.map((input) =>
      runStage(chip, 'backward', backward, input.kind === 'output' ? 'output' : input.layer.name, input),
    ),
    ...jobs.weightUpdate
      .map((input) => runStage(chip, 'weight-update', weightUpdate, input.layer.name, input))
      .reverse(),
  ]
}

const stageWork = ({ layer, cycles: alone, bytes: moved, gradientBytes, bound }: StageRun): StageWork => ({
  layer,
  cycles: alone,
  bytes: moved,
  gradientBytes,
  bound,
})

const subBatchWork = (stages: readonly StageRun[], layers: readonly string[]): SubBatchWork => {
  const of = (role: EngineRole) => stages.filter((stage) => stage.role === role)
  return {
    forward: of('forward').map(stageWork),
    backward: of('backward').map(stageWork),
    // ∇w of a layer needs ∇u of its own neurons: the Backward pass through the layer above makes it
    update: of('weight-update').map((stage) => ({
      ...stageWork(stage),
      after: layers[layers.indexOf(stage.layer) + 1] ?? 'output',
    })),
  }
}

const countsOf = (stages: readonly StageRun[]): Count =>
  stages.reduce<Count>((sum, { counts }) => addCounts(sum, counts as Count), {} as Count)

const sumParts = (chip: Chip): Counts<PricedPart> =>
  Object.values(chip.engines).reduce<Counts<PricedPart>>(
    (sum, { parts }) => addCounts(sum, parts as Counts<PricedPart>),
    {} as Counts<PricedPart>,
  )

/** Energy of some work and of the time it takes: what was done, what leaks, what moves off chip. */
const energyOf = (chip: Chip, counts: Count, duration: number, offChipBytes: number): ChipEnergy => {
  const table = chip.prices as PriceTable
  const parts = sumParts(chip)
  const seconds = duration / chip.clockHz
  const done = priceEnergy(counts as Tally<FixedAction | RegisterRead>, table, chip.calibration.kEnergy)
  const leak = leakagePower(parts as Tally<PricedPart>, table)
  const leakOf = (power: typeof leak.total) => leakageEnergy(power, seconds as never) * 1e-12
  const offChip = priceEnergy({ 'mem.read': offChipBytes }, table, 1).offChip.total
  const breakdown: Record<string, number> = {}
  for (const [action, energy] of Object.entries(done.byAction)) breakdown[action] = (energy as number) * 1e-12
  const clock = clockEnergy(parts as Tally<PricedPart>, cycles(duration), table, chip.calibration.kEnergy) * 1e-12
  if (clock > 0) breakdown['clock'] = clock
  breakdown['leakage.buffers'] = leakOf(leak.buffers)
  breakdown['leakage.logic'] = leakOf(leak.logic)
  return {
    total_J: Object.values(breakdown).reduce((a, b) => a + b, 0),
    breakdown_J: breakdown,
    offChip_J: offChip * 1e-12,
  }
}

/** Bytes of one weight update by memory. */
const updateBytes = (chip: Chip, parameters: number): Record<string, Bytes> => {
  const { gradients, pair } = chip.memoryNames
  const { mem0, mem1, mem2, total } = updateTraffic(parameters)
  return chip.memory.layout === 'shared'
    ? { [gradients]: total }
    : { [gradients]: mem2, [pair[0]]: mem0, [pair[1]]: mem1 }
}

/**
 * Runs recorded sub-batches of one training step on the chip: work of every layer on every engine from the real
 * tensors, the schedule of a batch group over the memories, time, energy and power.
 * @param records sub-batches of one step; a group with more sub-batches repeats them in turn
 * @throws ConfigError when there is no record, or one holds more samples than the chip's sub-batch
 */
export const simulate = (chip: Chip, records: readonly StepRecord[], options: SimulateOptions = {}): ChipRun => {
  const where = 'accelerator/simulate'
  const first = records[0]
  if (!first) throw new ConfigError({ where, expected: 'at least one recorded sub-batch', got: 'none' })
  for (const { B } of records)
    if (B > chip.subBatch)
      throw new ConfigError({
        where,
        expected: `records of at most ${chip.subBatch} samples, the chip's sub-batch`,
        got: `${B} samples`,
        hint: 'record smaller sub-batches or raise subBatch',
      })
  const layers = first.network.layers.map((layer) => layer.name)
  const runs = records.map((record) => runSubBatch(chip, record, options.lossScale ?? 1))
  const works = runs.map((stages) => subBatchWork(stages, layers))
  const perGroup = Math.ceil(first.batch / chip.subBatch)
  const group = Array.from({ length: perGroup }, (_, k) => works[k % works.length]!)
  const parameters = parameterCount(first.network)
  const update = updateUnit()
  const stepBytes = updateBytes(chip, parameters)
  const roles = { forward: 'forward', backward: 'backward', update: 'weight-update' }
  const plan: TrainingPlan = {
    roles,
    memories:
      chip.memory.layout === 'shared'
        ? { kind: 'shared', name: chip.memoryNames.gradients }
        : { kind: 'swapping', ...chip.memoryNames },
    step: {
      resource: roles.update,
      cycles: cycles(
        Math.max(update.time({ parameters }).latency, ...Object.values(stepBytes).map((b) => b / chip.bytesPerCycle)),
      ),
      bytes: stepBytes,
    },
  }
  const names =
    chip.memory.layout === 'shared'
      ? [chip.memoryNames.gradients]
      : [...chip.memoryNames.pair, chip.memoryNames.gradients]
  const memories = names.map((name) => ({ name, bytesPerCycle: chip.bytesPerCycle }))
  const timeline = scheduleTasks(trainingTasks(group, plan), memories)
  const period = trainingPeriod(timeline)
  const closed = works.map((work) => closedFormPeriod(work, plan, memories))
  const mean = (of: (stages: readonly StageRun[]) => number) =>
    runs.reduce((sum, stages) => sum + of(stages), 0) / runs.length

  const moved = (stages: readonly StageRun[]) => stages.reduce((sum, s) => sum + s.bytes + s.gradientBytes, 0)
  const subBatchCounts = scaleCounts(1 / runs.length, countsOf(runs.flat()))
  const groupCounts = addCounts(
    scaleCounts(perGroup, subBatchCounts),
    update.count({ parameters }) as Counts<string> as Count,
  )
  const steady = energyOf(chip, subBatchCounts, period.periodCycles, mean(moved))
  const whole = energyOf(chip, groupCounts, period.groupCycles, perGroup * mean(moved) + parameters * 14)
  const samples = records.reduce((sum, { B }) => sum + B, 0) / records.length
  const periodSeconds = period.periodCycles / chip.clockHz
  return {
    stages: runs,
    timeline,
    period,
    closedForm: closed.reduce((a, b) => (b.cycles > a.cycles ? b : a)),
    closedFormCycles: closed.reduce((sum, { cycles: c }) => sum + c, 0) / closed.length,
    subBatches: perGroup,
    samplesPerSubBatch: samples,
    parameters,
    period_s: periodSeconds,
    samples_per_s: samples / periodSeconds,
    samples_per_s_with_update: first.batch / (period.groupCycles / chip.clockHz),
    energyPerSubBatch: steady,
    energyPerGroup: whole,
    energy_per_sample_J: steady.total_J / samples,
    energy_per_sample_with_update_J: whole.total_J / first.batch,
    power_W: steady.total_J / periodSeconds,
  }
}
