import type { ReportTable } from './tables'

const width = (text: string) => [...text].length
const gutter = 2

/** Fills lines up to `columns`; words that are longer break after a hyphen or, failing that, anywhere. */
export const wrapText = (text: string, columns: number, indent = ''): string[] => {
  const room = Math.max(1, columns - width(indent))
  const pieces = text.split(/\s+/).flatMap((word) => {
    const parts: { text: string; glued: boolean }[] = []
    const hyphenated = width(word) > room ? word.split(/(?<=-)/) : [word]
    for (const part of hyphenated) {
      const letters = [...part]
      for (let at = 0; at < Math.max(1, letters.length); at += room)
        parts.push({ text: letters.slice(at, at + room).join(''), glued: parts.length > 0 })
    }
    return parts
  })
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    const longer = line === '' || piece.glued ? line + piece.text : `${line} ${piece.text}`
    if (width(longer) <= room) line = longer
    else {
      lines.push(line)
      line = piece.text
    }
  }
  lines.push(line)
  return lines.map((l) => (indent + l).trimEnd())
}

/** Width of a line: what the terminal has, at least 40; 80 where it does not tell (0). */
export const lineWidth = (columns: number): number => (columns >= 1 ? Math.max(40, Math.floor(columns)) : 80)

const naturalWidths = ({ columns, rows }: ReportTable) =>
  columns.map(({ name }, c) => rows.reduce((widest, row) => Math.max(widest, width(row[c]!.text)), width(name)))

/** Heads, a rule and rows, columns padded to their widths; numbers stand at the right, cells that are too long are wrapped. */
const drawn = (
  { columns, rows }: ReportTable,
  pick: readonly number[],
  widths: readonly number[],
  paint: (cell: string) => string,
): string[] => {
  const padded = (text: string, c: number, show: (cell: string) => string = (cell) => cell) => {
    const room = ' '.repeat(widths[c]! - width(text))
    return columns[c]!.numeric ? room + show(text) : show(text) + room
  }
  const line = (cells: readonly string[]) => cells.join(' '.repeat(gutter))
  const lines = (row: ReportTable['rows'][number]) => {
    const cells = pick.map((c) =>
      width(row[c]!.text) <= widths[c]! ? [row[c]!.text] : wrapText(row[c]!.text, widths[c]!),
    )
    const height = cells.reduce((most, cell) => Math.max(most, cell.length), 1)
    return Array.from({ length: height }, (_, i) => line(pick.map((c, p) => padded(cells[p]![i] ?? '', c, paint))))
  }
  return [
    line(pick.map((c) => padded(columns[c]!.name, c))),
    '─'.repeat(pick.reduce((sum, c) => sum + widths[c]! + gutter, -gutter)),
    ...rows.flatMap(lines),
  ]
}

/** Widths at which the whole table fits because the column that names the rows is wrapped; null where too little is left. */
const narrowed = (table: ReportTable, columns: number): number[] | null => {
  const [first, ...rest] = naturalWidths(table)
  const left = columns - rest.reduce((sum, n) => sum + n + gutter, 0)
  return table.keys === 1 && !table.columns[0]!.numeric && left >= Math.min(first!, leastName) ? [left, ...rest] : null
}

/** What a name is wrapped to at the least. */
const leastName = 24

/** Columns in groups that fit side by side, each led by the columns that name the row; null when one does not fit. */
const groups = (table: ReportTable, columns: number): number[][] | null => {
  const widths = naturalWidths(table)
  const keys = Array.from({ length: table.keys }, (_, c) => c)
  const total = (pick: readonly number[]) => pick.reduce((sum, c) => sum + widths[c]! + gutter, -gutter)
  const out: number[][] = []
  for (let c = table.keys; c < widths.length; c++) {
    const last = out.at(-1)
    if (last && total([...last, c]) <= columns) last.push(c)
    else if (total([...keys, c]) <= columns) out.push([...keys, c])
    else return null
  }
  return out
}

/**
 * A table as lines no longer than `columns`: whole if it fits, or fits with the names of its rows wrapped, else in several
 * blocks that repeat the naming columns, else (a column of prose) record by record.
 */
export const tableLines = (
  table: ReportTable,
  columns: number,
  paint: (cell: string) => string = (cell) => cell,
): string[] => {
  const blocks = groups(table, columns)
  const widths = blocks?.length === 1 ? null : narrowed(table, columns)
  if (blocks || widths)
    return (widths ? [table.columns.map((_, c) => c)] : blocks!).flatMap((pick, i) => [
      ...(i > 0 ? [''] : []),
      ...drawn(table, pick, widths ?? naturalWidths(table), paint).map((line) => line.trimEnd()),
    ])
  return table.rows.flatMap((row) => {
    const name = row
      .slice(0, table.keys)
      .map(({ text }) => text)
      .join(', ')
    const rest = row.slice(table.keys).map(({ text }, c) => `${table.columns[c + table.keys]!.name} ${text}`)
    return [...wrapText(name, columns), ...wrapText(rest.join(' · '), columns, '  ')]
  })
}
