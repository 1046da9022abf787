import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { built, h2learn, temporaryFolder } from './command-helper'

describe.skipIf(!built)('h2learn reproduce (skipped without a build)', () => {
  it('prints one figure and gives it as JSON with every key', () => {
    const { code, stdout, stderr } = h2learn(['reproduce', 'Fig. 11', '--json', '-', '--quiet'])
    expect(code).toBe(0)
    const rows = JSON.parse(stdout) as Record<string, unknown>[]
    expect(rows.length).toBeGreaterThan(5)
    for (const row of rows) {
      expect(row.id).toBe('Fig. 11')
      for (const key of ['quantity', 'paper', 'model', 'unit', 'kind', 'error_pct', 'low', 'high'])
        expect(row).toHaveProperty(key)
    }
    expect(rows.map(({ paper }) => paper)).toEqual(expect.arrayContaining([2.35, 2.58, 2.56, 3]))
    // text for people goes to standard error when JSON goes to standard output
    expect(stderr).toContain('Fig. 11: Sub-LUTs')
  })

  it('takes any spelling, writes plots of what was asked for, and no page that would lack the rest', () => {
    const folder = temporaryFolder()
    const { code, stdout } = h2learn(['reproduce', 'fig14', '--out', 'out'], folder)
    expect(code).toBe(0)
    expect(stdout).toContain('Fig. 14: Scaling of the engines')
    expect(readdirSync(join(folder, 'out', 'plots'))).toEqual(['doubling-a-dimension.svg', 'halving-a-dimension.svg'])
    expect(readFileSync(join(folder, 'out', 'plots', 'doubling-a-dimension.svg'), 'utf8')).toMatch(/^<svg xmlns/)
    expect(existsSync(join(folder, 'out', 'paper-vs-model.md'))).toBe(false)
  })

  it('exits with 2 and the list of ids for one that it does not know', () => {
    const { code, stdout, stderr } = h2learn(['reproduce', 'Fig. 9'])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/Table I, Table II, .*Fig\. 16/)
    expect(stderr).not.toMatch(/ at .*\.js/)
  })

  it('exits with 2 for a report that is none and for a folder that is a file', () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'a.json'), '{"schema": "something"}')
    const wrong = h2learn(['reproduce', 'table-i', '--run', 'a.json'], folder)
    expect([wrong.code, wrong.stdout]).toEqual([2, ''])
    expect(wrong.stderr).toContain('a report of h2learn run')
    expect(h2learn(['reproduce', 'table-i', '--run', 'none.json'], folder).code).toBe(2)
    expect(h2learn(['reproduce', 'table-i', '--out', 'a.json'], folder).code).toBe(2)
  })
})
