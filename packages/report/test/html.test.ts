import { describe, expect, it } from 'vitest'
import { renderHtml } from '../src/html'
import { runReport, slices } from './fixture'

const balanced = (html: string) => {
  const empty = new Set(['meta', 'br', 'img', 'link', 'input', '!doctype'])
  const open: string[] = []
  const text = html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
  for (const [tag, slash, name] of text.matchAll(/<(\/?)([a-zA-Z!][\w-]*)[^>]*>/g)) {
    const lower = name!.toLowerCase()
    if (empty.has(lower) || tag.endsWith('/>')) continue
    if (slash === '') open.push(lower)
    else if (open.pop() !== lower) return `${tag} closes something else`
  }
  return open.length === 0 ? 'balanced' : `open: ${open.join(', ')}`
}
const textOf = (html: string) => html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').replace(/<[^>]*>/g, ' ')

describe('renderHtml', () => {
  it('is one well-formed page with every section, layer and plot', async () => {
    const html = await renderHtml(runReport(), { timeline: slices })
    expect(balanced(html)).toBe('balanced')
    expect(html.startsWith('<!doctype html>')).toBe(true)
    for (const id of ['training', 'layers', 'engines', 'pipeline', 'chip', 'paper', 'confusion', 'notes'])
      expect(html).toContain(`<section id="${id}">`)
    for (const name of ['conv1', 'conv2', 'fc1', 'fc2']) expect(textOf(html)).toContain(name)
    // loss, accuracy, sparsity by layer, over training, cycles, causes, pipeline, energy, area, confusion
    expect(html.match(/<svg /g)).toHaveLength(10)
    expect(html.match(/<details>/g)).toHaveLength(10)
    expect(textOf(html)).toContain('the paper gives no time of this network on the V100')
  })

  it('loads nothing from outside and forbids it', async () => {
    const html = await renderHtml(runReport(), { timeline: slices })
    expect(html).not.toMatch(/https?:\/\//)
    expect(html).not.toMatch(/<(link|img|iframe|object|embed)\b|@import|\bsrc=|url\((?!#)/)
    expect(html).toContain("default-src 'none'")
  })

  it('shows no undefined, NaN, null or Infinity', async () => {
    const visible = textOf(await renderHtml(runReport(), { timeline: slices }))
    expect(visible).not.toMatch(/undefined|NaN|\bnull\b|Infinity/)
    const html = await renderHtml(runReport(), { timeline: slices })
    expect(html).not.toMatch(/="[^"]*(undefined|NaN|Infinity)/)
  })

  it('gives every id once and points only at ids that are there', async () => {
    const html = await renderHtml(runReport(), { timeline: slices })
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of html.matchAll(/(?:url\(|href=")#([^)"]*)/g)) expect(ids).toContain(id)
  })

  it('is the same page every time', async () => {
    const [a, b] = await Promise.all([renderHtml(runReport()), renderHtml(runReport())])
    expect(b).toBe(a)
    expect(await renderHtml(runReport())).toBe(a)
  })

  it('shows text from outside as text: nothing of it becomes markup', async () => {
    const evil = `<script>alert("1")</script>'&amp;`
    const report = runReport()
    const html = await renderHtml(
      {
        ...report,
        benchmark: evil,
        network: evil,
        data: { ...report.data, name: evil, origin: evil },
        layers: report.layers.map((layer) => ({ ...layer, name: `${layer.name}${evil}`, kind: evil })),
        engines: report.engines.map((row) => ({ ...row, layer: `${row.layer}${evil}`, engine: evil })),
        chip: { ...report.chip, bound_by: evil, area_breakdown_mm2: { [evil]: 1 } },
        paper: report.paper.map((row) => ({ ...row, quantity: evil, unit: evil })),
        notes: [evil],
        versions: { [evil]: evil },
        speedup_vs_v100_note: evil,
      },
      { timeline: slices.map((slice) => ({ ...slice, layer: evil, resource: `${slice.resource}${evil}` })) },
    )
    expect(html).not.toContain('<script>alert')
    expect(html.match(/<script>/g)).toHaveLength(1)
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;amp;')
    expect(balanced(html)).toBe('balanced')
  })

  it('leaves out plots without data instead of drawing empty ones', async () => {
    const { training, chip } = runReport()
    const html = await renderHtml(
      runReport({
        training: { ...training, curve: [], interrupted: true },
        layers: [],
        stages: [],
        engines: [],
        functional: [],
        cycle_causes: [],
        confusion: [],
        paper: [],
        notes: [],
        test_accuracy: null,
        chip: { ...chip, area_breakdown_mm2: {}, energy_breakdown_J: {} },
      }),
    )
    expect(html).not.toContain('<svg')
    expect(html).toContain('Training was interrupted')
    expect(textOf(html)).not.toMatch(/undefined|NaN|null/)
    expect(balanced(html)).toBe('balanced')
  })

  it('draws what fits of a long timeline and of a thousand classes, and says so', async () => {
    const classes = 1000
    const confusion = Array.from({ length: classes }, (_, actual) => {
      const row = new Array<number>(classes).fill(0)
      row[actual] = 9
      row[(actual * 7 + 1) % classes] = (actual % 5) + 1
      return row
    })
    const timeline = Array.from({ length: 1000 }, (_, i) => ({
      resource: 'Forward',
      layer: `l${i}`,
      subBatch: i >> 3,
      start: i,
      end: i + 1,
    }))
    const html = await renderHtml(runReport({ confusion }), { timeline })
    expect(html).toContain('the first 400 of 1000 tasks')
    expect(html).toContain('the 100 most frequent confusions of 1,000 classes')
    expect(html.length).toBeLessThan(1_500_000)
  })

  it('carries the bare value of each number, so that columns sort by it', async () => {
    const html = await renderHtml(runReport())
    expect(html).toContain('<td class="n" data-v="12544">12,544</td>')
    expect(html).toMatch(/<th scope="col" class="n"><button type="button">cycles<\/button><\/th>/)
  })
})
