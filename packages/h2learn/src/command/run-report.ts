import { type Accelerator, type ChipRun, type FunctionalCheck, neuronsOf, type StageRun } from '@h2learn/accelerator'
import { splitPower } from '@h2learn/cost-model'
import { paper, v100Reference } from '@h2learn/paper'
import type {
  FigureKind,
  ReportBackwardPass,
  ReportChip,
  ReportCycleCauses,
  ReportEngine,
  ReportFunctional,
  ReportPaperRow,
  RunReport,
} from '@h2learn/report'
import {
  type Evaluation,
  type Layer,
  parameterCount,
  parseNetwork,
  samplesSeenAt,
  surrogateText,
} from '@h2learn/snn-core'
import type { BackwardWork } from '@h2learn/sparse-backward'
import { updateTraffic } from '@h2learn/weight-update'
import { type LearnedRun, learningWarnings } from '../learning-warnings'
import { recordedActivity } from '../recorded-activity'
import { isChipNeuron } from './chip-neuron'
import { recordedSparsities, type SampledStep, type StageSummary } from './recording'
import type { RunPlan } from './run-plan'
import { knownTime, type TrainingLeg } from './training-legs'

/** Everything a run produced. */
export interface RunResult {
  readonly plan: RunPlan
  readonly chip: Accelerator
  readonly sampled: SampledStep
  readonly stages: readonly StageSummary[]
  readonly steps: number
  readonly history: {
    readonly loss: readonly number[]
    readonly accuracy: readonly number[]
    readonly zeroLossShare: readonly number[]
  }
  readonly legs: readonly TrainingLeg[]
  readonly interrupted: boolean
  /** Steps in a row without a gradient, where there were too many. */
  readonly stalled?: LearnedRun['stalled']
  readonly test: Evaluation
  readonly train: Evaluation
  readonly functional: readonly FunctionalCheck[]
  readonly weightsChecksum: string
  readonly version: string
}

/** A report with what only the command knows. */
export type FullRunReport = RunReport & {
  /** CRC-32 of the final weights: equal for equal runs, whatever the number of threads or interruptions. */
  readonly weights_crc32: string
  readonly chip_by_stage: readonly {
    readonly step: number
    readonly samples_seen: number
    readonly samples_per_s: number
  }[]
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

/** A stage of the same layer and engine, averaged over the recorded sub-batches. */
const engineRow = (stages: readonly StageRun[]): ReportEngine => {
  const first = stages[0]!
  const average = (of: (stage: StageRun) => number) => mean(stages.map(of))
  return {
    engine: first.role,
    layer: first.layer,
    compute_cycles: average((s) => s.computeCycles),
    memory_cycles: average((s) => s.memoryCycles),
    cycles: average((s) => s.cycles),
    bound: average((s) => (s.bound === 'memory' ? 1 : 0)) > 0.5 ? 'memory' : 'compute',
    utilisation: average((s) => s.utilisation),
    bytes: average((s) => s.bytes + s.gradientBytes),
    kind: 'predicted',
  }
}

/** Rows of the report, one a layer and engine, averaged over the sub-batches. */
export const engineRows = ({ stages }: ChipRun): ReportEngine[] =>
  stages[0]!.map((_, i) => engineRow(stages.map((subBatch) => subBatch[i]!)))

/** PE-cycles by cause, where the Backward Engine is one that tells them. */
export const causeRows = ({ stages }: ChipRun): ReportCycleCauses[] =>
  stages[0]!.flatMap((stage, i) => {
    if (stage.role !== 'backward') return []
    const causes = stages.map((subBatch) => (subBatch[i]!.work as Partial<BackwardWork>).peCycles)
    if (causes.some((cause) => cause === undefined)) return []
    const average = (...names: readonly (keyof BackwardWork['peCycles'])[]) =>
      mean(causes.map((cause) => names.reduce((sum, name) => sum + cause![name], 0)))
    return [
      {
        layer: stage.layer,
        effectual: average('effectual'),
        empty_windows: average('emptyWindow'),
        imbalance: average('peImbalance', 'groupImbalance'),
        fill: average('fill'),
        waiting: average('scan', 'acc', 'grad'),
        unused: average('ineffectual', 'unused'),
      },
    ]
  })

const functionalRow = (check: FunctionalCheck): ReportFunctional => ({
  engine: check.role,
  layer: check.layer,
  compared_values: check.values,
  max_abs_difference: check.maxAbsDifference,
  differing_values: check.differing,
  worst_case_difference: Number.isFinite(check.bound) ? check.bound : null,
  differing_bits: check.bits > 0 ? check.differingBits : null,
  bits: check.bits > 0 ? check.bits : null,
})

/** Whether this is the very network of the paper's benchmark: structure, input, timesteps. */
const isPublished = ({ benchmark, network }: Pick<RunPlan, 'benchmark' | 'network'>): boolean => {
  if (benchmark.paperName === undefined) return false
  const { network: published, input, T } = paper.networks[benchmark.paperName]
  const { C, H, W } = network.input
  const sameInput = input.C === C && input.H === H && input.W === W
  return sameInput && T === network.T && parseNetwork(published.value, { input, T }).text === network.text
}

/** Backward passes through convolutions; Table III's figures beside those of its own networks. */
const backwardPasses = (plan: RunPlan, sparsities: ReturnType<typeof recordedSparsities>): ReportBackwardPass[] => {
  const { paperName } = plan.benchmark
  const published = paperName !== undefined && isPublished(plan) ? paper.sparsities[paperName] : undefined
  const place = (values: readonly number[] | undefined, name: string) => {
    const percent = values?.[published!.layers.indexOf(name)]
    return percent === undefined ? null : percent / 100
  }
  return plan.network.layers.flatMap(({ name, kind }, l) => {
    if (l === 0 || kind !== 'conv') return []
    return [
      {
        layer: name,
        to: sparsities[l - 1]!.name,
        output_sparsity: sparsities[l - 1]!.outputSparsity,
        input_sparsity: sparsities[l]!.inputSparsityF16,
        paper_output_sparsity: place(published?.output.value, name),
        paper_input_sparsity: place(published?.input.value, name),
      },
    ]
  })
}

/** The published time of one training sample, when this is the very network of Table VI. */
export const v100Comparison = (plan: Pick<RunPlan, 'benchmark' | 'network'>, samplesPerSecond: number) => {
  const { benchmark } = plan
  if (benchmark.paperName === undefined) return { speedup: null, note: `the paper has no benchmark ${benchmark.name}` }
  const { network: published, input, T } = paper.networks[benchmark.paperName]
  const seconds = v100Reference.secondsPerSample[benchmark.paperName]
  if (!isPublished(plan))
    return {
      speedup: null,
      note: `the paper prints V100 times only for its own networks (${benchmark.paperName}: ${published.value}, ${input.H}x${input.W}x${input.C}, T ${T})`,
    }
  if (seconds === undefined) return { speedup: null, note: `the paper prints no V100 time for ${benchmark.paperName}` }
  return {
    speedup: samplesPerSecond * seconds,
    note: `predicted samples/s of the chip over the V100's published epoch time (Table II, ${benchmark.paperName})`,
  }
}

const errorPct = (model: number, published: number) => 100 * (model / published - 1)

const areaNames = { forward: 'forward', weightUpdate: 'weight-update', backward: 'backward' } as const

const paperRows = (chip: Accelerator, peak_W: number, speedup: number | null): ReportPaperRow[] => {
  const row = (
    quantity: string,
    unit: string,
    published: number,
    model: number,
    kind: FigureKind,
    chip_key?: string,
  ): ReportPaperRow => ({
    quantity,
    unit,
    paper: published,
    model,
    error_pct: errorPct(model, published),
    kind,
    ...(chip_key && { chip_key }),
  })
  return [
    ...Object.entries(areaNames).map(([name, role]) =>
      row(
        `area, ${role} engine`,
        'mm2',
        paper.engines[name as keyof typeof areaNames].area.value,
        chip.area[role].total,
        'calibrated',
      ),
    ),
    row('area, chip', 'mm2', paper.chip.area.value, chip.area.total_mm2, 'calibrated', 'area_mm2'),
    row('power, all engines busy', 'W', paper.chip.power.value, peak_W, 'calibrated', 'peak_power_W'),
    row(
      'area of V100 / modelled area of the chip',
      '',
      paper.againstV100.area.value,
      v100Reference.area / chip.area.total_mm2,
      'calibrated',
    ),
    ...(speedup === null
      ? []
      : [
          {
            quantity: 'speed-up over V100',
            unit: '',
            paper: paper.againstV100.speedup.value,
            model: speedup,
            error_pct: null,
            kind: 'predicted' as const,
          },
        ]),
  ]
}

/** The chip's figures with the kind of each. */
export const chipReport = (chip: Accelerator, run: ChipRun): ReportChip => {
  const samples = run.samplesPerSubBatch
  const { power } = chip.calibration
  const perSample = (joules: number) => joules / samples
  return {
    clock_MHz: chip.clockHz / 1e6,
    period_cycles: run.period.periodCycles,
    period_s: run.period_s,
    closed_form_period_cycles: run.closedFormCycles,
    samples_per_s: run.samples_per_s,
    samples_per_s_with_update: run.samples_per_s_with_update,
    area_mm2: chip.area.total_mm2,
    area_breakdown_mm2: {
      'forward engine': chip.area.forward.total,
      'weight update engine': chip.area['weight-update'].total,
      'backward engine': chip.area.backward.total,
    },
    power_W: run.power_W,
    peak_power_W: splitPower(power.total),
    energy_per_sample_J: run.energy_per_sample_J,
    energy_breakdown_J: Object.fromEntries(
      Object.entries(run.energyPerSubBatch.breakdown_J).map(([name, joules]) => [name, perSample(joules)]),
    ),
    offchip_energy_per_sample_J: perSample(run.energyPerSubBatch.offChip_J),
    bound_by: run.bound.boundBy,
    bound: run.bound.bound,
    closed_form_bound_by: run.closedForm.boundBy,
    kinds: {
      clock_MHz: 'published',
      period_cycles: 'predicted',
      period_s: 'predicted',
      closed_form_period_cycles: 'predicted',
      samples_per_s: 'predicted',
      samples_per_s_with_update: 'predicted',
      area_mm2: 'calibrated',
      area_breakdown_mm2: 'calibrated',
      power_W: 'calibrated',
      peak_power_W: 'calibrated',
      energy_per_sample_J: 'calibrated',
      energy_breakdown_J: 'calibrated',
      offchip_energy_per_sample_J: 'predicted',
    },
  }
}

const layerParameters = ({ K, C, R, S }: Layer) => K * C * R * S

/** At most so many points of a training curve in the report; each is the mean of the steps it stands for. */
const curvePoints = 200

const curveOf = ({ history, plan }: RunResult) => {
  const n = history.loss.length
  const span = Math.max(1, Math.ceil(n / curvePoints))
  return Array.from({ length: Math.ceil(n / span) }, (_, i) => {
    const from = i * span
    const part = (values: readonly number[]) => mean(values.slice(from, Math.min(n, from + span)))
    return {
      step: from,
      samples_seen: samplesSeenAt(from, plan.train.count, plan.config.batch),
      loss: part(history.loss),
      accuracy: part(history.accuracy),
      zero_loss_share: part(history.zeroLossShare),
    }
  })
}

/**
 * Wall-clock time of training over all legs of the run, and the speed. Where a leg's time is not known the speed is that of
 * the others, and the seconds are those of the others.
 */
const timeOf = ({ legs, plan }: RunResult) => {
  const samplesOf = ({ from_step, to_step }: TrainingLeg) =>
    samplesSeenAt(to_step, plan.train.count, plan.config.batch) -
    samplesSeenAt(from_step, plan.train.count, plan.config.batch)
  const { seconds } = knownTime(legs)
  const samples = legs.reduce((sum, leg) => (leg.seconds === null ? sum : sum + samplesOf(leg)), 0)
  return { seconds, samples_per_s: seconds > 0 ? samples / seconds : 0, legs }
}

/** The whole run as plain JSON with units in the key names. */
export const runReport = (result: RunResult): FullRunReport => {
  const { plan, chip, sampled, stages, test, train, steps } = result
  const { network, config, benchmark, preset } = plan
  const { run, records } = sampled
  const sparsities = recordedSparsities(records)
  const chipFigures = chipReport(chip, run)
  const { speedup, note } = v100Comparison(plan, run.samples_per_s)
  const first = records[0]!
  const lastStep = stages.at(-1)
  const activity = recordedActivity(records)
  const samplesSeen = samplesSeenAt(steps, plan.train.count, config.batch)
  return {
    schema: 'h2learn.run/1',
    benchmark: benchmark.name,
    preset: preset.name,
    network: network.text,
    input: { H: network.input.H, W: network.input.W, C: network.input.C },
    T: network.T,
    batch: config.batch,
    seed: config.seed,
    threads: plan.threads,
    data: {
      name: plan.train.name,
      origin: plan.train.origin,
      test_origin: plan.test.origin,
      synthetic: plan.train.synthetic,
      train_samples: plan.train.count,
      test_samples: test.samples,
    },
    training: {
      steps,
      epochs: samplesSeen / plan.train.count,
      samples_seen: samplesSeen,
      ...timeOf(result),
      precision: config.precision,
      optimizer: config.optimizer.kind,
      learning_rate: config.optimizer.learningRate,
      ...(config.optimizer.kind === 'adam' && { beta2: config.optimizer.beta2 }),
      schedule: config.schedule,
      leak: config.neuron.leak,
      fire_threshold: config.neuron.fireThreshold,
      reset: config.neuron.reset,
      surrogate: surrogateText(config.neuron.surrogate),
      first_firing_rate: plan.firingRate,
      output_gain: plan.outputGain,
      grad_window: config.neuron.surrogate.kind === 'rectangular' ? config.neuron.gradWindow : null,
      detach_reset: config.neuron.detachReset,
      layer_rates: config.layerRates,
      backend: config.backend,
      loss: config.loss,
      curve: curveOf(result),
      interrupted: result.interrupted,
    },
    train_accuracy: train.accuracy,
    test_accuracy: test.accuracy,
    test_loss: test.loss,
    tie_share: test.tieShare,
    confusion: test.confusion,
    layers: network.layers.map((layer, l) => ({
      name: layer.name,
      kind: layer.kind === 'conv' ? (layer.encoding ? 'encoding convolution' : 'convolution') : 'fully connected',
      neurons: neuronsOf(layer),
      parameters: layerParameters(layer),
      firing_rate: sparsities[l]!.firingRate,
      output_sparsity: sparsities[l]!.outputSparsity,
      input_sparsity: sparsities[l]!.inputSparsity,
      input_sparsity_fp16: sparsities[l]!.inputSparsityF16,
      underflow_share: sparsities[l]!.underflowShare,
    })),
    backward_passes: backwardPasses(plan, sparsities),
    stages: stages.map(({ step, samples_seen, layers }) => ({ step, samples_seen, layers })),
    activity,
    masks: {
      source: `recorded in this run (${records.length} of ${run.subBatches} sub-batches of one training step; the group repeats them)`,
      stage: `step ${first.step + 1} of ${steps}, batch loss ${first.loss.toFixed(4)}, ${(100 * first.zeroLossShare).toFixed(0)} % of the batch without a gradient`,
      step: first.step,
      samples_seen: first.samplesSeen,
      sub_batches: records.length,
      batch: first.batch,
      samples: activity.samples,
    },
    engines: engineRows(run),
    functional: result.functional.map(functionalRow),
    cycle_causes: causeRows(run),
    chip: chipFigures,
    paper: paperRows(chip, chipFigures.peak_power_W, speedup),
    speedup_vs_v100: speedup,
    speedup_vs_v100_kind: 'predicted',
    speedup_vs_v100_note: note,
    warnings: [...activity.warnings, ...learningWarnings({ test, stalled: result.stalled })],
    notes: [
      `Accuracies: measured on ${test.samples} of ${plan.test.count} test and the first ${train.samples} of ${plan.train.count} training samples.`,
      `${parameterCount(network)} parameters; one weight update moves ${updateTraffic(1).total} bytes per parameter.`,
      'Calibrated constants: k_area on three printed areas, k_energy on the printed power, fill on one printed speed-up. They enter every area, every energy, and the cycles of the Backward Engine; cycles and speeds are called predicted all the same, because nothing was fitted to them.',
      ...(isChipNeuron(config.neuron)
        ? []
        : [
            `The chip's Soma computes reset zero and the rectangular surrogate alone: cycles and energy are those of the recorded tensors as if units of the same cost computed reset ${config.neuron.reset} and surrogate ${config.neuron.surrogate.kind}; the engines' own output was not compared.`,
          ]),
      'Power and energy are those of the chip; off-chip memory is printed apart, as the paper leaves it out.',
      ...(lastStep && stages.length > 1
        ? [
            `Cycles depend on the stage of training (predicted): ${stages.map((s) => `${Math.round(s.chip_samples_per_s)} samples/s at step ${s.step + 1}`).join(', ')}.`,
          ]
        : []),
      ...(plan.train.synthetic
        ? [
            `The training data are synthetic${plan.test.synthetic ? ': accuracy says nothing about the real data set' : '; the test samples are not'}.`,
          ]
        : []),
    ],
    versions: { h2learn: result.version, node: process.versions.node },
    weights_crc32: result.weightsChecksum,
    chip_by_stage: stages.map(({ step, samples_seen, chip_samples_per_s }) => ({
      step,
      samples_seen,
      samples_per_s: chip_samples_per_s,
    })),
  }
}
