// Writes what the documentation shows of the program's own output: the paper's figures beside the model's, and the
// output of the README's example. `--check` changes nothing and fails when something is out of date. Needs a build.
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './tools.mjs'

const { renderPlotSvg } = await import('../packages/h2learn/dist/index.js')
const {
  explainMisses,
  headlineComparisons,
  reproducePaper,
  reproductionMarkdown,
  reproductionPlot,
  reproductionPlotFile,
} = await import('../packages/h2learn/dist/reproduce/index.js')
const check = process.argv.includes('--check')
let stale = 0

const put = (file, text) => {
  const path = join(root, file)
  let before = ''
  try {
    before = readFileSync(path, 'utf8')
  } catch {}
  if (before === text) return
  if (check) {
    stale++
    console.error(`${file} is out of date; run node scripts/docs.mjs on a fresh build`)
  } else {
    writeFileSync(path, text)
    console.log(`wrote ${file}`)
  }
}

/** Replaces what stands between <!-- name --> and <!-- /name -->. */
const fill = (text, name, content) => {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`no ${begin} … ${end}`)
  return `${text.slice(0, from + begin.length)}\n${content}\n${text.slice(to)}`
}

const { chipFields } = await import('../packages/accelerator/dist/index.js')
const { fieldRows } = await import('../packages/config/dist/index.js')

/** Every field of a chip file. */
const chipTable = () =>
  table(
    ['field', 'default', 'range', 'what it is'],
    fieldRows(chipFields).map(({ path, default: preset, range, unit, doc }) => [
      `\`${path}\``,
      `\`${JSON.stringify(preset)}\``,
      `${range} ${unit}`.trim(),
      doc,
    ]),
  )

const figure = (x) => (Number.isInteger(x) ? String(x) : x.toFixed(2))
const published = (paper) =>
  paper === undefined ? '-' : Array.isArray(paper) ? paper.map(figure).join(' to ') : figure(paper)
const gap = ({ paper, error_pct }) =>
  error_pct === undefined
    ? '-'
    : Array.isArray(paper) && error_pct === 0
      ? 'in range'
      : `${error_pct >= 0 ? '+' : ''}${error_pct.toFixed(1)} %`
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
const unit = (row) => (row.unit === '' ? '' : ` ${row.unit.replace('mm2', 'mm²')}`)

/** The kinds of a comparison in the words of the reports. */
const word = ({ kind }) => (kind === 'prediction' ? 'predicted' : kind)
const rows = headlineComparisons()
const short = table(
  ['figure', 'paper', 'model', 'gap', 'kind'],
  rows.map((r) => [r.quantity, published(r.paper) + unit(r), figure(r.model) + unit(r), gap(r), word(r)]),
)
// what `h2learn reproduce` writes into a clone
const report = { figures: reproducePaper(), misses: explainMisses() }
put('docs/paper-vs-model.md', reproductionMarkdown(report))
mkdirSync(join(root, 'docs/plots'), { recursive: true })
for (const { series } of report.figures)
  for (const one of series) put(`docs/plots/${reproductionPlotFile(one)}`, await renderPlotSvg(reproductionPlot(one)))

let readme = readFileSync(join(root, 'README.md'), 'utf8')
readme = fill(readme, 'paper-vs-model', short)
const code = /<!-- example -->\n```js\n([\s\S]*?)```\n<!-- \/example -->/.exec(readme)?.[1]
if (!code) throw new Error('README.md: no example')
// in the repository, so that the import of h2learn is found
const folder = mkdtempSync(join(root, 'node_modules', '.cache-readme-'))
try {
  writeFileSync(join(folder, 'example.mjs'), code)
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(folder, 'example.mjs')], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`the example of README.md fails: ${stderr}`)
  readme = fill(readme, 'example-output', `\`\`\`\n${stdout.trim()}\n\`\`\``)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
put('README.md', readme)
put('docs/chip.md', fill(readFileSync(join(root, 'docs/chip.md'), 'utf8'), 'chip-fields', chipTable()))
process.exitCode = stale > 0 ? 1 : 0
