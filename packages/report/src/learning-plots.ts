import type { RunReport } from './api'
import { count, percent } from './format'
import { dataTable, plotWidth, present, type ReportPlot } from './plot'
import type { ReportTable } from './tables'

/** Above this many classes the matrix shows its most frequent confusions only. */
const mostClasses = 40

/** Loss, accuracy and the share of samples at zero loss over training. */
export const trainingPlots = ({ training }: RunReport): ReportPlot[] => {
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
        width: plotWidth,
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
        width: plotWidth,
        height: 180,
        data: { values: shares },
        mark,
        encoding: {
          x,
          y: {
            field: 'value',
            type: 'quantitative',
            title: 'share',
            axis: { format: '.0%' },
            scale: { domain: [0, 1] },
          },
          color: { field: 'series', type: 'nominal', title: null },
        },
      },
      table,
    },
  ]
}

/** Sparsities by layer at the end and over training. */
export const sparsityPlots = ({ layers, stages }: RunReport): ReportPlot[] => {
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
        width: plotWidth,
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
          width: plotWidth - 40,
          height: 130,
          mark: { type: 'line', point: true },
          encoding: {
            x: { field: 'seen', type: 'quantitative', title: 'samples seen' },
            y: {
              field: 'value',
              type: 'quantitative',
              title: 'sparsity',
              axis: { format: '.0%' },
              scale: { zero: false },
            },
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

/** Test samples by true and predicted class. */
export const confusionPlot = ({ confusion }: RunReport): ReportPlot[] => {
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
