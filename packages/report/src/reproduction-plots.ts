import { decade } from './decade'
import { figure } from './format'
import { dataTable, distinct, plotWidth, type ReportPlot } from './plot'
import type { ReproductionSeries } from './reproduction-report'

/** The plot of a series: grouped bars by name, or lines with their points. */
export const reproductionPlot = ({
  title,
  caption,
  mark,
  x,
  y,
  logX = false,
  logY = false,
  points,
}: ReproductionSeries): ReportPlot => {
  const rows = points.map((point) => ({ ...point }))
  const names = distinct(rows, 'series') as string[]
  const scale = (log: boolean) => (log ? { scale: { type: 'log' as const } } : {})
  const color = { field: 'series', type: 'nominal', sort: names, title: null } as const
  const value = { field: 'y', type: 'quantitative', title: y, ...scale(logY) } as const
  const spec: ReportPlot['spec'] =
    mark === 'line'
      ? {
          width: plotWidth,
          height: 240,
          data: { values: rows },
          mark: { type: 'line', point: true },
          encoding: { x: { field: 'x', type: 'quantitative', title: x, ...scale(logX) }, y: value, color },
        }
      : {
          width: plotWidth,
          height: 240,
          data: { values: rows },
          // bars on a log scale need a foot to stand on
          mark: { type: 'bar' },
          encoding: {
            x: { field: 'x', type: 'nominal', sort: distinct(rows, 'x') as string[], title: x },
            ...(mark === 'stack' ? {} : { xOffset: { field: 'series', sort: names } }),
            y: logY
              ? {
                  ...value,
                  scale: { type: 'log', domainMin: 10 ** decade(Math.min(...points.map((p) => p.y))) },
                }
              : value,
            ...(logY ? { y2: { datum: 10 ** decade(Math.min(...points.map((p) => p.y))) } } : {}),
            color,
          },
        }
  return { title, caption, spec, table: dataTable(title, { x, series: 'series', y }, rows, { y: figure }, 2) }
}
