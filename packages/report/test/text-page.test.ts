import { describe, expect, it } from 'vitest'
import { paretoPlot } from '../src/pareto-plot'
import { dataTable } from '../src/plot'
import { renderPlotSvg } from '../src/plot-svg'
import { formatPage } from '../src/text-page'

const table = dataTable('Points', { name: 'point', value: 'mm²' }, [{ name: 'a', value: 104.7 }])

describe('formatPage', () => {
  const page = {
    title: 'Sweep',
    warning: ['two points failed', 'one is slow'],
    summary: [['points', '12']] as const,
    cards: [{ label: 'best', value: '3.2', kind: 'predicted' }],
    sections: [
      { id: 'a', title: 'Points', tables: [table] },
      { id: 'b', title: 'Empty' },
      {
        id: 'c',
        title: 'Notes',
        list: ['a note that is long enough to need a second line on a narrow terminal of forty'],
      },
    ],
    footer: 'h2learn',
  }

  it('shows sections with content, a table under a heading of its own name once, in lines no longer than asked', () => {
    const text = formatPage(page, { columns: 44 })
    expect(text.split('\n')).toEqual([
      'Sweep',
      'two points failed',
      'one is slow',
      '  points  12',
      '  best  3.2 (predicted)',
      '',
      'Points',
      ...text.split('\n').slice(7, 10),
      '',
      'Notes',
      '  - a note that is long enough to need a',
      '    second line on a narrow terminal of',
      '    forty',
      '',
      'h2learn',
    ])
    expect(text).toContain('105')
    expect(text).not.toContain('Empty')
  })

  it('colours only when asked', () => {
    expect(formatPage(page)).not.toContain('\u001b[')
    expect(formatPage(page, { color: true })).toContain('\u001b[')
  })
})

describe('renderPlotSvg', () => {
  it('is a file of its own: one svg element with its namespace, a width and no script', async () => {
    const axes = { x: { title: 'area', better: 'lower' }, y: { title: 'speed', better: 'higher' } } as const
    const [plot] = paretoPlot(
      'Front',
      [
        { label: 'a', x: 1, y: 2 },
        { label: 'b', x: 2, y: 3 },
      ],
      axes,
    )
    const svg = await renderPlotSvg(plot!)
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^>]* width="\d/)
    expect(svg.trim().endsWith('</svg>')).toBe(true)
    expect(svg.match(/xmlns=/g)).toHaveLength(1)
    expect(svg).not.toMatch(/<script|href=/)
  })
})
