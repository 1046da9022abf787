import type { ReportChip, ReportPaperRow, ReportTraining, RunReport } from './api'
import { count, figure, gap, missing, oneLine, percent, quantity } from './format'

/** What a cell shows and what it sorts by. */
export interface ReportCell {
  readonly text: string
  readonly value: number | string
}

/** A table of a report before it becomes text or HTML. */
export interface ReportTable {
  readonly title: string
  readonly columns: readonly { readonly name: string; readonly numeric: boolean }[]
  /** Leading columns that name the row. */
  readonly keys: number
  readonly rows: readonly (readonly ReportCell[])[]
}

const word = (text: string): ReportCell => ({ text: oneLine(text), value: oneLine(text) })
const number =
  (format: (value: number | null | undefined) => string) =>
  (value: number | null | undefined): ReportCell => ({ text: format(value), value: value ?? Number.NEGATIVE_INFINITY })

const whole = number(count)
const share = number(percent)
const signed = number(gap)
const plain = number(figure)

/** Columns by name; a leading `#` marks numbers. */
const columns = (...names: string[]) =>
  names.map((name) => ({ name: name.replace(/^#/, ''), numeric: name.startsWith('#') }))

/** Which samples rates and sparsities were measured on, where the report tells. */
const onSamples = ({ samples, step }: RunReport['masks']): string =>
  samples === undefined
    ? ''
    : ` on ${count(samples)} training ${samples === 1 ? 'sample' : 'samples'}${step === null ? '' : ` of step ${count(step + 1)}`}`

/** Firing rates and sparsities of the trained network, one row per layer. */
export const layersTable = ({ layers, masks }: RunReport): ReportTable => ({
  title: `Layers (measured${onSamples(masks)})`,
  columns: columns(
    'layer',
    'kind',
    '#neurons',
    '#parameters',
    '#firing rate',
    '#output sparsity',
    '#input sparsity',
    '#… in FP16',
    '#underflow',
  ),
  keys: 1,
  rows: layers.map((layer) => [
    word(layer.name),
    word(layer.kind),
    whole(layer.neurons),
    whole(layer.parameters),
    plain(layer.firing_rate),
    share(layer.output_sparsity),
    share(layer.input_sparsity),
    share(layer.input_sparsity_fp16),
    share(layer.underflow_share),
  ]),
})

/** Sparsity of the backward passes as Table III counts it, with the paper's figures where they belong. */
export const passesTable = ({ backward_passes, masks }: RunReport): ReportTable => ({
  title: `Backward passes, as Table III counts them (measured${onSamples(masks)}; paper: published)`,
  columns: columns('through', 'to', '#output sparsity', '#input sparsity', '#paper, output', '#paper, input'),
  keys: 2,
  rows: backward_passes.map((row) => [
    word(row.layer),
    word(row.to),
    share(row.output_sparsity),
    share(row.input_sparsity),
    share(row.paper_output_sparsity),
    share(row.paper_input_sparsity),
  ]),
})

/** Cycles of every layer on every engine, per sub-batch. */
export const enginesTable = ({ engines }: RunReport): ReportTable => ({
  title: 'Engines, per sub-batch (Backward cycles contain the calibrated fill)',
  columns: columns('layer', 'engine', '#cycles', '#compute', '#memory', 'bound', '#utilisation', '#bytes', 'kind'),
  keys: 2,
  rows: engines.map((row) => [
    word(row.layer),
    word(row.engine),
    whole(row.cycles),
    whole(row.compute_cycles),
    whole(row.memory_cycles),
    word(row.bound),
    share(row.utilisation),
    whole(row.bytes),
    word(row.kind),
  ]),
})

/** Where the cycles of the Backward Engine go. */
export const causesTable = ({ cycle_causes = [] }: RunReport): ReportTable => ({
  title: 'Where PE-cycles of the Backward Engine go, per sub-batch (predicted, fill calibrated)',
  columns: columns('layer', '#effectual', '#empty windows', '#imbalance', '#fill', '#waiting', '#unused'),
  keys: 1,
  rows: cycle_causes.map((row) => [
    word(row.layer),
    whole(row.effectual),
    whole(row.empty_windows),
    whole(row.imbalance),
    whole(row.fill),
    whole(row.waiting),
    whole(row.unused),
  ]),
})

/** What the engines computed against the reference. */
export const functionalTable = ({ functional }: RunReport): ReportTable => ({
  title: 'Engines against the FP16 reference, same input, other order of addition (measured)',
  columns: columns('layer', 'engine', '#values', '#differ', '#largest', '#worst case', '#bits', '#flipped'),
  keys: 2,
  rows: functional.map((row) => [
    word(row.layer),
    word(row.engine),
    whole(row.compared_values),
    whole(row.differing_values),
    plain(row.max_abs_difference),
    plain(row.worst_case_difference),
    whole(row.bits),
    whole(row.differing_bits),
  ]),
})

const paperFigure = (paper: ReportPaperRow['paper']): ReportCell => {
  if (paper === null) return { text: missing, value: Number.NEGATIVE_INFINITY }
  if (typeof paper === 'number') return { text: figure(paper, 4), value: paper }
  return { text: `${figure(paper[0], 4)}–${figure(paper[1], 4)}`, value: paper[0] }
}

const paperGap = ({ paper, model, error_pct }: ReportPaperRow): ReportCell => {
  if (error_pct !== null || paper === null || typeof paper === 'number') return signed(error_pct)
  const inside = model >= paper[0] && model <= paper[1]
  return word(inside ? 'in range' : 'outside')
}

const modelFigure = (row: ReportPaperRow): ReportCell => ({
  text: row.unit === '' ? figure(row.model, 4) : `${figure(row.model, 4)} ${oneLine(row.unit)}`,
  value: row.model,
})

/** Every published figure beside the model's. */
export const paperTable = ({ paper }: RunReport): ReportTable => ({
  title: 'Against the paper',
  columns: columns('quantity', '#model', '#paper', '#gap', 'kind'),
  keys: 1,
  rows: paper.map((row) => [
    word(row.quantity),
    modelFigure(row),
    paperFigure(row.paper),
    paperGap(row),
    word(row.kind),
  ]),
})

/** The chip's figures with their kind and, where the paper prints one, its figure and the gap. */
export const chipTable = ({ chip, paper }: RunReport): ReportTable => {
  const rows: readonly (readonly [label: string, key: keyof typeof chip, text: string, value: number])[] = [
    ['sub-batch period', 'period_cycles', `${count(chip.period_cycles)} cycles`, chip.period_cycles],
    ['… in time', 'period_s', quantity(chip.period_s, 's'), chip.period_s],
    [
      'bound that no schedule beats',
      'closed_form_period_cycles',
      `${count(chip.closed_form_period_cycles)} cycles`,
      chip.closed_form_period_cycles,
    ],
    ['samples/s', 'samples_per_s', figure(chip.samples_per_s), chip.samples_per_s],
    [
      '… with update',
      'samples_per_s_with_update',
      figure(chip.samples_per_s_with_update),
      chip.samples_per_s_with_update,
    ],
    ['power', 'power_W', quantity(chip.power_W, 'W'), chip.power_W],
    ['peak power', 'peak_power_W', quantity(chip.peak_power_W, 'W'), chip.peak_power_W],
    ['energy per sample', 'energy_per_sample_J', quantity(chip.energy_per_sample_J, 'J'), chip.energy_per_sample_J],
    [
      '… off-chip',
      'offchip_energy_per_sample_J',
      quantity(chip.offchip_energy_per_sample_J, 'J'),
      chip.offchip_energy_per_sample_J,
    ],
    ['area', 'area_mm2', `${figure(chip.area_mm2, 4)} mm²`, chip.area_mm2],
    ['clock', 'clock_MHz', `${figure(chip.clock_MHz, 4)} MHz`, chip.clock_MHz],
  ]
  return {
    title: 'Chip',
    columns: columns('figure', '#model', 'kind', '#paper', '#gap'),
    keys: 1,
    rows: rows.map(([label, key, text, value]) => {
      const published = paper.find((row) => row.chip_key === key)
      return [
        word(label),
        { text, value },
        word(chip.kinds[key] ?? missing),
        published ? paperFigure(published.paper) : word(missing),
        published ? paperGap(published) : word(missing),
      ]
    }),
  }
}

/** How long training took and how fast it was; over all its legs where it was interrupted and resumed. */
const timeOf = ({ training, threads }: RunReport): string => {
  const legs = training.legs ?? []
  const untimed = legs.filter(({ seconds }) => seconds === null).reduce((n, leg) => n + leg.to_step - leg.from_step, 0)
  const parts = [
    `${figure(training.samples_per_s)} samples/s`,
    ...(legs.length > 1 ? [`${legs.length} legs`] : []),
    ...(untimed > 0 ? [`without the first ${count(untimed)} steps, whose time is not known`] : []),
    `${threads} threads`,
  ]
  return training.seconds > 0 ? ` in ${quantity(training.seconds, 's')} (${parts.join(', ')})` : ''
}

/** What a run was, as name and value. */
export const summaryRows = (report: RunReport): readonly (readonly [string, string])[] => {
  const { training, data, input, masks } = report
  const at = [
    masks.step === null ? '' : `step ${count(masks.step)}`,
    masks.samples_seen === null ? '' : `${count(masks.samples_seen)} samples seen`,
    `${count(masks.sub_batches)} sub-batches of a batch of ${count(masks.batch)}`,
  ].filter((part) => part !== '')
  return [
    ['network', report.network],
    ['input', `${input.H}×${input.W}×${input.C}, T = ${report.T}`],
    [
      'data',
      `${data.name}${data.synthetic ? ' (synthetic)' : ''}, ${data.origin}; ${count(data.train_samples)} training samples; ${count(data.test_samples)} test samples from ${data.test_origin}`,
    ],
    [
      'training',
      `${count(training.steps)} steps, ${figure(training.epochs)} epochs, ${count(training.samples_seen)} samples seen${timeOf(report)}${training.interrupted ? '; interrupted' : ''}`,
    ],
    [
      'method',
      `${training.loss} loss, ${training.optimizer}, learning rate ${figure(training.learning_rate)}${training.layer_rates === 'fan-in' ? ' / fan-in' : ''}${training.schedule === undefined ? '' : ` (${training.schedule} schedule)`}, batch ${report.batch}, ${training.precision}, seed ${report.seed}${startOf(training)}`,
    ],
    ...(training.leak === undefined ? [] : [['neurons', neuronText(training)]]),
    ['masks', `${masks.source}; ${masks.stage} (${at.join(', ')})`],
  ].map(([name, value]) => [name!, oneLine(value!)] as const)
}

/** Window, reset and first firing rate of the neurons, where the report has them. */
const startOf = ({ grad_window: window, detach_reset, first_firing_rate: rate, ...rest }: ReportTraining): string => {
  const output = rest.output_gain
  return [
    rest.leak === undefined && window && `, window (${window.join(', ')})`,
    rest.leak === undefined && detach_reset && ', reset detached',
    rate !== undefined && `, layers fire at ${percent(rate)} at first`,
    typeof output === 'number' && `, output weights of gain ${figure(output)} at first`,
  ]
    .filter(Boolean)
    .join('')
}

/** The neurons of a run: constants, reset, surrogate. */
const neuronText = ({
  leak,
  fire_threshold,
  reset,
  surrogate,
  grad_window: window,
  detach_reset,
}: ReportTraining): string =>
  [
    `leak ${figure(leak)}, fire at ${figure(fire_threshold)}`,
    `reset ${reset === 'subtract' ? 'by the threshold' : 'to zero'}${detach_reset ? ', detached' : ''}`,
    `surrogate ${surrogate}${window ? ` in the window (${window.join(', ')})` : ''}`,
  ].join(', ')

/** What went wrong with learning, and whether training was interrupted: what a reader must know before the figures. */
export const runWarnings = ({ training, warnings = [] }: RunReport): readonly string[] => [
  ...(training.interrupted ? ['Training was interrupted; the figures are those reached so far.'] : []),
  ...warnings,
]

/** What bounds the schedule, and beside it the bound that no schedule beats. */
export const boundRows = ({
  bound_by,
  bound,
  closed_form_bound_by: closed,
  closed_form_period_cycles: least,
}: ReportChip): readonly (readonly [string, string])[] => [
  ['bound by', oneLine(bound === undefined ? bound_by : `${bound_by} (${bound})`)],
  ...(closed === undefined
    ? []
    : [['bound that no schedule beats', oneLine(`${count(least)} cycles, set by ${closed}`)] as const]),
]

/** What was learned, as name and value. */
export const accuracyRows = (report: RunReport): readonly (readonly [string, string])[] => [
  ['test accuracy', percent(report.test_accuracy)],
  ['training accuracy', percent(report.train_accuracy)],
  ['test loss', figure(report.test_loss)],
  ['ties', percent(report.tie_share)],
]

/** The comparison with the V100, or why there is none, in words. */
export const v100Text = ({ speedup_vs_v100, speedup_vs_v100_note }: RunReport): string =>
  oneLine(
    speedup_vs_v100 === null
      ? `no figure: ${speedup_vs_v100_note}`
      : `${figure(speedup_vs_v100)}×; ${speedup_vs_v100_note}`,
  )
