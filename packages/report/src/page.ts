import { type DrawPlot, loadDrawing } from './draw'
import { oneLine } from './format'
import { htmlPage } from './html-page'
import { escapeHtml, htmlTable } from './html-text'
import type { ReportPlot } from './plot'
import type { ReportTable } from './tables'

/** A figure in large print: what it is, its value with the unit, and its kind or a remark. */
export interface PageCard {
  readonly label: string
  readonly value: string
  readonly kind?: string
}

/** A part of a page under its own heading; parts appear in the order pairs, tables, plots, more tables, list. */
export interface PageSection {
  /** Letters and digits; the address of the section. */
  readonly id: string
  readonly title: string
  /** Name and value, as a list of definitions. */
  readonly pairs?: readonly (readonly [string, string])[]
  readonly tables?: readonly ReportTable[]
  readonly plots?: readonly ReportPlot[]
  readonly tablesAfter?: readonly ReportTable[]
  readonly list?: readonly string[]
}

/** What a page shows; every text is plain text. */
export interface ReportPage {
  readonly title: string
  readonly warning?: string
  readonly summary?: readonly (readonly [string, string])[]
  readonly cards?: readonly PageCard[]
  /** Sections without content are left out. */
  readonly sections: readonly PageSection[]
  readonly footer?: string
}

const cardHtml = ({ label, value, kind = '' }: PageCard) =>
  `<div class="card"><span>${escapeHtml(label)}</span><b>${escapeHtml(value)}</b><span class="kind">${escapeHtml(kind)}</span></div>`

const pairsHtml = (rows: readonly (readonly [string, string])[] = []) =>
  rows.length === 0
    ? []
    : [
        `<dl>\n${rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}\n</dl>`,
      ]

const tablesHtml = (tables: readonly ReportTable[] = []) => tables.filter(({ rows }) => rows.length > 0).map(htmlTable)

/** Name of a file for a plot: its title in small letters and hyphens. */
const fileName = (title: string) =>
  title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'plot'

const figureHtml = async (plot: ReportPlot, name: string, draw: DrawPlot) => `<figure id="${name}">
<h3>${escapeHtml(plot.title)}</h3>
<div class="scroll" role="img" aria-label="${escapeHtml(`${plot.title}. ${plot.caption}`)}">${await draw(plot.spec, name)}</div>
<figcaption>${escapeHtml(plot.caption)}</figcaption>
<p class="save"><button type="button" data-save="svg" data-name="${fileName(plot.title)}">Save SVG</button> <button type="button" data-save="csv" data-name="${fileName(plot.title)}">Save CSV</button></p>
<details><summary>Data</summary>${htmlTable(plot.table)}</details>
</figure>`

const sectionHtml = async (section: PageSection, draw: DrawPlot): Promise<string | undefined> => {
  const { id, title, pairs, tables, plots = [], tablesAfter, list = [] } = section
  const figures: string[] = []
  for (const [i, plot] of plots.entries()) figures.push(await figureHtml(plot, `${id}-${i}`, draw))
  const items = list.map((text) => `<li>${escapeHtml(oneLine(text))}</li>`)
  const parts = [
    ...pairsHtml(pairs),
    ...tablesHtml(tables),
    ...(figures.length > 0 ? [`<div class="plots">\n${figures.join('\n')}\n</div>`] : []),
    ...tablesHtml(tablesAfter),
    ...(items.length > 0 ? [`<ul>\n${items.join('\n')}\n</ul>`] : []),
  ]
  return parts.length === 0
    ? undefined
    : `<section id="${id}">\n<h2>${escapeHtml(title)}</h2>\n${parts.join('\n')}\n</section>`
}

/**
 * A page in one self-contained file: cards, tables that sort, plots as inline SVG with their numbers, each to be saved as
 * SVG and CSV. It loads nothing and forbids loading, follows the light or dark scheme of the reader, fits a phone, prints.
 */
export const renderPage = async (page: ReportPage): Promise<string> => {
  const { title, warning, summary, cards = [], sections, footer = '' } = page
  const draw = await loadDrawing()
  const shown: { id: string; title: string; html: string }[] = []
  for (const section of sections) {
    const html = await sectionHtml(section, draw)
    if (html !== undefined) shown.push({ id: section.id, title: section.title, html })
  }
  return htmlPage(
    title,
    `<header>
<h1>${escapeHtml(title)}</h1>
${warning === undefined ? '' : `<p class="warning">${escapeHtml(warning)}</p>`}
${pairsHtml(summary).join('')}
${cards.length === 0 ? '' : `<div class="cards">\n${cards.map(cardHtml).join('\n')}\n</div>`}
<nav>${shown.map((part) => `<a href="#${part.id}">${escapeHtml(part.title)}</a>`).join('\n')}</nav>
</header>
<main>
${shown.map((part) => part.html).join('\n')}
</main>
<footer>${escapeHtml(footer)}</footer>`,
  )
}
