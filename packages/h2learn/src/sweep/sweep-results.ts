import { open } from 'node:fs/promises'
import { InputError, requirePlainData } from '@h2learn/config'
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

/** Results in a file. */
export interface SweepFile {
  readonly header: SweepHeader
  /** In the order of the file; a point may come more than once. */
  readonly rows: readonly SweepRow[]
  /** Lines that are no JSON: cut off when a process was killed or a disk was full. Their points count as not run. */
  readonly unreadable: number
}

/** Parsed, or undefined for a line that was cut off. */
const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const isHeader = (value: unknown): value is SweepHeader =>
  isRecord(value) &&
  value.schema === 'h2learn.sweep/1' &&
  typeof value.name === 'string' &&
  typeof value.fingerprint === 'string' &&
  Number.isSafeInteger(value.points) &&
  (value.points as number) >= 0 &&
  isTexts(value.fields) &&
  isTexts(value.targets) &&
  value.targets.length > 0

/** The figures of a point that ran, in the order of the CSV, and how each is recognised. */
const positive = (value: unknown) => Number.isFinite(value) && (value as number) > 0
const number = (value: unknown) => Number.isFinite(value) && (value as number) >= 0
const text = (value: unknown) => typeof value === 'string'
const figures = {
  samples_per_s: positive,
  samples_per_s_with_update: positive,
  period_cycles: positive,
  energy_per_sample_J: positive,
  energy_per_sample_with_update_J: number,
  offchip_energy_per_sample_J: number,
  power_W: number,
  area_mm2: positive,
  bound_by: text,
  fullest_buffer: number,
  speedup_vs_v100: (value: unknown) => value === null || number(value),
} as const
type Figure = keyof typeof figures
const figureNames = Object.keys(figures) as readonly Figure[]

/** Whether data are such as JSON can hold again: `1e999` is read as infinity. */
const isPlain = (value: unknown): boolean => {
  try {
    requirePlainData('', value)
    return true
  } catch {
    return false
  }
}

const isRow = (value: unknown, { points, fields, targets }: SweepHeader): value is SweepRow => {
  if (!isRecord(value) || !isRecord(value.values) || !isPlain(value)) return false
  const { point, benchmark, values, status } = value
  return (
    Number.isSafeInteger(point) &&
    (point as number) >= 0 &&
    (point as number) < points &&
    benchmark === targets[(point as number) % targets.length] &&
    Object.keys(values).length === fields.length &&
    fields.every((field) => Object.hasOwn(values, field)) &&
    (status === 'error'
      ? typeof value.error === 'string'
      : status === 'ok' && figureNames.every((name) => figures[name](value[name])))
  )
}

/** What every header begins with. */
const headerStart = '{"schema":"h2learn.sweep/1"'

/** A header from a text. @throws InputError naming the file */
export const parseSweepHeader = (path: string, line: string): SweepHeader => {
  const header = parsed(line)
  if (isHeader(header)) return header
  throw new InputError({
    where: path,
    expected: 'results of h2learn sweep (a first line with its fingerprint)',
    got: line.slice(0, 60) || 'an empty file',
  })
}

/**
 * Reads a file of results (JSON Lines). What a killed process cut off is left out; an empty file, or one with nothing but half
 * a first line, is one in which nothing has been written yet.
 * @returns undefined for such a file
 * @throws InputError naming file and line of anything else that is no result
 */
export const readSweepResults = async (path: string): Promise<SweepFile | undefined> => {
  const file = await open(path).catch((error) => {
    throw error.code === 'EISDIR' ? new InputError({ where: path, expected: 'a file', got: 'a folder' }) : error
  })
  try {
    let header: SweepHeader | undefined
    const rows: SweepRow[] = []
    let unreadable = 0
    let at = 0
    for await (const line of file.readLines({ encoding: 'utf8' })) {
      at++
      if (at === 1) {
        // half of a header and nothing else: the process was killed while it wrote its first lines
        const half = parsed(line) === undefined && (line.startsWith(headerStart) || headerStart.startsWith(line))
        if (half) continue
        header = parseSweepHeader(path, line)
        continue
      }
      if (header === undefined)
        throw new InputError({ where: path, expected: 'a whole first line', got: 'half of one before other lines' })
      if (line.trim() === '') continue
      const row = parsed(line)
      if (row === undefined) unreadable++
      else if (isRow(row, header)) rows.push(row)
      else
        throw new InputError({ where: `${path}, line ${at}`, expected: 'a point of the sweep', got: line.slice(0, 60) })
    }
    return header && { header, rows, unreadable }
  } finally {
    await file.close()
  }
}

/** JSON Lines, a piece at a time: as one text the results of a great sweep would be longer than a text can be. */
export function* sweepLines(header: SweepHeader | undefined, rows: readonly SweepRow[]): Generator<string> {
  if (header) yield `${JSON.stringify(header)}\n`
  const piece = 1000
  for (let from = 0; from < rows.length; from += piece)
    yield rows
      .slice(from, from + piece)
      .map((row) => `${JSON.stringify(row)}\n`)
      .join('')
}

/** Writes results as JSON Lines, in the order given. */
export const writeSweepResults = async (path: string, header: SweepHeader, rows: readonly SweepRow[]): Promise<void> =>
  writeWhole(path, sweepLines(header, rows))

const cell = (value: unknown): string => {
  const text =
    value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const csvLine = (cells: readonly unknown[]) => `${cells.map(cell).join(',')}\r\n`

/** Results as CSV (RFC 4180), a column a varied field, units in the names; a line at a time. */
export function* sweepCsv({ fields }: SweepHeader, rows: readonly SweepRow[]): Generator<string> {
  yield csvLine(['point', 'benchmark', ...fields, 'status', ...figureNames, 'error'])
  for (const row of rows)
    yield csvLine([
      row.point,
      row.benchmark,
      ...fields.map((field) => row.values[field]),
      row.status,
      ...figureNames.map((name) => (row.status === 'ok' ? row[name] : '')),
      row.status === 'error' ? row.error : '',
    ])
}
