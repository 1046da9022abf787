import type { ReportSlice, RunReport } from './api'
import { count } from './format'
import { dataTable, distinct, type PlotFormat, plotWidth, type ReportPlot } from './plot'

/** Above this many tasks the pipeline plot leaves some out and says so. */
const mostSlices = 400

/** Cycles by layer and engine, and where those of the Backward Engine go. */
export const cyclesPlots = ({ engines, cycle_causes = [] }: RunReport): ReportPlot[] => {
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
        width: plotWidth,
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
    Object.entries(parts).map(([cause, cycles], order) => ({
      layer,
      cause: cause.replaceAll('_', ' '),
      cycles,
      order,
    })),
  )
  if (causes.length > 0)
    plots.push({
      title: 'Where Backward cycles go',
      caption: 'Effectual work and what keeps PEs from it.',
      spec: {
        width: plotWidth,
        height: 200,
        data: { values: causes },
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'layer', type: 'nominal', sort: distinct(causes, 'layer') as string[], title: null },
          y: { field: 'cycles', type: 'quantitative', title: 'cycles' },
          color: { field: 'cause', type: 'nominal', sort: distinct(causes, 'cause') as string[], title: null },
          order: { field: 'order' },
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

/** The layers of each sub-batch on the time axis. */
export const timelinePlot = (timeline: readonly ReportSlice[]): ReportPlot[] => {
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
  const span = Math.max(...shown.map(({ end }) => end)) - Math.min(...shown.map(({ start }) => start)) || 1
  return [
    {
      title: 'Pipeline',
      caption: `Layers of each sub-batch on the engines, in cycles${left > 0 ? `; the first ${shown.length} of ${timeline.length} tasks` : ''}.`,
      spec: {
        width: plotWidth,
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
            transform: [{ filter: `(datum.end - datum.start) / ${span} * ${plotWidth} > 7 * length(datum.layer)` }],
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

/** The parts of a sum as bars, largest first. */
export const breakdownPlot = (
  title: string,
  caption: string,
  parts: Readonly<Record<string, number>>,
  unit: string,
  format: PlotFormat,
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
        width: plotWidth - 120,
        height: { step: 22 },
        data: { values: rows },
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'value', type: 'quantitative', title: unit, axis: { format: '~s' } },
          y: { field: 'part', type: 'nominal', sort: rows.map(({ part }) => part), title: null },
        },
      },
      table: dataTable(title, { part: 'part', value: unit }, rows, { value: format }),
    },
  ]
}
