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

const naturalWidths = ({ columns, rows }: ReportTable) =>
  columns.map(({ name }, c) => rows.reduce((widest, row) => Math.max(widest, width(row[c]!.text)), width(name)))

/** Heads, a rule and rows, columns padded to their widest cell; numbers stand at the right. */
const drawn = (table: ReportTable, pick: readonly number[], paint: (cell: string) => string): string[] => {
  const { columns, rows } = table
  const widths = naturalWidths(table)
  const padded = (text: string, c: number, show: (cell: string) => string = (cell) => cell) => {
    const room = ' '.repeat(widths[c]! - width(text))
    return columns[c]!.numeric ? room + show(text) : show(text) + room
  }
  const line = (cells: readonly string[]) => cells.join(' '.repeat(gutter))
  return [
    line(pick.map((c) => padded(columns[c]!.name, c))),
    '─'.repeat(pick.reduce((sum, c) => sum + widths[c]! + gutter, -gutter)),
    ...rows.map((row) => line(pick.map((c) => padded(row[c]!.text, c, paint)))),
  ]
}

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
 * A table as lines no longer than `columns`: whole if it fits, else in several blocks that repeat the naming columns,
 * else (a column of prose) record by record.
 */
export const tableLines = (
  table: ReportTable,
  columns: number,
  paint: (cell: string) => string = (cell) => cell,
): string[] => {
  const blocks = groups(table, columns)
  if (blocks)
    return blocks.flatMap((pick, i) => [
      ...(i > 0 ? [''] : []),
      ...drawn(table, pick, paint).map((line) => line.trimEnd()),
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
