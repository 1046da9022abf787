import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { benchmarks } from 'h2learn'
import { describe, expect, it, vi } from 'vitest'

const folder = fileURLToPath(new URL('../examples/', import.meta.url))
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const readme = (name: string) => readFileSync(`${folder}${name}/README.md`, 'utf8')

describe('the examples', () => {
  it('are one a benchmark, one a chip of one’s own and one an engine', () => {
    expect(names).toEqual(expect.arrayContaining([...benchmarks.map(({ name }) => name), 'custom-accelerator']))
    const engines = ['lut-pe', 'sparse-backward', 'weight-update', 'spinalflow']
    expect(names).toEqual(expect.arrayContaining(engines.map((engine) => `single-package-${engine}`)))
  })

  it.each(names)('%s is private, has a file to run and a README with a real run', (name) => {
    const { private: hidden, dependencies } = JSON.parse(readFileSync(`${folder}${name}/package.json`, 'utf8'))
    expect(hidden).toBe(true)
    expect(Object.values(dependencies).every((version) => version === 'workspace:*')).toBe(true)
    expect(existsSync(`${folder}${name}/index.mjs`)).toBe(true)
    expect(readme(name)).toMatch(/```\n[^`]*\d[^`]*\n```/)
  })

  it.each(benchmarks.map(({ name }) => name))('%s names its data, its presets and the paper’s figure', (name) => {
    const text = readme(name)
    expect(text).toMatch(/--data/)
    expect(text).toMatch(/built-in/)
    expect(text).toMatch(/--preset paper/)
    expect(text).toMatch(/paper/)
  })

  it.each(names.filter((name) => name.startsWith('single-package-')))(
    '%s prints what its README shows',
    async (name) => {
      const log = vi.spyOn(console, 'log').mockImplementation(() => undefined)
      const file = `../examples/${name}/index.mjs`
      await import(file)
      const lines = log.mock.calls.map((words) => words.join(' '))
      log.mockRestore()
      const shown = readme(name).split('```').at(-2)!.slice(1)
      expect(`${lines.join('\n')}\n`).toBe(shown)
    },
  )
})
