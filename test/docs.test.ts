import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = existsSync(`${root}packages/h2learn/dist/index.js`)

it.skipIf(!built)('README and paper-vs-model show what the program prints today (skipped without a build)', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/docs.mjs', '--check'], {
    cwd: root,
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(status).toBe(0)
})

const pages = readdirSync(`${root}docs`, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.md') && !/^(api|design|\.vitepress|node_modules)\b/.test(file),
)

it.skipIf(!built)(
  'every code block of the documentation and of the READMEs runs and prints what stands below it (skipped without a build)',
  () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/docs-run.mjs'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^\d+ blocks in \d+ pages, 0 wrong$/m)
    expect(status).toBe(0)
  },
)

describe('the pages', () => {
  it('link to pages and files that are there', () => {
    const missing: string[] = []
    for (const file of pages) {
      const text = readFileSync(`${root}docs/${file}`, 'utf8').replace(/```[\s\S]*?```/g, '')
      for (const [, target] of text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g))
        if (!/^(https?:|mailto:)/.test(target!) && !existsSync(join(root, 'docs', dirname(file), target!)))
          missing.push(`${file}: ${target}`)
    }
    expect(missing).toEqual([])
  })

  it('are all in the menu of the site, and the menu names only pages that are there', () => {
    const config = readFileSync(`${root}docs/.vitepress/config.mts`, 'utf8')
    const menu = [...config.matchAll(/page\('[^']+', '\/([^']*)'\)/g)].map(([, link]) =>
      link!.endsWith('/') ? `${link}index.md` : `${link}.md`,
    )
    expect([...new Set(menu)].filter((file) => !pages.includes(file))).toEqual([])
    expect(pages.filter((file) => file !== 'index.md' && !menu.includes(file))).toEqual([])
  })

  it('say so where a block of the tutorial goes on from the one before', () => {
    for (const file of pages.filter((name) => name.startsWith('tutorial/')))
      for (const [, before] of readFileSync(`${root}docs/${file}`, 'utf8').matchAll(/([^\n]*\n[^\n]*\n)\n```\w+ more/g))
        expect(before).toMatch(/goes on where the one above\s+ended/)
  })

  it('name only files of this repository in what runs in a clone', () => {
    const commands = readFileSync(`${root}README.md`, 'utf8')
      .match(/```sh[\s\S]*?```/g)!
      .join('\n')
    const named = [...commands.matchAll(/\bpackages\/\S+/g)].map(([path]) => path)
    expect(named.length).toBeGreaterThan(0)
    for (const path of named) {
      const [folder, ending] = [join(root, dirname(path)), path.split('*').at(-1)!]
      expect(readdirSync(folder).some((file) => file.endsWith(ending))).toBe(true)
    }
  })

  it('name every command in the page on the command', () => {
    const page = readFileSync(`${root}docs/command.md`, 'utf8')
    const program = readFileSync(`${root}packages/h2learn/src/command/program.ts`, 'utf8')
    for (const [, name] of program.matchAll(/import \{ (\w+)Command \}/g)) expect(page).toContain(`\`${name}`)
  })
})
