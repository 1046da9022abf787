import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const names = readdirSync(join(root, 'packages'))
const built = names.every((name) => existsSync(join(root, 'packages', name, 'dist/index.js')))
const folder = mkdtempSync(join(tmpdir(), 'h2learn-packed-'))

const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const node = (file: string, text: string, cwd: string) => {
  writeFileSync(join(cwd, file), text)
  return run(process.execPath, ['--no-warnings', file], cwd).trim()
}

describe.skipIf(!built)('the packed packages, installed in an empty project (skipped without a build)', () => {
  const project = join(folder, 'project')

  beforeAll(() => {
    mkdirSync(project)
    const tarballs: Record<string, string> = {}
    for (const name of names) {
      const cwd = join(root, 'packages', name)
      const { name: full } = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
      const packed = run('npx', ['--yes', 'pnpm@10', 'pack', '--json', '--pack-destination', folder], cwd)
      tarballs[full] = `file:${JSON.parse(packed.slice(packed.indexOf('{'))).filename}`
    }
    // packages ask for each other by version; the overrides put the tarballs in their place
    writeFileSync(
      join(project, 'package.json'),
      JSON.stringify({ name: 'empty', private: true, dependencies: tarballs, overrides: tarballs }),
    )
    run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], project)
  }, 180_000)

  it('loads as ES module and by require, with the same exports', () => {
    const list = 'Object.keys(h).sort().join()'
    const esm = node('a.mjs', `import * as h from 'h2learn'; console.log(${list})`, project)
    const cjs = node('a.cjs', `const h = require('h2learn'); console.log(${list})`, project)
    expect(esm).toContain('accelerator')
    expect(
      cjs
        .split(',')
        .filter((name) => name !== '__esModule' && name !== 'module.exports')
        .join(),
    ).toBe(esm)
  })

  it('exports through the facade everything that the packages export', () => {
    const missing = node(
      'b.mjs',
      `import * as h from 'h2learn'
       const missing = []
       for (const name of ${JSON.stringify(names.filter((name) => name !== 'h2learn'))}) {
         const own = await import('@h2learn/' + name)
         for (const key of Object.keys(own)) if (h[key] !== own[key]) missing.push(name + '.' + key)
       }
       console.log(JSON.stringify(missing))`,
      project,
    )
    expect(JSON.parse(missing)).toEqual([])
  })

  it('loads no file system, worker thread or plotting when the facade is imported', () => {
    // a resolve hook writes down every module that is asked for, Node's own included
    const log = join(folder, 'loaded.txt')
    const hook = `import { appendFileSync } from 'node:fs'
export const resolve = async (name, context, next) => {
  const found = await next(name, context)
  appendFileSync(${JSON.stringify(log)}, found.url + '\\n')
  return found
}`
    writeFileSync(join(project, 'hook.mjs'), hook)
    writeFileSync(
      join(project, 'register.mjs'),
      "import { register } from 'node:module'\nregister('./hook.mjs', import.meta.url)\n",
    )
    const loadedBy = (text: string) => {
      writeFileSync(log, '')
      writeFileSync(join(project, 'c.mjs'), text)
      run(process.execPath, ['--no-warnings', '--import', './register.mjs', 'c.mjs'], project)
      return readFileSync(log, 'utf8')
    }
    const forbidden = /node:(fs|worker_threads|child_process)|node_modules\/(vega|tinypool|cli-progress|commander)/
    const facade = loadedBy("import 'h2learn'")
    expect(facade).toMatch(/snn-core\/dist\/index\.js/)
    expect(facade.split('\n').filter((url) => forbidden.test(url))).toEqual([])
    // the hook does see them where they are loaded
    expect(loadedBy("import '@h2learn/snn-core/threads'")).toMatch(/tinypool/)
  })

  it.each(['lut-pe', 'weight-update', 'sparse-backward', 'pipeline', 'cost-model', 'snn-core', 'hw', 'datasets'])(
    '@h2learn/%s works alone, without the facade',
    (name) => {
      const count = node('e.mjs', `import * as m from '@h2learn/${name}'; console.log(Object.keys(m).length)`, project)
      expect(Number(count)).toBeGreaterThan(0)
    },
  )

  it('brings the command, its worker threads and its types', () => {
    const version = run('npx', ['--no-install', 'h2learn', '--version'], project).trim()
    expect(version).toMatch(/^\d+\.\d+\.\d+/)
    for (const name of ['h2learn', '@h2learn/snn-core', '@h2learn/lut-pe'])
      expect(existsSync(join(project, 'node_modules', name, 'dist/index.d.ts'))).toBe(true)
    const mode = node(
      'f.mjs',
      `import { workerGradients } from '@h2learn/snn-core/threads'
       const g = workerGradients({ threads: 2 }); console.log(g.mode, g.threads); await g.close()`,
      project,
    )
    expect(mode).toBe('worker-threads 2')
  })
})
