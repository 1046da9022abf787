import { escapeHtml } from './html-text'

const style = `
:root { color-scheme: light dark; --ink: #1d2329; --soft: #5c6670; --paper: #fff; --card: #f4f6f8; --line: #d8dde2; --accent: #2b6cb0 }
@media screen and (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --soft: #9aa5b0; --paper: #15191d; --card: #1f252b; --line: #353d45; --accent: #7db4e8 }
}
* { box-sizing: border-box }
body { margin: 0 auto; padding: 1rem clamp(.75rem, 3vw, 2rem) 3rem; max-width: 72rem; color: var(--ink); background: var(--paper);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0 }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; border-bottom: 1px solid var(--line) }
a { color: var(--accent) }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; font-size: .9rem }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem; margin: 1rem 0 }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem }
.card b { display: block; font-size: 1.25rem; font-weight: 600; font-variant-numeric: tabular-nums }
.card span, figcaption, .kind { color: var(--soft); font-size: .85rem }
dl { display: grid; grid-template-columns: minmax(6rem, max-content) 1fr; gap: .15rem 1rem; margin: .5rem 0 }
dt { color: var(--soft) }
dd { margin: 0 }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 30rem), 1fr)); gap: 0 2rem; align-items: start }
figure { margin: 1.25rem 0; min-width: 0; break-inside: avoid }
figure h3 { margin: 0; font-size: 1rem }
.scroll { overflow-x: auto; margin: .75rem 0 }
.plot { display: block; width: 100%; min-width: 22rem; height: auto }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums }
caption { text-align: left; font-weight: 600; padding-bottom: .25rem }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; border-bottom: 1px solid var(--line); overflow-wrap: normal; vertical-align: top }
.n { text-align: right }
tbody th { font-weight: normal }
th button { all: unset; cursor: pointer; font-weight: 600 }
th button:focus-visible { outline: 2px solid var(--accent) }
th[aria-sort] button::after { content: " ▲" }
th[aria-sort="descending"] button::after { content: " ▼" }
.save { margin: .25rem 0 }
.save button { font: inherit; font-size: .85rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .35rem; padding: .15rem .6rem; cursor: pointer }
details { margin: .25rem 0 }
summary { cursor: pointer; color: var(--soft); font-size: .85rem }
.warning { border-left: 4px solid #e08214; padding-left: .75rem }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem }
@media (max-width: 32rem) { dl { grid-template-columns: 1fr } dt { margin-top: .4rem } }
@media print { body { max-width: none; padding: 0; font-size: 10pt } nav, details, .save { display: none } .plots { display: block } .scroll { overflow: visible } .plot { min-width: 0 } h2 { break-after: avoid } }
`

const script = `
const save = (name, type, text) => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60000)
}
const svgText = (figure) => {
  const svg = figure.querySelector('svg').cloneNode(true), box = svg.viewBox.baseVal
  svg.setAttribute('xmlns', 'http:' + '//www.w3.org/2000/svg')
  svg.setAttribute('width', box.width)
  svg.setAttribute('height', box.height)
  svg.setAttribute('style', 'color: #1d2329; background: #fff')
  return new XMLSerializer().serializeToString(svg)
}
const csvText = (figure) => [...figure.querySelectorAll('tr')].map((line) => [...line.children].map((cell) => {
  const text = cell.dataset.v ?? cell.textContent
  return /[",\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text
}).join(',')).join('\\n') + '\\n'
for (const button of document.querySelectorAll('[data-save]')) button.onclick = () => {
  const { save: kind, name } = button.dataset, figure = button.closest('figure')
  if (kind === 'svg') save(name + '.svg', 'image/svg+xml', svgText(figure))
  else save(name + '.csv', 'text/csv', csvText(figure))
}
for (const button of document.querySelectorAll('th button')) button.onclick = () => {
  const head = button.parentNode, row = head.parentNode, body = row.closest('table').tBodies[0]
  const up = head.getAttribute('aria-sort') !== 'ascending', at = [...row.children].indexOf(head)
  const key = (line) => { const cell = line.children[at]; return cell.dataset.v === undefined ? cell.textContent : Number(cell.dataset.v) }
  const order = (a, b) => typeof a === typeof b ? (a < b ? -1 : a > b ? 1 : 0) : typeof a === 'number' ? 1 : -1
  for (const other of row.children) other.removeAttribute('aria-sort')
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending')
  body.append(...[...body.rows].sort((a, b) => (up ? 1 : -1) * order(key(a), key(b))))
}
`

/** A page that loads nothing: its own style and script inside, everything else forbidden. `body` is HTML. */
export const htmlPage = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
<script>${script}</script>
</body>
</html>
`
