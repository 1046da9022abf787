import type { ReportSlice, RunReport } from './api'
import { count } from './format'
import { dataTable, distinct, type PlotFormat, plotWidth, type ReportPlot } from './plot'

/** Above this many tasks the pipeline plot leaves some out and says so. */
const mostSlices = 400

/**
 * Cycles of each layer on each engine by cause: the arrays at work, the memory that they wait for, and the rest (the first
 * fill of the pipeline and of the buffers).
 */
const causeRows = ({ engines }: RunReport) =>
  engines.flatMap((row) => {
    const waiting = Math.max(0, row.memory_cycles - row.compute_cycles)
    const parts = {
      arrays: row.compute_cycles,
      memory: waiting,
      'first fill': Math.max(0, row.cycles - row.compute_cycles - waiting),
    }
    return Object.entries(parts).map(([cause, cycles], order) => ({
      layer: row.layer,
      engine: row.engine,
      cause,
      cycles,
      order,
    }))
  })

/** Cycles by layer and engine with their causes, and where the PE-cycles of the Backward Engine go. */
export const cyclesPlots = (report: RunReport): ReportPlot[] => {
  const { engines, cycle_causes = [] } = report
  const plots: ReportPlot[] = []
  const rows = causeRows(report)
  if (rows.length > 0)
    plots.push({
      title: 'Cycles by cause',
      caption:
        'Cycles of each layer per sub-batch when alone on its engine: arrays at work, waiting for memory, first fill.',
      spec: {
        data: { values: rows },
        facet: {
          row: { field: 'engine', type: 'nominal', sort: distinct(rows, 'engine') as string[], title: null },
        },
        spec: {
          width: plotWidth - 40,
          height: 120,
          mark: { type: 'bar' },
          encoding: {
            x: { field: 'layer', type: 'nominal', sort: distinct(rows, 'layer') as string[], title: null },
            y: { field: 'cycles', type: 'quantitative', title: 'cycles', axis: { tickCount: 4, format: '~s' } },
            color: { field: 'cause', type: 'nominal', sort: ['arrays', 'memory', 'first fill'], title: null },
            order: { field: 'order' },
          },
        },
        resolve: { scale: { y: 'independent', x: 'independent' } },
      },
      table: dataTable(
        'Cycles by cause',
        {
          layer: 'layer',
          engine: 'engine',
          cycles: 'cycles',
          compute: 'arrays',
          waiting: 'memory',
          fill: 'first fill',
          bound: 'bound',
        },
        engines.map((row) => {
          const waiting = Math.max(0, row.memory_cycles - row.compute_cycles)
          return {
            layer: row.layer,
            engine: row.engine,
            cycles: row.cycles,
            compute: row.compute_cycles,
            waiting,
            fill: Math.max(0, row.cycles - row.compute_cycles - waiting),
            bound: row.bound,
          }
        }),
        { cycles: count, compute: count, waiting: count, fill: count },
        2,
      ),
    })
  const causes = cycle_causes.flatMap(({ layer, ...parts }) =>
    Object.entries(parts).map(([cause, pe_cycles], order) => ({
      layer,
      cause: cause.replaceAll('_', ' '),
      pe_cycles,
      order,
    })),
  )
  if (causes.length > 0)
    plots.push({
      title: 'Where PE-cycles of the Backward Engine go',
      caption: 'PE-cycles (PEs × cycles) per sub-batch: effectual work and what keeps PEs from it.',
      spec: {
        width: plotWidth,
        height: 200,
        data: { values: causes },
        mark: { type: 'bar' },
        encoding: {
          x: { field: 'layer', type: 'nominal', sort: distinct(causes, 'layer') as string[], title: null },
          y: { field: 'pe_cycles', type: 'quantitative', title: 'PE-cycles' },
          color: { field: 'cause', type: 'nominal', sort: distinct(causes, 'cause') as string[], title: null },
          order: { field: 'order' },
        },
      },
      table: dataTable(
        'Where PE-cycles of the Backward Engine go',
        { layer: 'layer', cause: 'cause', pe_cycles: 'PE-cycles' },
        causes,
        { pe_cycles: count },
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
