import { readdirSync, readFileSync } from 'node:fs'
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

const page = renderHtml(runReport(), { timeline: slices })

describe('renderHtml', () => {
  it('is one well-formed page with every section, layer and plot', async () => {
    const html = await page
    expect(balanced(html)).toBe('balanced')
    expect(html.startsWith('<!doctype html>')).toBe(true)
    for (const id of ['training', 'layers', 'engines', 'pipeline', 'chip', 'paper', 'confusion', 'notes'])
      expect(html).toContain(`<section id="${id}">`)
    for (const name of ['conv1', 'conv2', 'fc1', 'fc2']) expect(textOf(html)).toContain(name)
    // loss, accuracy, sparsity by layer, over training, cycles, causes, roofline, pipeline, energy, area, confusion
    expect(html.match(/<svg /g)).toHaveLength(11)
    expect(html.match(/<details>/g)).toHaveLength(11)
    expect(textOf(html)).toContain('the paper gives no time of this network on the V100')
  })

  it('loads nothing from outside and forbids it', async () => {
    const html = await page
    expect(html).not.toMatch(/https?:\/\//)
    expect(html).not.toMatch(/<(link|img|iframe|object|embed)\b|@import|\bsrc=|url\((?!#)/)
    expect(html).toContain("default-src 'none'")
  })

  it('shows no undefined, NaN, null or Infinity', async () => {
    const html = await page
    expect(textOf(html)).not.toMatch(/undefined|NaN|\bnull\b|Infinity/)
    expect(html).not.toMatch(/="[^"]*(undefined|NaN|Infinity)/)
  })

  it('gives every id once and points only at ids that are there', async () => {
    const html = await page
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
    expect(new Set(ids).size).toBe(ids.length)
    for (const [, id] of html.matchAll(/(?:url\(|href=")#([^)"]*)/g)) expect(ids).toContain(id)
  })

  it('is the same page every time', async () => {
    const again = () => renderHtml(runReport(), { timeline: slices })
    const [a, b] = await Promise.all([again(), again()])
    expect(a).toBe(await page)
    expect(b).toBe(a)
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
        warnings: [evil],
        versions: { [evil]: evil },
        speedup_vs_v100_note: evil,
      },
      { timeline: slices.map((slice) => ({ ...slice, layer: evil, resource: `${slice.resource}${evil}` })) },
    )
    expect(html).toContain('<p class="warning">&lt;script&gt;')
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
    const html = await page
    expect(html).toContain('<td class="n" data-v="12544">12,544</td>')
    expect(html).toMatch(/<th scope="col" class="n"><button type="button">cycles<\/button><\/th>/)
  })

  it('loads the plotting libraries only when a page is made', () => {
    const sources = readdirSync(new URL('../src', import.meta.url)).filter((name) => name.endsWith('.ts'))
    for (const file of sources) {
      const text = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')
      expect(text, file).not.toMatch(/^import (?!type\b)[^\n]*'vega(-lite)?'/m)
    }
  })
})

describe('the script of the page', () => {
  /** As much of a table as the script touches. */
  const fakeTable = (heads: number, cells: readonly (readonly { readonly text: string; readonly v?: string }[])[]) => {
    const rows = cells.map((line) => ({
      children: line.map(({ text, v }) => ({ textContent: text, dataset: v === undefined ? {} : { v } })),
    }))
    const body = {
      rows,
      append: (...sorted: typeof rows) => {
        body.rows = sorted
      },
    }
    const row = { children: [] as unknown[], closest: () => ({ tBodies: [body] }) }
    const buttons = Array.from({ length: heads }, () => {
      const attributes = new Map<string, string>()
      const head = {
        parentNode: row,
        getAttribute: (name: string) => attributes.get(name) ?? null,
        setAttribute: (name: string, value: string) => attributes.set(name, value),
        removeAttribute: (name: string) => attributes.delete(name),
      }
      row.children.push(head)
      return { parentNode: head, onclick: () => {} }
    })
    return { buttons, order: () => body.rows.map((line) => line.children[0]!.textContent) }
  }

  it('sorts by number where cells carry one, by text else, and turns round when pressed again', async () => {
    const [, script] = /<script>([\s\S]*)<\/script>/.exec(await page)!
    const { buttons, order } = fakeTable(2, [
      [{ text: 'b' }, { text: '1,000', v: '1000' }],
      [{ text: 'a' }, { text: '–' }],
      [{ text: 'c' }, { text: '20', v: '20' }],
    ])
    new Function('document', script!)({ querySelectorAll: () => buttons })
    buttons[0]!.onclick()
    expect(order()).toEqual(['a', 'b', 'c'])
    buttons[0]!.onclick()
    expect(order()).toEqual(['c', 'b', 'a'])
    buttons[1]!.onclick()
    expect(order()).toEqual(['a', 'c', 'b'])
    buttons[1]!.onclick()
    expect(order()).toEqual(['b', 'c', 'a'])
    expect(buttons[0]!.parentNode.getAttribute('aria-sort')).toBe(null)
  })
})
