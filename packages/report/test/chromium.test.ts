import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumPath, launchChromium, noChromium } from '../../../test/chromium'
import { renderHtml } from '../src/html'
import { renderPage } from '../src/page'
import { paretoPlot } from '../src/pareto-plot'
import { runReport, slices } from './fixture'

describe.skipIf(chromiumPath === undefined)(`the page in a real browser (${chromiumPath ?? noChromium})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'h2learn page ü '))
  const shots = process.env.H2LEARN_SCREENSHOTS
  let browser: Browser
  const problems: string[] = []

  const open = async (html: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> => {
    const file = join(folder, `page ${Math.random().toString(36).slice(2)}.html`)
    writeFileSync(file, html)
    const page = await browser.newPage(options)
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    page.on('pageerror', (error) => void problems.push(error.message))
    page.on(
      'request',
      (request) => void (/^https?:/.test(request.url()) && problems.push(`asked for ${request.url()}`)),
    )
    await page.goto(pathToFileURL(file).href)
    return page
  }
  const shot = async (page: Page, name: string) => {
    if (shots) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true })
  }
  /** Pixels by which the page is wider than its window. */
  const overflow = (page: Page) =>
    page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth') as Promise<number>

  let html = ''
  beforeAll(async () => {
    browser = await launchChromium()
    html = await renderHtml(runReport(), { timeline: slices })
  })
  afterAll(() => browser?.close())

  it('loads without an error or a request, with every plot drawn', async () => {
    const page = await open(html)
    const boxes = await page.locator('figure svg').evaluateAll((all) =>
      all.map((svg) => {
        const { width, height } = svg.getBoundingClientRect()
        return { width, height, marks: svg.querySelectorAll('path, rect, text').length }
      }),
    )
    expect(boxes).toHaveLength(11)
    for (const { width, height, marks } of boxes) {
      expect(width).toBeGreaterThan(200)
      expect(height).toBeGreaterThan(60)
      expect(marks).toBeGreaterThan(5)
    }
    expect(problems).toEqual([])
    await shot(page, 'desktop')
    await page.close()
  })

  it('sorts a table by the column whose head is pressed, up and then down', async () => {
    const page = await open(html)
    const table = page.locator('#layers table').first()
    const column = () =>
      table.locator('tbody tr').evaluateAll((rows) => rows.map((row) => row.children[2]!.textContent))
    await table.getByRole('button', { name: 'neurons' }).click()
    const up = await column()
    expect(up).toEqual(['1,568', '3,136', '6,272', '12,544'])
    await table.getByRole('button', { name: 'neurons' }).click()
    expect(await column()).toEqual([...up].reverse())
    expect(await table.locator('th[aria-sort=descending]').count()).toBe(1)
    expect(problems).toEqual([])
    await page.close()
  })

  it('saves each plot as an SVG file that stands alone, and its data as CSV', async () => {
    const page = await open(html)
    const saved = async (kind: string) => {
      const waiting = page.waitForEvent('download')
      await page.locator(`#engines-0 [data-save=${kind}]`).click()
      const download = await waiting
      return { name: download.suggestedFilename(), text: readFileSync(await download.path(), 'utf8') }
    }
    const svg = await saved('svg')
    expect(svg.name).toBe('cycles-by-cause.svg')
    expect(svg.text).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/)
    const csv = await saved('csv')
    expect(csv.name).toBe('cycles-by-cause.csv')
    expect(csv.text.split('\n')[0]).toBe('layer,engine,cycles,arrays,memory,first fill,bound')
    expect(csv.text.split('\n')[1]).toMatch(/^conv1,Forward,2057,1234,/)
    // the file opens by itself and draws the same marks
    const file = join(folder, 'alone.svg')
    writeFileSync(file, svg.text)
    const alone = await browser.newPage()
    await alone.goto(pathToFileURL(file).href)
    const marks = (await alone.evaluate("document.querySelectorAll('path, rect, text').length")) as number
    expect(marks).toBeGreaterThan(20)
    if (shots) await alone.screenshot({ path: join(shots, 'alone.png') })
    expect(problems).toEqual([])
    await alone.close()
    await page.close()
  })

  it('fits a phone without scrolling sideways, in the dark, and leaves controls out in print', async () => {
    const phone = await open(html, { viewport: { width: 360, height: 740 }, colorScheme: 'dark' })
    expect(await overflow(phone)).toBe(0)
    const background = () => phone.evaluate('getComputedStyle(document.body).backgroundColor') as Promise<string>
    expect(await background()).toBe('rgb(21, 25, 29)')
    await shot(phone, 'phone-dark')
    await phone.emulateMedia({ media: 'print' })
    expect(await background()).not.toBe('rgb(21, 25, 29)')
    expect(await phone.locator('.save').first().isVisible()).toBe(false)
    expect(await phone.locator('nav').isVisible()).toBe(false)
    await shot(phone, 'print')
    await phone.close()
  })

  it('shows the Pareto front of design points', async () => {
    const points = Array.from({ length: 30 }, (_, i) => ({
      label: `point ${i}`,
      x: 50 + ((i * 37) % 60),
      y: 1000 + ((i * 53) % 97) * 100,
    }))
    const plots = paretoPlot('Area and speed', [...points, { label: 'broken', x: Number.NaN, y: 1 }], {
      x: { title: 'area, mm²', better: 'lower' },
      y: { title: 'samples/s', better: 'higher' },
    })
    const page = await open(await renderPage({ title: 'Sweep', sections: [{ id: 'front', title: 'Front', plots }] }))
    expect(await page.locator('figure svg').count()).toBe(1)
    expect(await page.locator('figcaption').textContent()).toContain('1 without figures are left out')
    expect(problems).toEqual([])
    await shot(page, 'pareto')
    await page.close()
  })
})
