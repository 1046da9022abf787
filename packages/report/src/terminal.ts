import picocolors from 'picocolors'
import type { RunReport } from './api'
import { oneLine } from './format'
import {
  accuracyRows,
  boundRows,
  causesTable,
  chipTable,
  enginesTable,
  functionalTable,
  layersTable,
  paperTable,
  passesTable,
  type ReportTable,
  runWarnings,
  summaryRows,
  v100Text,
} from './tables'
import { lineWidth, tableLines, wrapText } from './terminal-table'

/** How a report is laid out on a terminal. */
export interface TerminalLayout {
  /** Width in characters, at least 40; default 100, and 80 for 0 (a terminal that does not tell). */
  readonly columns?: number
  /** Default false. */
  readonly color?: boolean
}

/** An item of a list, wrapped. */
const bullet = (text: string, width: number): readonly string[] =>
  wrapText(oneLine(text), width - 4).map((line, i) => `  ${i === 0 ? '- ' : '  '}${line}`)

/**
 * A run as text for a terminal: what was trained and how well, layers with their sparsities, cycles by layer and
 * engine, the chip with the kind of each figure and the paper's beside it. No line is longer than `columns`.
 */
export const formatRun = (report: RunReport, { columns = 100, color = false }: TerminalLayout = {}): string => {
  const width = lineWidth(columns)
  const paint = picocolors.createColors(color)
  const kinds: Record<string, (text: string) => string> = {
    memory: paint.yellow,
    calibrated: paint.magenta,
    published: paint.cyan,
    predicted: paint.green,
  }
  const cell = (text: string) => kinds[text]?.(text) ?? text
  const lines: string[] = []

  const title = (text: string) => {
    if (lines.length > 0) lines.push('')
    lines.push(...wrapText(oneLine(text), width).map((line) => paint.bold(line)))
  }
  const pairs = (rows: readonly (readonly [string, string])[]) => {
    const name = rows.reduce((widest, [n]) => Math.max(widest, n.length), 0)
    for (const [n, value] of rows)
      wrapText(value, width - name - 4).forEach((line, i) => {
        lines.push(`  ${i === 0 ? paint.dim(n.padEnd(name)) : ' '.repeat(name)}  ${line}`)
      })
  }
  const table = (content: ReportTable) => {
    if (content.rows.length === 0) return
    title(content.title)
    lines.push(...tableLines(content, width, cell))
  }

  title(`H2Learn run: ${report.benchmark} (preset ${report.preset})`)
  pairs(summaryRows(report))
  title('Accuracy (measured)')
  pairs(accuracyRows(report))
  const warnings = runWarnings(report)
  if (warnings.length > 0) {
    title('Warnings')
    for (const warning of warnings) lines.push(...bullet(warning, width).map((line) => paint.yellow(line)))
  }
  table(layersTable(report))
  table(passesTable(report))
  table(enginesTable(report))
  table(causesTable(report))
  table(functionalTable(report))
  table(chipTable(report))
  pairs([...boundRows(report.chip), ['against V100', v100Text(report)]])
  table(paperTable(report))
  if (report.notes.length > 0) {
    title('Notes')
    for (const note of report.notes) lines.push(...bullet(note, width))
  }
  const versions = Object.entries(report.versions).map(([name, version]) => `${oneLine(name)} ${oneLine(version)}`)
  if (versions.length > 0) lines.push('', ...wrapText(versions.join(', '), width).map((line) => paint.dim(line)))
  return lines.join('\n')
}
