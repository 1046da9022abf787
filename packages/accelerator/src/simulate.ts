import { ConfigError } from '@h2learn/hw'
import type { StepRecord } from '@h2learn/snn-core'
import type { Chip, ChipEngine, ChipRun, EngineRole, SimulateOptions } from './api'
import type { MeasuredSubBatch } from './design-point'
import { type MeasuredStage, measuredStage } from './engine-stage'
import { jobsOf } from './jobs'
import { measuredRun } from './measured-run'

const where = 'accelerator/simulate'

const checkRecords = (records: readonly StepRecord[], subBatch: number): StepRecord => {
  const first = records[0]
  if (!first) throw new ConfigError({ where, expected: 'at least one recorded sub-batch', got: 'none' })
  const step = ({ network, batch }: StepRecord) => `${network.text}, T ${network.T}, batch ${batch}`
  for (const record of records) {
    if (record.B > subBatch)
      throw new ConfigError({
        where,
        expected: `records of at most ${subBatch} samples, the chip's sub-batch`,
        got: `${record.B} samples`,
        hint: 'record smaller sub-batches or raise subBatch',
      })
    if (step(record) !== step(first))
      throw new ConfigError({
        where,
        expected: `sub-batches of one step: ${step(first)}`,
        got: step(record),
        hint: 'simulate each step on its own',
      })
  }
  return first
}

/** All stages of one recorded sub-batch, Forward in layer order, Backward from the output down, Weight Update likewise. */
const recordedStages = (chip: Chip, record: StepRecord, lossScale: number): readonly MeasuredStage[] => {
  const { forward, backward, weightUpdate } = chip.engines
  const jobs = jobsOf(record, lossScale)
  const stage = <In>(role: EngineRole, engine: ChipEngine<In, unknown>, layer: string, input: In) =>
    measuredStage(role, engine, layer, engine.measure(input))
  return [
    ...jobs.forward.map((input) => stage('forward', forward, input.layer.name, input)),
    ...jobs.backward.map((input) =>
      stage('backward', backward, input.kind === 'output' ? 'output' : input.layer.name, input),
    ),
    ...jobs.weightUpdate.map((input) => stage('weight-update', weightUpdate, input.layer.name, input)).reverse(),
  ]
}

/**
 * The work of recorded sub-batches on a chip's engines, timed and counted: what `designPoint` needs to compare chips that
 * differ in memories, clock, prices or schedule, without running the records again.
 * @throws ConfigError as `simulate`
 */
export const measureRecords = (
  chip: Chip,
  records: readonly StepRecord[],
  { lossScale = 1 }: SimulateOptions = {},
): readonly MeasuredSubBatch[] => {
  checkRecords(records, chip.subBatch)
  return records.map((record) => ({ stages: recordedStages(chip, record, lossScale), B: record.B }))
}

/**
 * Runs recorded sub-batches of one training step on the chip: work of every layer on every engine from the real
 * tensors, the schedule of a batch group over the memories, time, energy and power.
 * @param records sub-batches of one step; a group with more sub-batches repeats them in turn
 * @throws ConfigError when there is no record, one holds more samples than the chip's sub-batch, or they are not of one
 *   network and batch
 */
export const simulate = (chip: Chip, records: readonly StepRecord[], options: SimulateOptions = {}): ChipRun => {
  const { network, batch } = checkRecords(records, chip.subBatch)
  return measuredRun(chip, network, batch, measureRecords(chip, records, options))
}
