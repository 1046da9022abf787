import { elementary } from '@h2learn/elementary'
import type { RunReport } from './api'
import { decade } from './decade'
import { count, figure, percent } from './format'
import { dataTable, distinct, plotWidth, type ReportPlot } from './plot'

/** Where the roof is drawn: decades of the intensity around the ridge. */
const roofSteps = 24

/**
 * Roofline of every layer on every engine, in relative units so that three engines share one roof: x is the operations per
 * byte over those at which arrays and memory take equally long (cycles of effectual work at peak / cycles of moving the
 * bytes), y the share of the engine's peak. The roof is min(1, x); what keeps a point below it is neither the peak nor the
 * bandwidth: idle units, empty windows, waiting, fills.
 */
export const rooflinePlot = ({ engines }: RunReport): ReportPlot[] => {
  const rows = engines
    .filter((row) => row.utilisation > 0 && row.memory_cycles > 0 && row.cycles > 0)
    .map((row) => ({
      layer: row.layer,
      engine: row.engine,
      intensity: (row.utilisation * row.cycles) / row.memory_cycles,
      share: row.utilisation,
      bound: row.bound,
      bytes: row.bytes,
    }))
  if (rows.length === 0) return []
  const intensities = rows.map(({ intensity }) => intensity)
  const most = Math.max(1, ...intensities)
  const low = Math.min(decade(Math.min(1, ...intensities)), -1)
  const high = Math.max(decade(most) + (most > 10 ** decade(most) ? 1 : 0), 1)
  const roof = Array.from({ length: roofSteps + 1 }, (_, i) => low + ((high - low) * i) / roofSteps)
    .concat(0)
    .sort((a, b) => a - b)
    .map((power) => ({ intensity: elementary.pow(10, power) }))
    .map(({ intensity }) => ({ intensity, share: Math.min(1, intensity) }))
  const floor = 10 ** decade(Math.min(0.1, ...rows.map(({ share }) => share)))
  const x = {
    field: 'intensity',
    type: 'quantitative',
    title: 'operations per byte, relative to the ridge',
    scale: { type: 'log', domain: [10 ** low, 10 ** high] as number[] },
    axis: { format: '~g', tickCount: high - low },
  } as const
  const y = {
    field: 'share',
    type: 'quantitative',
    title: 'share of peak',
    scale: { type: 'log', domain: [floor, 1] as number[], clamp: true },
    axis: { format: '~p', tickCount: 4 },
  } as const
  return [
    {
      title: 'Roofline',
      caption:
        'Each point is a layer on an engine. On the slope the memory is the limit, on the flat the arrays; the distance below is work that is not effectual, idle units and fills.',
      spec: {
        width: plotWidth,
        height: 260,
        layer: [
          {
            data: { values: roof },
            mark: { type: 'line', color: 'currentColor', strokeDash: [4, 3], clip: true },
            encoding: { x, y },
          },
          {
            data: { values: rows },
            mark: { type: 'point', filled: true, size: 60 },
            encoding: {
              x,
              y,
              color: {
                field: 'engine',
                type: 'nominal',
                sort: distinct(rows, 'engine') as string[],
                title: null,
              },
              shape: { field: 'engine', type: 'nominal', sort: distinct(rows, 'engine') as string[], title: null },
            },
          },
          {
            data: { values: rows },
            mark: { type: 'text', align: 'left', dx: 6, fontSize: 10, color: 'currentColor' },
            encoding: { x, y, text: { field: 'layer' } },
          },
        ],
      },
      table: dataTable(
        'Roofline',
        {
          layer: 'layer',
          engine: 'engine',
          intensity: 'operations per byte / ridge',
          share: 'share of peak',
          bound: 'bound',
          bytes: 'bytes',
        },
        rows,
        { intensity: figure, share: percent, bytes: count },
        2,
      ),
    },
  ]
}
