import { join } from 'node:path'
import { formatPage } from '@h2learn/report/terminal'
import { writeWhole } from '@h2learn/snn-core/threads'
import type { KnownPoints } from '../sweep/sweep-folder'
import { frontName } from '../sweep/sweep-fronts'
import { frontPlot, mostFronts, sweepFailures, sweepPage, sweepReport } from '../sweep/sweep-report'
import { sweepCsv, writeSweepResults } from '../sweep/sweep-results'
import type { Console } from './console'
import { exitCodes } from './failure'
import { fileName, writeJson } from './files'

/** What is known of a sweep, its points in order. */
const ordered = ({ rows }: KnownPoints) => [...rows.values()].sort((a, b) => a.point - b.point)

/** Writes what is known into a folder: JSON Lines in order, CSV, plots, page. */
const writeFiles = async (folder: string, known: KnownPoints) => {
  const { header } = known
  const rows = ordered(known)
  const { report, fronts } = sweepReport(header, rows)
  const { renderPage, renderPlotSvg } = await import('@h2learn/report')
  await writeSweepResults(join(folder, 'results.jsonl'), header, rows)
  await writeWhole(join(folder, 'results.csv'), sweepCsv(header, rows))
  const page = sweepPage(report, fronts)
  const taken = new Set<string>()
  for (const front of fronts.slice(0, mostFronts)) {
    if (front.points.length === 0) continue
    const name = fileName(frontName(front))
    // names that differ in what a file name cannot hold
    const own = taken.has(name) ? `${name}-${taken.size + 1}` : name
    taken.add(own)
    await writeWhole(join(folder, `pareto-${own}.svg`), await renderPlotSvg(frontPlot(front, header.fields)))
  }
  await writeWhole(join(folder, 'report.html'), await renderPage(page))
  return { report, page }
}

/** How often the files are written anew because other processes have added points in the meantime. */
const mostRounds = 5

/**
 * Writes a sweep's results into its folder and prints its Pareto fronts. Of processes that end at the same time one may write
 * over the files of another that knew more: each looks once more at the journals after it has written.
 */
export const writeSweep = async (
  folder: string,
  gather: () => Promise<KnownPoints>,
  json: string | undefined,
  out: Console,
): Promise<KnownPoints> => {
  let known = await gather()
  let written = await writeFiles(folder, known)
  for (let round = 1; round < mostRounds; round++) {
    const now = await gather()
    if (now.rows.size === known.rows.size) break
    known = now
    written = await writeFiles(folder, known)
  }
  const { report, page } = written
  if (json !== undefined) await writeJson(json, report)
  out.say(formatPage(page, { columns: out.columns, color: out.color }))
  out.note(`results: ${join(folder, 'results.jsonl')}, results.csv, pareto-*.svg, report.html`)
  if (known.unreadable > 0)
    out.note(
      `${known.unreadable} ${known.unreadable === 1 ? 'line was' : 'lines were'} cut off when a process ended; the points on them count as not run.`,
    )
  return known
}

/** Causes that the terminal shows; all of them are in the JSON. */
const mostCauses = 10

/**
 * Says how many of some points failed, with the count of each cause, and how many were not run.
 * @param points the numbers of the points that should be there
 * @returns the exit code: 0 when all ran, else 1
 */
export const shortfall = ({ rows }: KnownPoints, points: readonly number[], out: Console): number => {
  const mine = points.flatMap((point) => rows.get(point) ?? [])
  const failures = [...sweepFailures(mine)].sort((a, b) => b.times - a.times)
  const failed = failures.reduce((sum, { times }) => sum + times, 0)
  const missing = points.length - mine.length
  if (failed === 0 && missing === 0) return exitCodes.done
  const shown = failures.slice(0, mostCauses)
  const rest = failures.slice(mostCauses)
  out.warn(
    [
      `${failed} of ${points.length} points failed, ${missing} ${missing === 1 ? 'is' : 'are'} missing.`,
      ...shown.map(({ error, times, point }) => `  ${times} failed (first: point ${point}): ${error}`),
      ...(rest.length > 0
        ? [`  ${rest.reduce((sum, { times }) => sum + times, 0)} failed for ${rest.length} further causes`]
        : []),
      ...(missing > 0 ? [`  ${missing} not run; the same command of h2learn sweep goes on with them`] : []),
    ].join('\n'),
  )
  return exitCodes.failed
}
