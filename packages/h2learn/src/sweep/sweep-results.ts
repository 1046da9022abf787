import { appendFile, readFile } from 'node:fs/promises'
import { InputError } from '@h2learn/snn-core'
import { writeWhole } from '@h2learn/snn-core/threads'
import type { SweepRow } from './evaluate-point'

/** The first line of a file of results: which sweep it belongs to. */
export interface SweepHeader {
  readonly schema: 'h2learn.sweep/1'
  readonly name: string
  readonly fingerprint: string
  /** Points of the whole sweep. */
  readonly points: number
  readonly fields: readonly string[]
  /** Networks of every configuration, in order. */
  readonly targets: readonly string[]
}

/** Results in a file: the last line of a point counts. */
export interface SweepFile {
  readonly header: SweepHeader
  readonly rows: ReadonlyMap<number, SweepRow>
  /** Whether the last line was cut off, as when a run was killed. */
  readonly cut: boolean
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isHeader = (value: unknown): value is SweepHeader => {
  const header = value as Partial<SweepHeader> | undefined
  return (
    header?.schema === 'h2learn.sweep/1' &&
    typeof header.fingerprint === 'string' &&
    Number.isSafeInteger(header.points) &&
    Array.isArray(header.fields) &&
    Array.isArray(header.targets)
  )
}

const isRow = (value: unknown, points: number): value is SweepRow => {
  const row = value as Partial<SweepRow> | null | undefined
  return (
    typeof row === 'object' &&
    row !== null &&
    Number.isSafeInteger(row.point) &&
    row.point! >= 0 &&
    row.point! < points &&
    typeof row.benchmark === 'string' &&
    typeof row.values === 'object' &&
    (row.status === 'ok' || row.status === 'error')
  )
}

/**
 * Reads a file of results (JSON Lines). A last line that was cut off is left out.
 * @throws InputError naming file and line of anything else that is no result
 */
export const readSweepResults = async (path: string): Promise<SweepFile> => {
  const text = await readFile(path, 'utf8')
  const lines = text.split('\n')
  const header = parsed(lines[0] ?? '')
  if (!isHeader(header))
    throw new InputError({
      where: path,
      expected: 'results of h2learn sweep (a first line with its fingerprint)',
      got: (lines[0] ?? '').slice(0, 60) || 'an empty file',
    })
  const rows = new Map<number, SweepRow>()
  let cut = false
  lines.slice(1).forEach((line, i) => {
    if (line.trim() === '') return
    const row = parsed(line)
    if (isRow(row, header.points)) {
      rows.set(row.point, row)
      return
    }
    // only the end of a file that was being written can be torn
    if (row === undefined && i + 2 === lines.length) {
      cut = true
      return
    }
    throw new InputError({ where: `${path}, line ${i + 2}`, expected: 'a point of the sweep', got: line.slice(0, 60) })
  })
  return { header, rows, cut }
}

const jsonLines = (header: SweepHeader, rows: readonly SweepRow[]) =>
  `${[header, ...rows].map((row) => JSON.stringify(row)).join('\n')}\n`

/** Writes results as JSON Lines, points in order. */
export const writeSweepResults = async (
  path: string,
  header: SweepHeader,
  rows: readonly SweepRow[],
): Promise<void> => {
  await writeWhole(path, jsonLines(header, rows))
}

/** Appends results to a file. */
export const appendSweepResults = async (path: string, rows: readonly SweepRow[]): Promise<void> => {
  await appendFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''))
}

const cell = (value: unknown): string => {
  const text =
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const figures = [
  'samples_per_s',
  'samples_per_s_with_update',
  'period_cycles',
  'energy_per_sample_J',
  'energy_per_sample_with_update_J',
  'offchip_energy_per_sample_J',
  'power_W',
  'area_mm2',
  'bound_by',
  'fullest_buffer',
  'speedup_vs_v100',
] as const

/** Results as CSV (RFC 4180), a column a varied field, units in the names. */
export const sweepCsv = ({ fields }: SweepHeader, rows: readonly SweepRow[]): string =>
  [
    ['point', 'benchmark', ...fields, 'status', ...figures, 'error'],
    ...rows.map((row) => [
      row.point,
      row.benchmark,
      ...fields.map((field) => row.values[field]),
      row.status,
      ...figures.map((name) => (row.status === 'ok' ? row[name] : '')),
      row.status === 'error' ? row.error : '',
    ]),
  ]
    .map((line) => `${line.map(cell).join(',')}\r\n`)
    .join('')
