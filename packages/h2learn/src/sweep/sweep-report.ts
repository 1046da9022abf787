import type { PlotRow, ReportPage, ReportPlot } from '@h2learn/report'
import { dataTable } from '@h2learn/report/plots'
import type { SweepRow } from './evaluate-point'
import { type FrontPoint, frontName, type SweepFront, type SweepProblem, sweepFronts } from './sweep-fronts'
import type { SweepHeader } from './sweep-results'

/** A sweep as plain JSON: how many points there are and ran, and the Pareto fronts. */
export interface SweepReport {
  readonly schema: 'h2learn.sweep-report/1'
  readonly name: string
  readonly fingerprint: string
  readonly points: number
  readonly ok: number
  readonly errors: number
  /** Points that were not run (yet, or in another shard). */
  readonly missing: number
  readonly fields: readonly string[]
  readonly failures: readonly { readonly error: string; readonly times: number; readonly point: number }[]
  readonly fronts: readonly {
    readonly benchmark: string
    /** What the sweep varies besides the chip; chips are compared within one problem. */
    readonly problem: SweepProblem
    readonly points: number
    readonly front: readonly FrontPoint[]
  }[]
}

/** Each different error of some points once, with how often it came and the first point it came at. */
export const sweepFailures = (rows: readonly SweepRow[]): SweepReport['failures'] => {
  const failures = new Map<string, { error: string; times: number; point: number }>()
  for (const row of rows) {
    if (row.status !== 'error') continue
    const known = failures.get(row.error)
    if (known) known.times++
    else failures.set(row.error, { error: row.error, times: 1, point: row.point })
  }
  return [...failures.values()]
}

/** What the results of a sweep come down to. */
export const sweepReport = (header: SweepHeader, rows: readonly SweepRow[]) => {
  const errors = rows.filter(({ status }) => status === 'error').length
  const fronts = sweepFronts(rows, header.targets)
  const report: SweepReport = {
    schema: 'h2learn.sweep-report/1',
    name: header.name,
    fingerprint: header.fingerprint,
    points: header.points,
    ok: rows.length - errors,
    errors,
    missing: header.points - rows.length,
    fields: header.fields,
    failures: sweepFailures(rows),
    fronts: fronts.map(({ benchmark, problem, points, front }) => ({
      benchmark,
      problem,
      points: points.length,
      front,
    })),
  }
  return { report, fronts }
}

const three = (value: number) =>
  Math.abs(value) >= 1000
    ? new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }).format(value)
    : String(Number(value.toPrecision(4)))
const shown = (value: unknown): string | number =>
  typeof value === 'number' ? Number(value.toPrecision(6)) : typeof value === 'string' ? value : JSON.stringify(value)

/** Rows of a front for a table. */
const frontRows = (front: readonly FrontPoint[], fields: readonly string[]): readonly PlotRow[] =>
  front.map(({ points, values, samples_per_s, energy_per_sample_J, area_mm2 }) => ({
    point: points.join(' '),
    ...Object.fromEntries(fields.map((field, i) => [`field${i}`, String(shown(values[field]))])),
    speed: samples_per_s,
    energy: energy_per_sample_J * 1e3,
    area: area_mm2,
  }))

const frontTable = (of: SweepFront, fields: readonly string[], most: number) => {
  const { front, points } = of
  return dataTable(
    `Pareto front, ${frontName(of)}: ${front.length} of ${points.length} points${front.length > most ? ` (the ${most} fastest)` : ''}`,
    {
      point: 'point',
      ...Object.fromEntries(fields.map((field, i) => [`field${i}`, field])),
      speed: 'samples/s',
      energy: 'mJ/sample',
      area: 'mm²',
    },
    frontRows(front.slice(0, most), fields),
    { speed: three, energy: three, area: three },
  )
}

/** Most points that a plot draws; of more the front is kept and every so-many-th of the others. */
const mostDrawn = 2000

/** Speed over energy, area as colour, the front of all three marked and joined. */
export const frontPlot = (of: SweepFront, fields: readonly string[]): ReportPlot => {
  const { points, front } = of
  const name = frontName(of)
  const onFront = new Set(front)
  const others = points.filter((point) => !onFront.has(point))
  const each = Math.ceil(others.length / mostDrawn)
  const drawn = [...front, ...others.filter((_, i) => i % Math.max(1, each) === 0)]
  // what all points of the front have in common says nothing about one of them
  const telling = fields.filter((field) => new Set(front.map(({ values }) => JSON.stringify(values[field]))).size > 1)
  const rows = drawn.map((point) => ({
    label: (telling.length > 0 ? telling : fields)
      .map((field) => `${field.split('.').at(-1)} ${shown(point.values[field])}`)
      .join(', '),
    speed: point.samples_per_s,
    energy: point.energy_per_sample_J * 1e3,
    area: point.area_mm2,
    front: onFront.has(point) ? 'on the front' : 'beaten',
  }))
  const x = {
    field: 'energy',
    type: 'quantitative',
    title: 'mJ per sample (lower is better)',
    scale: { zero: false },
  } as const
  const y = {
    field: 'speed',
    type: 'quantitative',
    title: 'samples/s (higher is better)',
    scale: { zero: false },
  } as const
  return {
    title: `Pareto front, ${name}`,
    caption: `Speed, energy (calibrated) and area (calibrated) of ${points.length} points; ${front.length} are on the front of all three.${each > 1 ? ` One in ${each} of the others is drawn.` : ''}`,
    spec: {
      width: 560,
      height: 340,
      data: { values: rows },
      layer: [
        {
          mark: { type: 'point', filled: true, strokeWidth: 1 },
          encoding: {
            x,
            y,
            color: { field: 'area', type: 'quantitative', title: 'mm²', scale: { scheme: 'viridis', zero: false } },
            size: {
              field: 'front',
              type: 'nominal',
              sort: ['on the front', 'beaten'],
              scale: { domain: ['on the front', 'beaten'], range: [90, 20] },
              title: null,
            },
            stroke: {
              condition: { test: "datum.front === 'on the front'", value: 'currentColor' },
              value: 'transparent',
            },
          },
        },
        {
          transform: [{ filter: "datum.front === 'on the front'" }],
          mark: { type: 'text', align: 'left', dx: 7, dy: -5, fontSize: 9, color: 'currentColor', limit: 200 },
          encoding: { x, y, ...(front.length <= 12 && { text: { field: 'label' } }) },
        },
      ],
    },
    table: dataTable(
      `Pareto front, ${name}`,
      { label: 'configuration', speed: 'samples/s', energy: 'mJ/sample', area: 'mm²', front: 'front' },
      rows.slice(0, 500),
      { speed: three, energy: three, area: three },
    ),
  }
}

/** Most fronts that the page, the terminal and the plots show; all are in the JSON, all points in the CSV. */
export const mostFronts = 12

/** A sweep as a page. @param most rows of a front to show */
export const sweepPage = (report: SweepReport, fronts: readonly SweepFront[], most = 20): ReportPage => ({
  title: `H2Learn sweep: ${report.name}`,
  ...(report.missing > 0 && { warning: `${report.missing} of ${report.points} points have not been run.` }),
  summary: [
    ['points', `${report.points}: ${report.ok} ran, ${report.errors} failed, ${report.missing} missing`],
    ['varied', report.fields.join(', ')],
    ['fingerprint', report.fingerprint],
    ...(fronts.length > mostFronts
      ? ([['fronts', `${mostFronts} of ${fronts.length} are shown; --json has them all`]] as const)
      : []),
  ],
  sections: [
    ...fronts.slice(0, mostFronts).map((front, i) => ({
      id: `front-${i}`,
      title: `Pareto front over speed, energy and area: ${frontName(front)}`,
      tables: [frontTable(front, report.fields, most)],
      plots: front.points.length > 0 ? [frontPlot(front, report.fields)] : [],
    })),
    {
      id: 'failures',
      title: 'Points that failed',
      list: report.failures
        .slice(0, 10)
        .map(({ error, times, point }) => `${times} ${times === 1 ? 'point' : 'points'}, first ${point}: ${error}`),
    },
  ],
  footer:
    'Speeds are predicted, energies and areas hold calibrated constants. Voltage does not follow the clock; masks are random with stated sparsities.',
})
