import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  explainMisses,
  type OwnRun,
  ownRuns,
  reproduceIds,
  reproducePaper,
  resolveReproduceId,
} from '@h2learn/paper/reproduce'
import { renderPlotSvg } from '@h2learn/report'
import {
  type ReproductionReport,
  reproductionMarkdown,
  reproductionPage,
  reproductionPlot,
  reproductionPlotFile,
} from '@h2learn/report/reproduction'
import { formatPage } from '@h2learn/report/terminal'
import { writeWhole } from '@h2learn/snn-core/threads'
import { ownRunOfReport } from '../own-run-of-report'
import { readTextFile } from '../text-file'
import type { Console } from './console'
import { exitCodes } from './failure'
import { jsonTarget, resultFolder, writeJson } from './files'
import { inOwnFolder } from './folder-lock'
import type { ReproduceCommandOptions } from './reproduce-command'

/** The folder of a clone in which the page stands. */
const docs = 'docs'

const inClone = () =>
  readFile(join(docs, 'paper-vs-model.md')).then(
    () => true,
    () => false,
  )

/** The page and its plots. @returns the path of the page */
export const writeReproduction = async (folder: string, report: ReproductionReport): Promise<string> => {
  const plots = await resultFolder('--out', join(folder, 'plots'))
  for (const { series } of report.figures)
    for (const one of series)
      await writeWhole(join(plots, reproductionPlotFile(one)), await renderPlotSvg(reproductionPlot(one)))
  const page = join(folder, 'paper-vs-model.md')
  await writeWhole(page, reproductionMarkdown(report))
  return page
}

const readRun = async (path: string): Promise<OwnRun> => {
  return ownRunOfReport(path, await readTextFile(path, 'a JSON report of h2learn run', '--run'))
}

/** Computes, prints and writes what is asked for; `given` are runs of the user's own. */
const reproduceInto = async (
  folder: string | undefined,
  figure: string | undefined,
  given: readonly OwnRun[],
  { json }: ReproduceCommandOptions,
  out: Console,
): Promise<number> => {
  const ids = figure === undefined ? reproduceIds : resolveReproduceId(figure)
  const all = figure === undefined
  const bar = out.progress(ids.length + (all ? 1 : 0))
  const figures = reproducePaper({ ids, own: [...ownRuns, ...given] })
  bar.update(ids.length, 'misses')
  const report: ReproductionReport = { figures, misses: all ? explainMisses() : [] }
  bar.stop()
  out.say(formatPage(reproductionPage(report), { columns: out.columns, color: out.color }))
  if (folder !== undefined) {
    if (all) out.note(`\nwrote ${await writeReproduction(folder, report)} and its plots`)
    else {
      const plots = await resultFolder('--out', join(folder, 'plots'))
      for (const { series } of figures)
        for (const one of series)
          await writeWhole(join(plots, reproductionPlotFile(one)), await renderPlotSvg(reproductionPlot(one)))
      out.note(`\nwrote plots to ${plots}; the page holds every figure and is written when none is named`)
    }
  }
  if (json !== undefined)
    await writeJson(
      json,
      figures.flatMap(({ rows }) => rows),
    )
  return exitCodes.done
}

/**
 * `h2learn reproduce [figure]`: prints, and writes as JSON, Markdown and plots, what the paper states beside what the model
 * gives. The Markdown page holds everything, so it is only written when nothing is left out.
 * @returns 0
 * @throws InputError for an unknown figure, with the list of them, and for reports that cannot be read
 */
export const reproduceFigures = async (
  figure: string | undefined,
  options: ReproduceCommandOptions,
  out: Console,
): Promise<number> => {
  if (figure !== undefined) resolveReproduceId(figure)
  if (options.json !== undefined) await jsonTarget('--json', options.json)
  const given = await Promise.all((options.run ?? []).map(readRun))
  const everything = figure === undefined && given.length === 0
  const wanted = options.out ?? (everything && (await inClone()) ? docs : undefined)
  const work = (folder: string | undefined) => reproduceInto(folder, figure, given, options, out)
  return wanted === undefined ? work(undefined) : inOwnFolder('--out', wanted, work)
}
