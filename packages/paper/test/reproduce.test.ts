import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ReproducedRow } from '@h2learn/paper'
import { describe, expect, it } from 'vitest'
import { reproduceIds, reproducePaper, resolveReproduceId } from '../src/reproduce'

/**
 * Today's figures: the error of every compared one, the value of every other, and which statements hold. A change that moves
 * one is seen here; if it is meant, `REGEN=1 npx vitest run packages/accelerator/test/reproduce.test.ts` writes them anew.
 */
const file = fileURLToPath(new URL('./reproduce.today.json', import.meta.url))
type Today = Readonly<Record<string, { error_pct?: number; model?: number | string; agrees?: boolean }>>

const figures = reproducePaper()
const rows = figures.flatMap((figure) => figure.rows)
const key = ({ id, quantity }: ReproducedRow) => `${id}: ${quantity}`
const short = (x: number) => Number(x.toPrecision(5))
const held = ({ error_pct, model, agrees }: ReproducedRow) => ({
  ...(error_pct !== null
    ? { error_pct: Number(error_pct.toFixed(2)) }
    : model === null
      ? {}
      : { model: typeof model === 'number' ? short(model) : model }),
  ...(agrees === undefined ? {} : { agrees }),
})

if (process.env.REGEN === '1')
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(rows.map((row) => [key(row), held(row)])), null, 2)}\n`)
const today = JSON.parse(readFileSync(file, 'utf8')) as Today

describe('every table and figure beside the paper', () => {
  it('covers Tables I to VIII and Figures 10 to 16, in order', () => {
    const paper = ['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII'].map((n) => `Table ${n}`)
    expect(figures.map(({ id }) => id)).toEqual(reproduceIds)
    expect(reproduceIds.slice(0, 8)).toEqual(paper)
    for (const n of [10, 11, 12, 13, 14, '15(a)', '15(b)', 16]) expect(reproduceIds).toContain(`Fig. ${n}`)
    for (const { id, rows: own } of figures) expect(own.length, id).toBeGreaterThan(0)
  })

  it('has the same rows as yesterday', () => {
    expect(rows.map(key)).toEqual(Object.keys(today))
  })

  it('holds every error where it is today, misses included', () => {
    for (const row of rows) {
      const { error_pct } = today[key(row)]!
      if (error_pct === undefined) continue
      // half a percentage point, or a twentieth of a large error
      const within = Math.max(0.5, Math.abs(error_pct) / 20)
      expect(Math.abs(row.error_pct! - error_pct), `${key(row)}: ${row.error_pct} %`).toBeLessThanOrEqual(within)
    }
  })

  it('holds every figure that nothing is printed for within 2 %', () => {
    for (const row of rows) {
      const { model } = today[key(row)]!
      if (typeof model === 'number')
        expect(Math.abs((row.model as number) / model - 1), `${key(row)}: ${row.model}`).toBeLessThanOrEqual(0.02)
      else if (model !== undefined) expect(row.model, key(row)).toBe(model)
    }
  })

  it('loses and gains no agreement with a statement unseen', () => {
    for (const row of rows) expect(row.agrees, key(row)).toBe(today[key(row)]!.agrees)
  })

  it('gives every figure that the issue asks for', () => {
    const of = (id: string, quantity: string | RegExp) => {
      const found = rows.filter(
        (row) =>
          row.id === id && (typeof quantity === 'string' ? row.quantity === quantity : quantity.test(row.quantity)),
      )
      expect(found.length, `${id}: ${quantity}`).toBeGreaterThan(0)
      return found
    }
    const papers = (list: readonly ReproducedRow[]) => list.map(({ paper }) => paper)
    expect(papers(of('Table VII', /^area of/))).toEqual([21.61, 22.68, 66.17])
    expect(papers(of('Table VIII', 'peak throughput'))).toEqual([27.85])
    expect(papers(of('Table VIII', 'power, all engines busy'))).toEqual([20.57])
    expect(of('Table VIII', /^of it /)).toHaveLength(4)
    expect(papers(of('Fig. 11', /non-LUT over LUT, (area|energy)$/))).toEqual([2.35, 2.58, 2.56, 3.0])
    expect(papers(of('Fig. 13', /^both sparsities over dense/))).toEqual([5.19, 9.24])
    expect(of('Fig. 14', / (halved|doubled)$/)).toHaveLength(18)
    for (const row of of('Fig. 15(b)', /./)) expect(row.kind).toBe('estimate')
    for (const name of ['MNIST', 'CIFAR10', 'ImageNet']) of('Fig. 16', `speed-up over V100, ${name}`)
    of('Fig. 16', /^energy per sample, V100 over chip/)
    of('Fig. 16', /^power of V100 that the printed ratios imply/)
  })

  it('adds the split of the power up to the whole', () => {
    const watts = rows
      .filter(({ id, quantity }) => id === 'Table VIII' && quantity.startsWith('of it '))
      .map(({ model }) => model as number)
    expect(watts.reduce((sum, x) => sum + x, 0)).toBeCloseTo(20.57, 9)
  })

  it('shows ranges that hold the default, wherever something was varied', () => {
    for (const { low, high, model, ...row } of rows)
      if (typeof model === 'number') {
        expect(low!, key(row as ReproducedRow)).toBeLessThanOrEqual(model)
        expect(high!, key(row as ReproducedRow)).toBeGreaterThanOrEqual(model)
      }
    for (const { low, high, quantity } of rows
      .filter(({ id }) => id === 'Fig. 11')
      .filter((row) => row.unit === 'ratio'))
      expect(high! - low!, quantity).toBeGreaterThan(0)
  })

  it('gives series with numbers for every plot', () => {
    for (const { id, series } of figures)
      for (const { title, points } of series) {
        expect(points.length, `${id}: ${title}`).toBeGreaterThan(1)
        for (const { y } of points) expect(Number.isFinite(y), `${id}: ${title}`).toBe(true)
      }
  })
})

describe('ids', () => {
  it('are found however they are spelled', () => {
    for (const text of ['Fig. 11', 'fig11', 'figure 11', 'FIG-11'])
      expect(resolveReproduceId(text)).toEqual(['Fig. 11'])
    expect(resolveReproduceId('table-iii')).toEqual(['Table III'])
    expect(resolveReproduceId('fig. 15')).toEqual(['Fig. 15(a)', 'Fig. 15(b)'])
    expect(resolveReproduceId('15a'.padStart(6, 'fig'))).toEqual(['Fig. 15(a)'])
  })

  it('are listed where one is not known', () => {
    expect(() => resolveReproduceId('fig. 9')).toThrow(/Table I, .*Fig\. 16.*got "fig\. 9"/)
    expect(() => resolveReproduceId('')).toThrow('a table or figure')
  })

  it('choose what is computed', () => {
    expect(reproducePaper({ ids: ['table-vi', 'Fig. 11'] }).map(({ id }) => id)).toEqual(['Table VI', 'Fig. 11'])
  })
})
