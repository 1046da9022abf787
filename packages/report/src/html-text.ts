import type { ReportTable } from './tables'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text that HTML shows as it is. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter]!)

/** A table whose columns sort when their head is pressed; cells carry the bare value they sort by. */
export const htmlTable = ({ title, columns, keys, rows }: ReportTable): string => {
  const align = (c: number) => (columns[c]!.numeric ? ' class="n"' : '')
  const head = columns
    .map(({ name }, c) => `<th scope="col"${align(c)}><button type="button">${escapeHtml(name)}</button></th>`)
    .join('')
  const body = rows
    .map((row) => {
      const cells = row.map(({ text, value }, c) => {
        const tag = c < keys ? 'th scope="row"' : 'td'
        const sortable = typeof value === 'number' && Number.isFinite(value) ? ` data-v="${value}"` : ''
        return `<${tag}${align(c)}${sortable}>${escapeHtml(text)}</${tag.slice(0, 2)}>`
      })
      return `<tr>${cells.join('')}</tr>`
    })
    .join('\n')
  return `<div class="scroll"><table>
<caption>${escapeHtml(title)}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody></table></div>`
}
