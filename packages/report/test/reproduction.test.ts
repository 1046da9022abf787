import { describe, expect, it } from 'vitest'
import { renderPlotSvg } from '../src/plot-svg'
import { reproductionMarkdown, reproductionPlotFile } from '../src/reproduction-markdown'
import { reproductionPage } from '../src/reproduction-page'
import { reproductionPlot } from '../src/reproduction-plots'
import type { ReproductionReport } from '../src/reproduction-report'
import { formatPage } from '../src/text-page'

const series = {
  title: 'Sub-LUTs | saved',
  caption: 'What is saved.',
  mark: 'bar',
  x: 'sub-LUTs',
  y: 'ratio',
  points: [
    { x: '1', y: 2, series: 'area' },
    { x: '2', y: 30, series: 'area' },
    { x: '1', y: 4, series: 'energy' },
  ],
} as const

const base = { id: 'Fig. 1', unit: 'mm2', kind: 'prediction', error_pct: null, low: null, high: null } as const
const report: ReproductionReport = {
  figures: [
    {
      id: 'Fig. 1',
      title: 'A figure',
      series: [series],
      notes: ['Read with care.'],
      rows: [
        {
          ...base,
          quantity: 'area',
          paper: 110.46,
          model: 104.7058,
          error_pct: -5.209,
          low: 102,
          high: 111,
          note: 'a | b',
        },
        { ...base, quantity: 'range', paper: [5.74, 10.2], model: 7.738, error_pct: 0, low: 7.738, high: 7.738 },
        { ...base, quantity: 'words', paper: 'less than 2', model: 1.99, agrees: false, low: 1.99, high: 1.99 },
        { ...base, quantity: 'symbols', paper: '∇u_t^{l+1}', model: '∇u_t^{l+1}', agrees: true },
        { ...base, quantity: 'nothing printed', paper: null, model: 3, kind: 'not printed', low: 3, high: 3 },
        { ...base, quantity: 'nothing of ours', paper: 98.4, model: null, kind: 'estimate' },
      ],
    },
  ],
  misses: [
    {
      title: 'A miss',
      statement: 'It is off.',
      columns: ['MNIST', 'ImageNet'],
      tried: [
        { change: 'default', values: [7.74, 5.62], explains: false },
        { change: 'another', values: [7.74, 10.2], explains: true, note: 'unlikely' },
      ],
      criterion: 'ImageNet largest',
    },
  ],
}

describe('on the terminal', () => {
  const text = formatPage(reproductionPage(report), { columns: 140 })
  const line = (name: string) =>
    text
      .split('\n')
      .find((l) => l.startsWith(name))!
      .replace(/\s+/g, ' ')
      .trim()

  it('prints published figures as they are printed, ours in four digits, gap, range and kind', () => {
    expect(line('area')).toBe('area 110.46 104.7 mm² −5.2 % 102–111 prediction')
    expect(line('range')).toBe('range 5.74–10.2 7.738 mm² in range prediction')
    expect(line('words')).toBe('words less than 2 1.99 mm² differs prediction')
    expect(line('nothing printed')).toBe('nothing printed – 3 mm² not printed')
    expect(line('nothing of ours')).toBe('nothing of ours 98.4 – mm² estimate')
  })

  it('shows what was tried on a miss, and says what the kinds mean', () => {
    expect(text).toContain('Not reproduced: A miss')
    expect(line('another')).toBe('another 7.74 10.2 yes')
    for (const kind of ['identity', 'calibrated', 'prediction', 'estimate', 'not printed'])
      expect(text).toContain(`${kind}: `)
  })
})

describe('as Markdown', () => {
  const text = reproductionMarkdown(report)

  it('has a row for every quantity with its note, and nothing that ends a cell too early', () => {
    expect(text).toContain('| area | 110.46 | 104.7 | mm² | −5.2 % | 102–111 | prediction | a \\| b |')
    const rows = text.split('\n').filter((l) => l.startsWith('|'))
    const cells = (row: string) => row.replaceAll('\\|', '').split('|').length
    const table = rows.slice(0, 8)
    expect(new Set(table.map(cells)).size).toBe(1)
  })

  it('sets symbols as code, so that carets and underscores stay', () => {
    expect(text).toContain('`∇u_t^{l+1}`')
  })

  it('shows the plots by the names they are written under', () => {
    expect(reproductionPlotFile(series)).toBe('sub-luts-saved.svg')
    expect(text).toContain('(plots/sub-luts-saved.svg)')
  })

  it('names the changes that would explain a miss', () => {
    expect(text).toContain('That would be: another. The defaults stay.')
    const [miss] = report.misses
    const none = { ...report, misses: [{ ...miss!, tried: miss!.tried.slice(0, 1) }] }
    expect(reproductionMarkdown(none)).toContain('No change does it.')
    expect(reproductionMarkdown({ ...report, misses: [] })).not.toContain('What the model misses')
  })
})

describe('plots', () => {
  it('draw bars and lines, on log scales too, without anything undefined', async () => {
    for (const mark of ['bar', 'stack', 'line'] as const)
      for (const log of [false, true]) {
        const points = mark === 'line' ? series.points.map((p) => ({ ...p, x: Number(p.x) })) : series.points
        const svg = await renderPlotSvg(reproductionPlot({ ...series, mark, logX: log, logY: log, points }))
        expect(svg, `${mark} ${log}`).toMatch(/^<svg xmlns/)
        expect(svg, `${mark} ${log}`).not.toMatch(/NaN|undefined|Infinity/)
        expect(svg).toContain('energy')
      }
  })

  it('come with their numbers', () => {
    expect(reproductionPlot(series).table.rows).toHaveLength(3)
  })
})
