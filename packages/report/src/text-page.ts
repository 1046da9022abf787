import picocolors from 'picocolors'
import { oneLine } from './format'
import type { PageSection, ReportPage } from './page'
import type { ReportTable } from './tables'
import type { TerminalLayout } from './terminal'
import { lineWidth, tableLines, wrapText } from './terminal-table'

/**
 * A page as text for a terminal: what `renderPage` shows but for the plots. No line is longer than `columns`.
 * @param layout width in characters (at least 40) and whether to colour; words that say where a figure is from are coloured
 */
export const formatPage = (page: ReportPage, { columns = 100, color = false }: TerminalLayout = {}): string => {
  const width = lineWidth(columns)
  const paint = picocolors.createColors(color)
  const kinds: Record<string, (text: string) => string> = {
    memory: paint.yellow,
    calibrated: paint.magenta,
    published: paint.cyan,
    predicted: paint.green,
    drawn: paint.yellow,
  }
  const cell = (text: string) => kinds[text]?.(text) ?? text
  const lines: string[] = []
  const title = (text: string) => {
    if (lines.length > 0) lines.push('')
    lines.push(...wrapText(oneLine(text), width).map((line) => paint.bold(line)))
  }
  const pairs = (rows: readonly (readonly [string, string])[] = []) => {
    const name = rows.reduce((widest, [n]) => Math.max(widest, n.length), 0)
    for (const [n, value] of rows)
      wrapText(oneLine(value), Math.max(20, width - name - 4)).forEach((line, i) => {
        lines.push(`  ${i === 0 ? paint.dim(n.padEnd(name)) : ' '.repeat(name)}  ${line}`)
      })
  }
  const tables = (all: readonly ReportTable[] = [], heading?: string) => {
    for (const table of all) {
      if (table.rows.length === 0) continue
      if (table.title !== heading) title(table.title)
      lines.push(...tableLines(table, width, cell))
    }
  }
  const section = ({ title: heading, pairs: rows, tables: before, tablesAfter, list = [] }: PageSection) => {
    const known = [...(before ?? []), ...(tablesAfter ?? [])].some((table) => table.rows.length > 0)
    if (!known && (rows ?? []).length === 0 && list.length === 0) return
    title(heading)
    pairs(rows)
    tables(before, heading)
    tables(tablesAfter, heading)
    for (const item of list)
      wrapText(oneLine(item), width - 4).forEach((line, i) => {
        lines.push(`  ${i === 0 ? '- ' : '  '}${line}`)
      })
  }
  title(page.title)
  for (const warning of [page.warning ?? []].flat())
    lines.push(...wrapText(oneLine(warning), width).map((line) => paint.yellow(line)))
  pairs(page.summary)
  for (const { label, value, kind } of page.cards ?? []) pairs([[label, kind ? `${value} (${kind})` : value]])
  for (const one of page.sections) section(one)
  if (page.footer) lines.push('', ...wrapText(oneLine(page.footer), width).map((line) => paint.dim(line)))
  return lines.join('\n')
}
