import { figure } from './format'
import { dataTable, plotWidth, type ReportPlot } from './plot'

/** An axis of a Pareto front: its name with the unit, and which end is better. */
export interface ParetoAxis {
  readonly title: string
  readonly better: 'lower' | 'higher'
  readonly scale?: 'linear' | 'log'
}

/** A design point. */
export interface ParetoPoint {
  readonly label: string
  readonly x: number
  readonly y: number
}

/** Whether no other point is as good in both and better in one. */
const onFront = (points: readonly ParetoPoint[], x: ParetoAxis, y: ParetoAxis) => {
  const value = (n: number, axis: ParetoAxis) => (axis.better === 'lower' ? n : -n)
  const keyed = points.map((point) => ({ x: value(point.x, x), y: value(point.y, y) }))
  return keyed.map((a) => !keyed.some((b) => b.x <= a.x && b.y <= a.y && (b.x < a.x || b.y < a.y)))
}

/**
 * Design points over two figures with their Pareto front: the points that no other beats in one figure without losing in the
 * other. Points with a figure that is not finite are left out and counted in the caption.
 * @param points a label and two figures each
 * @param axes what the figures are and which end is better
 */
export const paretoPlot = (
  title: string,
  points: readonly ParetoPoint[],
  axes: { readonly x: ParetoAxis; readonly y: ParetoAxis },
): ReportPlot[] => {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))
  if (finite.length === 0) return []
  const front = onFront(finite, axes.x, axes.y)
  const rows = finite.map((point, i) => ({ ...point, front: front[i] ? 'on the front' : 'beaten' }))
  const left = points.length - finite.length
  const positive = (key: 'x' | 'y') => finite.every((point) => point[key] > 0)
  const axis = (key: 'x' | 'y') =>
    ({
      field: key,
      type: 'quantitative',
      title: `${axes[key].title} (${axes[key].better} is better)`,
      scale: { type: axes[key].scale === 'log' && positive(key) ? 'log' : 'linear', zero: false },
    }) as const
  return [
    {
      title,
      caption: `${rows.filter((row) => row.front === 'on the front').length} of ${finite.length} points are on the front: no other is better in one figure and at least as good in the other.${left > 0 ? ` ${left} without figures are left out.` : ''}`,
      spec: {
        width: plotWidth,
        height: 300,
        layer: [
          {
            data: { values: rows.filter((row) => row.front === 'on the front') },
            // from one point to the next nothing better is known: the worse of the two figures holds
            mark: {
              type: 'line',
              interpolate: axes.x.better === 'lower' ? 'step-after' : 'step-before',
              strokeDash: [4, 3],
              color: 'currentColor',
              opacity: 0.5,
            },
            encoding: { x: axis('x'), y: axis('y'), order: { field: 'x' } },
          },
          {
            data: { values: rows },
            mark: { type: 'point', filled: true, size: 50 },
            encoding: {
              x: axis('x'),
              y: axis('y'),
              color: { field: 'front', type: 'nominal', sort: ['on the front', 'beaten'], title: null },
              shape: { field: 'front', type: 'nominal', sort: ['on the front', 'beaten'], title: null },
            },
          },
          {
            data: { values: rows.filter((row) => row.front === 'on the front').slice(0, 20) },
            mark: { type: 'text', align: 'left', dx: 6, dy: -6, fontSize: 10, color: 'currentColor', limit: 160 },
            encoding: { x: axis('x'), y: axis('y'), text: { field: 'label' } },
          },
        ],
      },
      table: dataTable(
        title,
        { label: 'point', x: axes.x.title, y: axes.y.title, front: 'front' },
        [...rows].sort((a, b) => (a.front === b.front ? a.x - b.x : a.front === 'on the front' ? -1 : 1)),
        { x: figure, y: figure },
      ),
    },
  ]
}
