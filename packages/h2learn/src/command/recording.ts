import { type Accelerator, accelerator, type ChipRun } from '@h2learn/accelerator'
import { recordStep, type StepRecord, type StepView, sparsityOf } from '@h2learn/snn-core'
import { chipNeuron } from './chip-neuron'
import type { RunPlan } from './run-plan'

/** One stage of training: what the layers did and what the chip would take for exactly that step. */
export interface StageSummary {
  readonly step: number
  readonly samples_seen: number
  readonly loss: number
  readonly accuracy: number
  readonly zero_loss_share: number
  readonly layers: readonly {
    readonly name: string
    readonly firing_rate: number
    readonly output_sparsity: number
    readonly input_sparsity: number
  }[]
  readonly chip_samples_per_s: number
}

/** The sampled steps of a run: the first, the last, and three between. */
export const sampledSteps = (totalSteps: number): readonly number[] => [
  ...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (totalSteps - 1)))),
]

/** What recording needs to know of a step. */
export interface RecordableStep {
  readonly report: Pick<StepView['report'], 'step' | 'epoch' | 'samplesSeen' | 'loss' | 'accuracy' | 'zeroLossShare'>
  readonly weights: StepView['weights']
  readonly indices: StepView['indices']
}

/** Records some sub-batches of a training step, spread over its batch. */
export const recordSubBatches = (
  plan: Pick<RunPlan, 'network' | 'config' | 'train'>,
  { report, weights, indices }: RecordableStep,
  subBatch: number,
  count: number,
): readonly StepRecord[] => {
  const { network, config, train: samples } = plan
  const all = Math.ceil(indices.length / subBatch)
  const taken = Math.min(count, all)
  return Array.from({ length: taken }, (_, i) => {
    const from = Math.floor((i * all) / taken) * subBatch
    const rows = Array.from({ length: Math.min(subBatch, indices.length - from) }, (_, r) => from + r)
    return recordStep({
      network,
      neuron: config.neuron,
      samples,
      loss: config.loss,
      weights,
      indices,
      report,
      draw: { seed: config.seed, epoch: report.epoch },
      rows,
      precision: config.precision,
      backend: config.backend,
    })
  })
}

/** What a sampled step leaves behind: its tensors, what the chip does with them, and the summary for the report. */
export interface SampledStep {
  readonly records: readonly StepRecord[]
  readonly run: ChipRun
  readonly summary: StageSummary
}

/** Sparsities of the recorded sub-batches, averaged: Table III's quantities per neuron map. */
export const recordedSparsities = (records: readonly StepRecord[]) => {
  const each = records.map(sparsityOf)
  const mean = (of: (layer: (typeof each)[number][number]) => number, l: number) =>
    each.reduce((sum, layers) => sum + of(layers[l]!), 0) / each.length
  return each[0]!.map(({ name }, l) => ({
    name,
    firingRate: mean((layer) => layer.firingRate, l),
    outputSparsity: mean((layer) => layer.outputSparsity, l),
    inputSparsity: mean((layer) => layer.inputSparsity, l),
    inputSparsityF16: mean((layer) => layer.inputSparsityF16, l),
    underflowShare: mean((layer) => layer.underflowShare, l),
  }))
}

/** Records sub-batches of a step, runs them on the chip and sums up; `layers` are the sparsities to put on record. */
export const runRecorded = (
  plan: RunPlan,
  step: RecordableStep,
  chip: Accelerator,
  layers: (records: readonly StepRecord[]) => StageSummary['layers'],
): SampledStep => {
  const records = recordSubBatches(plan, step, chip.subBatch, plan.subBatches)
  const run = chip.simulate(
    records.map((record) => ({ ...record, neuron: chipNeuron(record.neuron) })),
    { lossScale: plan.config.lossScale },
  )
  const { report } = step
  return {
    records,
    run,
    summary: {
      step: report.step,
      samples_seen: report.samplesSeen,
      loss: report.loss,
      accuracy: report.accuracy,
      zero_loss_share: report.zeroLossShare,
      layers: layers(records),
      chip_samples_per_s: run.samples_per_s,
    },
  }
}

/** Records a step and runs it on the chip; its sparsities are those of the whole batch. */
export const sampleStep = (plan: RunPlan, view: StepView, chip: Accelerator = accelerator()): SampledStep =>
  runRecorded(plan, view, chip, () =>
    view.report.layers.map(({ name, firingRate, maskDensity, gradientDensity }) => ({
      name,
      firing_rate: firingRate,
      output_sparsity: 1 - maskDensity,
      input_sparsity: 1 - gradientDensity,
    })),
  )
