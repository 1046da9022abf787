import type { ReportSlice, RunReport } from './api'
import { type DrawPlot, loadDrawing } from './draw'
import { count, figure, oneLine, percent, quantity } from './format'
import { htmlPage } from './html-page'
import { escapeHtml, htmlTable } from './html-text'
import type { ReportPlot } from './plot'
import { reportPlots } from './plots'
import {
  accuracyRows,
  causesTable,
  chipTable,
  enginesTable,
  functionalTable,
  layersTable,
  paperTable,
  passesTable,
  type ReportTable,
  summaryRows,
  v100Text,
} from './tables'

/** What a page shows beside the report. */
export interface HtmlExtras {
  /** Tasks on the time axis, in cycles: the first sub-batches of a schedule. */
  readonly timeline?: readonly ReportSlice[]
}

const card = (label: string, value: string, kind = '') =>
  `<div class="card"><span>${escapeHtml(label)}</span><b>${escapeHtml(value)}</b><span class="kind">${escapeHtml(kind)}</span></div>`

const cards = ({ chip, test_accuracy, speedup_vs_v100 }: RunReport): string => {
  const kind = (key: string) => chip.kinds[key] ?? ''
  return `<div class="cards">
${[
  card('test accuracy', percent(test_accuracy), 'measured'),
  card('throughput', `${figure(chip.samples_per_s)} samples/s`, kind('samples_per_s')),
  card(
    'period of a sub-batch',
    `${quantity(chip.period_s, 's')}, ${count(chip.period_cycles)} cycles`,
    kind('period_s'),
  ),
  card('energy per sample', quantity(chip.energy_per_sample_J, 'J'), kind('energy_per_sample_J')),
  card('power', quantity(chip.power_W, 'W'), kind('power_W')),
  card('area', `${figure(chip.area_mm2, 4)} mm²`, kind('area_mm2')),
  card(
    'against V100',
    speedup_vs_v100 === null ? 'no figure' : `${figure(speedup_vs_v100)}×`,
    speedup_vs_v100 === null ? '' : 'predicted, over a published time',
  ),
].join('\n')}
</div>`
}

const pairs = (rows: readonly (readonly [string, string])[]) =>
  `<dl>\n${rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}\n</dl>`

const tables = (...contents: readonly ReportTable[]) => contents.filter(({ rows }) => rows.length > 0).map(htmlTable)

const section = (id: string, title: string, parts: readonly string[]) =>
  parts.length === 0
    ? null
    : { id, title, html: `<section id="${id}">\n<h2>${title}</h2>\n${parts.join('\n')}\n</section>` }

const figureOf = async (plot: ReportPlot, name: string, draw: DrawPlot) => `<figure>
<h3>${escapeHtml(plot.title)}</h3>
<div class="scroll" role="img" aria-label="${escapeHtml(`${plot.title}. ${plot.caption}`)}">${await draw(plot.spec, name)}</div>
<figcaption>${escapeHtml(plot.caption)}</figcaption>
<details><summary>Data</summary>${htmlTable(plot.table)}</details>
</figure>`

/**
 * A run as one self-contained page: cards, tables that sort, plots as inline SVG, each with its numbers. It loads
 * nothing, follows the light or dark scheme of the reader, and prints.
 */
export const renderHtml = async (report: RunReport, { timeline = [] }: HtmlExtras = {}): Promise<string> => {
  const draw = await loadDrawing()
  const plots = reportPlots(report, timeline)
  const drawn = async (part: keyof typeof plots) => {
    const figures: string[] = []
    for (const [i, plot] of plots[part].entries()) figures.push(await figureOf(plot, `${part}-${i}`, draw))
    return figures
  }
  const notes = report.notes.map((note) => `<li>${escapeHtml(oneLine(note))}</li>`)
  const sections = [
    section('training', 'Training', [pairs(accuracyRows(report)), ...(await drawn('training'))]),
    section('layers', 'Layers and sparsity', [
      ...tables(layersTable(report), passesTable(report)),
      ...(await drawn('layers')),
    ]),
    section('engines', 'Engines', [
      ...tables(enginesTable(report)),
      ...(await drawn('engines')),
      ...tables(causesTable(report), functionalTable(report)),
    ]),
    section('pipeline', 'Pipeline', await drawn('pipeline')),
    section('chip', 'Chip', [
      ...tables(chipTable(report)),
      pairs([
        ['bound by', oneLine(report.chip.bound_by)],
        ['against V100', v100Text(report)],
      ]),
      ...(await drawn('chip')),
    ]),
    section('paper', 'Against the paper', tables(paperTable(report))),
    section('confusion', 'Confusion', await drawn('confusion')),
    section('notes', 'Notes', notes.length > 0 ? [`<ul>\n${notes.join('\n')}\n</ul>`] : []),
  ].filter((part) => part !== null)

  const title = `H2Learn run: ${oneLine(report.benchmark)} (preset ${oneLine(report.preset)})`
  const versions = Object.entries(report.versions).map(([name, version]) => oneLine(`${name} ${version}`))
  return htmlPage(
    title,
    `<header>
<h1>${escapeHtml(title)}</h1>
${report.training.interrupted ? '<p class="warning">Training was interrupted; the figures are those reached so far.</p>' : ''}
${pairs(summaryRows(report))}
${cards(report)}
<nav>${sections.map((part) => `<a href="#${part.id}">${part.title}</a>`).join('\n')}</nav>
</header>
<main>
${sections.map((part) => part.html).join('\n')}
</main>
<footer>${escapeHtml(versions.join(', '))}</footer>`,
  )
}
