import { type DrawPlot, loadDrawing } from './draw'
import { oneLine } from './format'
import { htmlPage } from './html-page'
import { escapeHtml, htmlTable } from './html-text'
import type { PageCard, PageSection, ReportPage } from './page'
import type { ReportPlot } from './plot'
import type { ReportTable } from './tables'

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

/** The HTML text of a page, its plots drawn. */
export const pageHtml = async (page: ReportPage): Promise<string> => {
  const { title, warning = [], summary, cards = [], sections, footer = '' } = page
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
${[warning]
  .flat()
  .map((text) => `<p class="warning">${escapeHtml(oneLine(text))}</p>`)
  .join('\n')}
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
