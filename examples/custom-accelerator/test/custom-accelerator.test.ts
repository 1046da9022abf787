import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, vi } from 'vitest'

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const shown = /```\n(forward-engine[\s\S]*?)```/.exec(readFileSync(file('../README.md'), 'utf8'))?.[1]
const built = existsSync(file('../../../packages/h2learn/dist/index.js')) && existsSync(file('../node_modules/h2learn'))

describe('the example with a Forward Engine of one’s own', () => {
  it('is under 60 lines', () => {
    expect(readFileSync(file('../index.mjs'), 'utf8').trimEnd().split('\n').length).toBeLessThan(60)
  })

  it('prints what its README shows', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
    const example = '../index.mjs'
    await import(example)
    const lines = log.mock.calls.map((words) => words.join(' '))
    log.mockRestore()
    expect(`${lines.join('\n')}\n`).toBe(shown)
  })

  it('skips work: fewer Forward cycles, no longer period', () => {
    const [paper, skipping] = shown!
      .trim()
      .split('\n')
      .map((line) => [...line.matchAll(/\d+/g)].map(Number))
    expect(skipping![0]!).toBeLessThan(paper![0]!)
    expect(skipping![1]!).toBeLessThanOrEqual(paper![1]!)
    expect(skipping![2]!).toBeGreaterThanOrEqual(paper![2]!)
  })

  it.skipIf(!built)('runs with node alone on the built packages (skipped where they are not built)', () => {
    const printed = execFileSync(process.execPath, ['index.mjs'], { cwd: file('..'), encoding: 'utf8' })
    expect(printed.replaceAll('\r\n', '\n')).toBe(shown)
  })
})
