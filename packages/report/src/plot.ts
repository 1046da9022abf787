import type { TopLevelSpec } from 'vega-lite'
import { figure } from './format'
import type { ReportTable } from './tables'

/** A plot before it is drawn, with the numbers it shows. */
export interface ReportPlot {
  readonly title: string
  /** One sentence on what to see. */
  readonly caption: string
  readonly spec: TopLevelSpec
  readonly table: ReportTable
}

/** A datum of a plot. */
export type PlotRow = Readonly<Record<string, string | number | null>>
/** How a number is written in the table of a plot. */
export type PlotFormat = (value: number) => string

/** Width of a plot in units of its picture. */
export const plotWidth = 560

const cell = (value: PlotRow[string], format: PlotFormat) =>
  typeof value === 'number'
    ? { text: format(value), value }
    : { text: value ?? '–', value: value ?? Number.NEGATIVE_INFINITY }

/** The data of a plot as its table: columns by key, in the order given. */
export const dataTable = (
  title: string,
  names: Readonly<Record<string, string>>,
  rows: readonly PlotRow[],
  formats: Readonly<Record<string, PlotFormat>> = {},
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

/** The rows that hold a number. */
export const present = (rows: readonly PlotRow[], key = 'value') => rows.filter((row) => typeof row[key] === 'number')
/** The values of a field in order of appearance. */
export const distinct = (rows: readonly PlotRow[], key: string) => [...new Set(rows.map((row) => row[key]))]
