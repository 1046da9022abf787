import { figure, gap, missing, oneLine } from './format'
import type { ReproductionFigure, ReproductionMiss, ReproductionRow } from './reproduction-report'
import type { ReportCell, ReportTable } from './tables'

const text = (value: string): ReportCell => ({ text: oneLine(value), value: oneLine(value) })
const number = (value: number | null, shown: string): ReportCell => ({
  text: shown,
  value: value ?? Number.NEGATIVE_INFINITY,
})

/** A modelled figure in four digits; whole numbers whole. */
export const shownFigure = (value: number): string => (Number.isInteger(value) ? figure(value, 12) : figure(value, 4))

/** A published figure as it is printed: 138.55, 110.46. */
const shownPublished = (value: number): string => figure(value, 7)

/** The published side of a row. */
export const shownPaper = (value: ReproductionRow['paper']): string =>
  value === null
    ? missing
    : typeof value === 'string'
      ? value
      : typeof value === 'number'
        ? shownPublished(value)
        : value.map(shownPublished).join('–')

/** The modelled side of a row. */
export const shownModel = (value: ReproductionRow['model']): string =>
  value === null ? missing : typeof value === 'string' ? value : shownFigure(value)

/** The range around the model's figure; nothing where it was not varied. */
export const shownRange = ({ low, high, model }: ReproductionRow): string =>
  low === null || high === null || (low === model && high === model) ? '' : `${shownFigure(low)}–${shownFigure(high)}`

/** The error, `in range`, or whether a statement holds. */
export const shownGap = ({ paper, error_pct, agrees }: ReproductionRow): string => {
  if (agrees !== undefined && (error_pct === null || !agrees))
    return `${error_pct === null ? '' : `${gap(error_pct)}, `}${agrees ? 'agrees' : 'differs'}`
  if (error_pct === null) return ''
  return typeof paper === 'object' && error_pct === 0 ? 'in range' : gap(error_pct)
}

/** One table or figure as a table. */
export const reproductionTable = ({ id, title, rows }: ReproductionFigure): ReportTable => ({
  title: `${id}: ${title}`,
  columns: [
    { name: 'quantity', numeric: false },
    { name: 'paper', numeric: true },
    { name: 'model', numeric: true },
    { name: 'unit', numeric: false },
    { name: 'gap', numeric: true },
    { name: 'range', numeric: true },
    { name: 'kind', numeric: false },
  ],
  keys: 1,
  rows: rows.map((row) => [
    text(row.quantity),
    number(typeof row.paper === 'number' ? row.paper : null, shownPaper(row.paper)),
    number(typeof row.model === 'number' ? row.model : null, shownModel(row.model)),
    text(row.unit.replace('mm2', 'mm²').replace(/^uJ$/, 'µJ')),
    number(row.error_pct, shownGap(row)),
    number(row.high, shownRange(row)),
    text(row.kind),
  ]),
})

/** What was tried on a miss, as a table. */
export const missTable = ({ title, columns, tried }: ReproductionMiss): ReportTable => ({
  title,
  columns: [
    { name: 'change', numeric: false },
    ...columns.map((name) => ({ name, numeric: true })),
    { name: 'explains it', numeric: false },
  ],
  keys: 1,
  rows: tried.map(({ change, values, explains }) => [
    text(change),
    ...values.map((value) => number(value, shownFigure(value))),
    text(explains ? 'yes' : ''),
  ]),
})
