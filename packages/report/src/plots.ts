import type { TopLevelSpec } from 'vega-lite'
import type { ReportSlice, RunReport } from './api'
import { count, figure, percent, quantity } from './format'
import type { ReportTable } from './tables'

/** A plot before it is drawn, with the numbers it shows. */
export interface ReportPlot {
  readonly title: string
  /** One sentence on what to see. */
  readonly caption: string
  readonly spec: TopLevelSpec
  readonly table: ReportTable
}

type Row = Readonly<Record<string, string | number | null>>
type Format = (value: number) => string

const width = 560
/** Above this many marks a plot leaves some out and says so. */
const mostSlices = 400
const mostClasses = 40

const cell = (value: Row[string], format: Format) =>
  typeof value === 'number'
    ? { text: format(value), value }
    : { text: value ?? '–', value: value ?? Number.NEGATIVE_INFINITY }

/** The data of a plot as its table: columns by key, in the order given. */
const dataTable = (
  title: string,
  names: Readonly<Record<string, string>>,
  rows: readonly Row[],
  formats: Readonly<Record<string, Format>> = {},
  keys = 1,
): ReportTable => ({
  title,
  columns: Object.entries(names).map(([key, name]) => ({
    name,
    numeric: rows.some((row) => typeof row[key] === 'number'),
  })),
  keys,
  rows: rows.map((row) => Object.keys(names).map((key) => cell(row[key] ?? null, formats[key] ?? figure))),
})

const present = (rows: readonly Row[], key = 'value') => rows.filter((row) => typeof row[key] === 'number')
const distinct = (rows: readonly Row[], key: string) => [...new Set(rows.map((row) => row[key]))]

const trainingPlots = ({ training }: RunReport): ReportPlot[] => {
  const { curve } = training
  if (curve.length === 0) return []
  const shares = curve.flatMap((point) => [
    { seen: point.samples_seen, series: 'accuracy', value: point.accuracy },
    { seen: point.samples_seen, series: 'samples at zero loss', value: point.zero_loss_share },
  ])
  const table = dataTable(
    'Training curve',
    { step: 'step', samples_seen: 'samples seen', loss: 'loss', accuracy: 'accuracy', zero_loss_share: 'zero loss' },
    curve.map((point) => ({ ...point })),
    { step: count, samples_seen: count, accuracy: percent, zero_loss_share: percent },
  )
  const x = { field: 'seen', type: 'quantitative', title: 'samples seen' } as const
  const mark = { type: 'line', point: curve.length <= 60 } as const
  return [
    {
      title: 'Training loss',
      caption: 'Loss of each batch over the samples seen.',
      spec: {
        width,
        height: 180,
        data: { values: curve.map((point) => ({ seen: point.samples_seen, value: point.loss })) },
        mark,
        encoding: { x, y: { field: 'value', type: 'quantitative', title: 'loss' } },
      },
      table,
    },
    {
      title: 'Training accuracy',
      caption:
        'Accuracy in the batch, and the share of samples whose loss gradient is exactly zero: these make the backward pass sparse.',
      spec: {
        width,
        height: 180,
        data: { values: shares },
        mark,
        encoding: {
          x,
          y: { field: 'value', type: 'quantitative', title: 'share', axis: { format: '.0%' } },
          color: { field: 'series', type: 'nominal', title: null },
        },
      },
      table,
    },
  ]
}

const sparsityPlots = ({ layers, stages }: RunReport): ReportPlot[] => {
  const names = layers.map(({ name }) => name)
  const kinds = {
    output_sparsity: 'output',
    input_sparsity: 'input, float32',
    input_sparsity_fp16: 'input, FP16',
  } as const
  const rows = layers.flatMap((layer) =>
    Object.entries(kinds).map(([key, kind]) => ({
      layer: layer.name,
      kind,
      value: layer[key as keyof typeof kinds],
    })),
  )
  const overTime = stages.flatMap((stage) =>
    stage.layers.flatMap((layer) => [
      { seen: stage.samples_seen, step: stage.step, layer: layer.name, kind: 'output', value: layer.output_sparsity },
      { seen: stage.samples_seen, step: stage.step, layer: layer.name, kind: 'input', value: layer.input_sparsity },
    ]),
  )
  const plots: ReportPlot[] = []
  if (present(rows).length > 0)
    plots.push({
      title: 'Sparsity by layer',
      caption: 'Share of outputs whose gradient is never needed, and of potential gradients that are zero.',
      spec: {
        width,
        height: 200,
        data: { values: present(rows) },
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'layer', type: 'nominal', sort: names, title: null },
          xOffset: { field: 'kind', sort: Object.values(kinds) },
          y: {
            field: 'value',
            type: 'quantitative',
            title: 'sparsity',
            axis: { format: '.0%' },
            scale: { domain: [0, 1] },
          },
          color: { field: 'kind', type: 'nominal', sort: Object.values(kinds), title: null },
        },
      },
      table: dataTable(
        'Sparsity by layer',
        { layer: 'layer', kind: 'kind', value: 'sparsity' },
        rows,
        { value: percent },
        2,
      ),
    })
  if (present(overTime).length > 0)
    plots.push({
      title: 'Sparsity over training',
      caption: 'The input sparsity rises as samples are learned; cycles and energy of the Backward Engine follow it.',
      spec: {
        data: { values: present(overTime) },
        facet: { row: { field: 'kind', type: 'nominal', title: null, sort: ['output', 'input'] } },
        spec: {
          width: width - 40,
          height: 130,
          mark: { type: 'line', point: true },
          encoding: {
            x: { field: 'seen', type: 'quantitative', title: 'samples seen' },
            y: { field: 'value', type: 'quantitative', title: 'sparsity', axis: { format: '.0%' } },
            color: { field: 'layer', type: 'nominal', sort: names, title: null },
          },
        },
      },
      table: dataTable(
        'Sparsity over training',
        { step: 'step', seen: 'samples seen', layer: 'layer', kind: 'kind', value: 'sparsity' },
        overTime,
        { step: count, seen: count, value: percent },
        3,
      ),
    })
  return plots
}

const cyclesPlots = ({ engines, cycle_causes = [] }: RunReport): ReportPlot[] => {
  const plots: ReportPlot[] = []
  const rows = engines.map((row) => ({
    layer: row.layer,
    engine: row.engine,
    cycles: row.cycles,
    compute: row.compute_cycles,
    memory: row.memory_cycles,
    bound: row.bound,
  }))
  const layerNames = distinct(rows, 'layer') as string[]
  if (rows.length > 0)
    plots.push({
      title: 'Cycles by layer and engine',
      caption: 'Cycles per sub-batch when alone; outlined bars wait for memory.',
      spec: {
        width,
        height: 220,
        data: { values: rows },
        mark: { type: 'bar', strokeWidth: 1.5 },
        encoding: {
          x: { field: 'layer', type: 'nominal', sort: layerNames, title: null },
          xOffset: { field: 'engine', sort: distinct(rows, 'engine') as string[] },
          y: { field: 'cycles', type: 'quantitative', title: 'cycles' },
          color: { field: 'engine', type: 'nominal', sort: distinct(rows, 'engine') as string[], title: null },
          stroke: { condition: { test: "datum.bound === 'memory'", value: 'currentColor' }, value: 'transparent' },
        },
      },
      table: dataTable(
        'Cycles by layer and engine',
        { layer: 'layer', engine: 'engine', cycles: 'cycles', compute: 'compute', memory: 'memory', bound: 'bound' },
        rows,
        { cycles: count, compute: count, memory: count },
        2,
      ),
    })
  const causes = cycle_causes.flatMap(({ layer, ...parts }) =>
    Object.entries(parts).map(([cause, cycles]) => ({ layer, cause: cause.replaceAll('_', ' '), cycles })),
  )
  if (causes.length > 0)
    plots.push({
      title: 'Where Backward cycles go',
      caption: 'Effectual work and what keeps PEs from it.',
      spec: {
        width,
        height: 200,
        data: { values: causes },
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'layer', type: 'nominal', sort: distinct(causes, 'layer') as string[], title: null },
          y: { field: 'cycles', type: 'quantitative', title: 'cycles' },
          color: { field: 'cause', type: 'nominal', sort: distinct(causes, 'cause') as string[], title: null },
        },
      },
      table: dataTable(
        'Where Backward cycles go',
        { layer: 'layer', cause: 'cause', cycles: 'cycles' },
        causes,
        { cycles: count },
        2,
      ),
    })
  return plots
}

const timelinePlot = (timeline: readonly ReportSlice[]): ReportPlot[] => {
  if (timeline.length === 0) return []
  const shown = timeline.slice(0, mostSlices).map(({ resource, layer, subBatch, start, end }) => ({
    resource,
    layer,
    subBatch: `#${subBatch}`,
    start,
    end,
  }))
  const left = timeline.length - shown.length
  const y = { field: 'resource', type: 'nominal', sort: distinct(shown, 'resource') as string[], title: null } as const
  const span = Math.max(...shown.map(({ end }) => end)) - Math.min(...shown.map(({ start }) => start))
  return [
    {
      title: 'Pipeline',
      caption: `Layers of each sub-batch on the engines, in cycles${left > 0 ? `; the first ${shown.length} of ${timeline.length} tasks` : ''}.`,
      spec: {
        width,
        height: { step: 44 },
        data: { values: shown },
        layer: [
          {
            mark: { type: 'bar', height: 30, stroke: 'currentColor', strokeWidth: 0.4 },
            encoding: {
              x: { field: 'start', type: 'quantitative', title: 'cycles' },
              x2: { field: 'end' },
              y,
              color: {
                field: 'subBatch',
                type: 'nominal',
                sort: distinct(shown, 'subBatch') as string[],
                title: 'sub-batch',
              },
            },
          },
          {
            // Names where they have room: about 7 units of width for each letter.
            transform: [{ filter: `(datum.end - datum.start) / ${span} * ${width} > 7 * length(datum.layer)` }],
            mark: { type: 'text', align: 'left', dx: 3, fontSize: 10, color: '#fff' },
            encoding: { x: { field: 'start', type: 'quantitative' }, y, text: { field: 'layer' } },
          },
        ],
      },
      table: dataTable(
        'Pipeline',
        { resource: 'engine', layer: 'layer', subBatch: 'sub-batch', start: 'start', end: 'end' },
        shown,
        { start: count, end: count },
        3,
      ),
    },
  ]
}

const breakdownPlot = (
  title: string,
  caption: string,
  parts: Readonly<Record<string, number>>,
  unit: string,
  format: Format,
): ReportPlot[] => {
  const rows = Object.entries(parts)
    .map(([part, value]) => ({ part, value }))
    .sort((a, b) => b.value - a.value)
  if (rows.length === 0) return []
  return [
    {
      title,
      caption,
      spec: {
        width: width - 120,
        height: { step: 22 },
        data: { values: rows },
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'value', type: 'quantitative', title: unit },
          y: { field: 'part', type: 'nominal', sort: rows.map(({ part }) => part), title: null },
        },
      },
      table: dataTable(title, { part: 'part', value: unit }, rows, { value: format }),
    },
  ]
}

const confusionPlot = ({ confusion }: RunReport): ReportPlot[] => {
  const classes = confusion.length
  if (classes === 0) return []
  const rows = confusion.flatMap((row, actual) => row.map((samples, predicted) => ({ actual, predicted, samples })))
  const confused = rows
    .filter(({ actual, predicted, samples }) => actual !== predicted && samples > 0)
    .sort((a, b) => b.samples - a.samples)
  const axis = { type: 'ordinal', axis: { labelAngle: 0 } } as const
  const table: ReportTable =
    classes <= mostClasses
      ? {
          title: 'Confusion matrix',
          columns: [
            { name: 'true \\ predicted', numeric: true },
            ...confusion.map((_, predicted) => ({ name: String(predicted), numeric: true })),
          ],
          keys: 1,
          rows: confusion.map((row, actual) => [
            { text: String(actual), value: actual },
            ...row.map((samples) => ({ text: count(samples), value: samples })),
          ]),
        }
      : dataTable(
          'Most frequent confusions',
          { actual: 'true', predicted: 'predicted', samples: 'samples' },
          confused.slice(0, 100),
          { actual: count, predicted: count, samples: count },
          2,
        )
  const side = Math.min(400, Math.max(160, 34 * classes))
  const base = {
    x: { field: 'predicted', ...axis, title: 'predicted class' },
    y: { field: 'actual', ...axis, title: 'true class' },
  } as const
  const most = rows.reduce((largest, { samples }) => Math.max(largest, samples), 1)
  return [
    {
      title: 'Confusion matrix',
      caption:
        classes <= mostClasses
          ? 'Test samples by true and predicted class.'
          : `Test samples by true and predicted class; squares of the ${count(Math.min(100, confused.length))} most frequent confusions of ${count(classes)} classes.`,
      spec: {
        width: side,
        height: side,
        data: { values: classes <= mostClasses ? rows : confused.slice(0, 100) },
        layer: [
          {
            mark: { type: 'rect' },
            encoding: {
              ...base,
              color: {
                field: 'samples',
                type: 'quantitative',
                title: 'samples',
                scale: { range: ['#e8eef5', '#1f5f99'] },
              },
            },
          },
          ...(classes <= 12
            ? [
                {
                  mark: { type: 'text' as const, fontSize: 11 },
                  encoding: {
                    ...base,
                    text: { field: 'samples', type: 'quantitative' as const },
                    color: {
                      condition: { test: `datum.samples > ${most / 2}`, value: '#fff' },
                      value: '#1a1a1a',
                    },
                  },
                },
              ]
            : []),
        ],
      },
      table,
    },
  ]
}

/** Every plot of a run, by the section of the page it belongs to. */
export const reportPlots = (report: RunReport, timeline: readonly ReportSlice[]) => ({
  training: trainingPlots(report),
  layers: sparsityPlots(report),
  engines: cyclesPlots(report),
  pipeline: timelinePlot(timeline),
  chip: [
    ...breakdownPlot(
      'Energy per sample',
      'What a sample costs on the chip, by action.',
      report.chip.energy_breakdown_J,
      'J',
      (value) => quantity(value, 'J'),
    ),
    ...breakdownPlot('Area', 'Silicon by part.', report.chip.area_breakdown_mm2, 'mm²', figure),
  ],
  confusion: confusionPlot(report),
})
