import { join } from 'node:path'
import { formatPage } from '@h2learn/report/terminal'
import { writeWhole } from '@h2learn/snn-core/threads'
import type { SweepRow } from '../sweep/evaluate-point'
import { frontPlot, sweepPage, sweepReport } from '../sweep/sweep-report'
import { type SweepHeader, sweepCsv, writeSweepResults } from '../sweep/sweep-results'
import type { Console } from './console'
import { writeJson } from './files'

/** Writes a sweep's results into a folder (JSON Lines in order, CSV, plots, page) and prints its Pareto fronts. */
export const writeSweep = async (
  folder: string,
  header: SweepHeader,
  rows: readonly SweepRow[],
  json: string | undefined,
  out: Console,
): Promise<void> => {
  const ordered = [...rows].sort((a, b) => a.point - b.point)
  const { report, fronts } = sweepReport(header, ordered)
  const { renderPage, renderPlotSvg } = await import('@h2learn/report')
  await writeSweepResults(join(folder, 'results.jsonl'), header, ordered)
  await writeWhole(join(folder, 'results.csv'), sweepCsv(header, ordered))
  const page = sweepPage(report, fronts)
  for (const front of fronts) {
    if (front.points.length === 0) continue
    const name = front.benchmark.replace(/[^\p{L}\p{N}]+/gu, '-').replace(/^-|-$/g, '')
    await writeWhole(join(folder, `pareto-${name}.svg`), await renderPlotSvg(frontPlot(front, header.fields)))
  }
  await writeWhole(join(folder, 'report.html'), await renderPage(page))
  out.say(formatPage(page, { columns: out.columns, color: out.color }))
  out.note(`results: ${join(folder, 'results.jsonl')}, results.csv, pareto-*.svg, report.html`)
  if (json !== undefined) await writeJson(json, report)
}
