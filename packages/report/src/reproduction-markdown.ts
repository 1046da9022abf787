import { kindsInWords } from './reproduction-page'
import type {
  ReproductionFigure,
  ReproductionMiss,
  ReproductionReport,
  ReproductionSeries,
} from './reproduction-report'
import { missTable, reproductionTable } from './reproduction-tables'
import type { ReportTable } from './tables'

/** Text inside a cell: pipes and line ends would end it; two carets or underscores would set it otherwise. */
const cell = (text: string) => text.replaceAll('|', '\\|').replace(/\s+/g, ' ')
const symbols = (text: string) => (/[_^]/.test(text) && /[∇{]/.test(text) ? `\`${text}\`` : text)

const table = ({ columns, rows }: Pick<ReportTable, 'columns' | 'rows'>): string =>
  [
    `| ${columns.map(({ name }) => name).join(' | ')} |`,
    `| ${columns.map(({ numeric }) => (numeric ? '---:' : '---')).join(' | ')} |`,
    ...rows.map((row) => `| ${row.map(({ text }) => symbols(cell(text))).join(' | ')} |`),
  ].join('\n')

/** The file a plot is written to. */
export const reproductionPlotFile = ({ title }: Pick<ReproductionSeries, 'title'>): string =>
  `${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')}.svg`

const section = (figure: ReproductionFigure, plots: string): string => {
  const own = reproductionTable(figure)
  const notes = figure.rows.map(({ note }) => note ?? '')
  const withNotes = {
    columns: [...own.columns, { name: 'note', numeric: false }],
    rows: own.rows.map((row, i) => [...row, { text: notes[i]!, value: notes[i]! }]),
  }
  return [
    `## ${figure.id}: ${figure.title}`,
    table(withNotes),
    ...(figure.notes.length > 0 ? [figure.notes.map((note) => `- ${note}`).join('\n')] : []),
    ...figure.series.map(
      (series) =>
        `![${series.title}. ${series.caption}](${plots}/${reproductionPlotFile(series)})\n\n*${series.title}. ${series.caption}*`,
    ),
  ].join('\n\n')
}

const missSection = (miss: ReproductionMiss): string => {
  const notes = miss.tried.filter(({ note }) => note !== undefined).map(({ change, note }) => `- ${change}: ${note}`)
  const found = miss.tried.slice(1).filter(({ explains }) => explains)
  return [
    `### ${miss.title}`,
    miss.statement,
    table(missTable(miss)),
    ...(notes.length > 0 ? [notes.join('\n')] : []),
    found.length === 0
      ? `Counted as an explanation: ${miss.criterion}. No change does it.`
      : `Counted as an explanation: ${miss.criterion}. That would be: ${found.map(({ change }) => change).join('; ')}. The defaults stay.`,
  ].join('\n\n')
}

/**
 * The page `docs/paper-vs-model.md`: every table and figure with every row's note, its plots, and what was tried on the misses.
 * @param plots folder of the plots, relative to the page
 */
export const reproductionMarkdown = ({ figures, misses }: ReproductionReport, plots = 'plots'): string =>
  `${[
    '# Paper and model, side by side',
    'Left what the paper (arXiv 2107.11746) states, right what the model gives. Written by `h2learn reproduce`; a test holds every error where it is today, misses included. Nothing here is fitted to a prediction.',
    `Kinds: ${kindsInWords.join('; ')}.`,
    'The gap is 100 · (model / paper − 1), against the nearer end of a printed range; `agrees` and `differs` judge statements in words. The range varies what the sources leave open: unit costs (arithmetic from two sources, clock gated or not, glitches or not, 300 to 360 K, flip-flops or latches, the constants fitted anew each time), or what the note says.',
    ...figures.map((figure) => section(figure, plots)),
    ...(misses.length > 0
      ? [
          '## What the model misses, and what would explain it',
          'Each of these varies choices that the paper leaves open, one at a time, with everything computed anew. It is a search for explanations, not for a better fit: no default was changed after it.',
          ...misses.map(missSection),
        ]
      : []),
  ].join('\n\n')}\n`
