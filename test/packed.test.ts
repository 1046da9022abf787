import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { build } from 'esbuild'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const names = readdirSync(join(root, 'packages'))
const manifestOf = (name: string) => JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
const built = names.every((name) => existsSync(join(root, 'packages', name, 'dist/index.js')))
const typed = names.every((name) => existsSync(join(root, 'packages', name, 'dist/index.d.ts')))
const folder = mkdtempSync(join(tmpdir(), 'h2learn-packed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
/** Tarball of each package by its full name. */
const tarballs: Record<string, string> = {}

const run = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 26 })

const node = (file: string, text: string, cwd: string) => {
  writeFileSync(join(cwd, file), text)
  return run(process.execPath, ['--no-warnings', file], cwd).trim()
}

/** An empty project in which some of the packed packages (all: every one) are installed by npm. */
const project = (name: string, wanted: readonly string[] = Object.keys(tarballs)) => {
  const path = join(folder, name)
  mkdirSync(path)
  const overrides = Object.fromEntries(Object.entries(tarballs).map(([full, file]) => [full, `file:${file}`]))
  const dependencies = Object.fromEntries(wanted.map((full) => [full, overrides[full]]))
  // packages ask for each other by version; the overrides put the tarballs in their place
  writeFileSync(join(path, 'package.json'), JSON.stringify({ name: 'empty', private: true, dependencies, overrides }))
  run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], path)
  return path
}

/** Bundles a module text for browsers, minified; what is imported dynamically becomes files of its own. */
const bundle = async (contents: string, resolveDir: string, external: string[] = []) => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir, sourcefile: 'entry.js' },
    bundle: true,
    splitting: true,
    outdir: join(folder, 'bundle'),
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    external,
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const entry = outputFiles.find(({ path }) => path.endsWith('stdin.js'))!
  // the entry and the shared files that it imports statically, which load with it
  const texts = new Map(outputFiles.map(({ path, text }) => [path.split('/').at(-1)!, text]))
  const loaded = new Set<string>()
  const load = (file: string) => {
    if (loaded.has(file)) return
    loaded.add(file)
    for (const match of texts.get(file)!.matchAll(/(?:from|import)\s*"\.\/([^"]+)"/g)) load(match[1]!)
  }
  load(entry.path.split('/').at(-1)!)
  const code = [...loaded].map((file) => texts.get(file)!)
  return { bytes: code.reduce((sum, text) => sum + Buffer.byteLength(text), 0), code: code.join('\n'), texts }
}

describe.skipIf(!built)('the packed packages (skipped without a build)', () => {
  beforeAll(() => {
    const packed = run(
      'npx',
      ['--yes', 'pnpm@10', '-r', '--filter', './packages/*', 'pack', '--json', '--pack-destination', folder],
      root,
    )
    for (const { name, filename } of JSON.parse(packed.slice(packed.search(/^\[/m)))) tarballs[name] = filename
  })

  it('are all there, and carry licence, links, keywords and provenance', () => {
    expect(Object.keys(tarballs).sort()).toEqual(names.map((name) => manifestOf(name).name).sort())
    for (const name of names) {
      const manifest = manifestOf(name)
      expect(manifest.license).toBe('Apache-2.0')
      expect(manifest.repository.directory).toBe(`packages/${name}`)
      expect(manifest.homepage).toContain(`packages/${name}`)
      expect(manifest.bugs).toMatch(/^https:/)
      expect(manifest.keywords.length).toBeGreaterThanOrEqual(4)
      expect(manifest.description.length).toBeGreaterThan(30)
      expect(manifest.publishConfig).toEqual({ access: 'public', provenance: true })
      expect(manifest.version).toMatch(/^(?!0\.0\.0)\d+\.\d+\.\d+$/)
      for (const file of ['README.md', 'LICENSE']) expect(existsSync(join(root, 'packages', name, file))).toBe(true)
      const tarball = new Uint8Array(readFileSync(tarballs[manifest.name]!))
      expect(
        createPackageFromTarballData(tarball)
          .listFiles()
          .filter((file) => file.endsWith('.map')),
      ).toEqual([])
    }
  })

  it.skipIf(!typed).each(names)('%s: publint finds nothing', async (name) => {
    const manifest = manifestOf(name)
    const bytes = readFileSync(tarballs[manifest.name]!)
    const { messages } = await publint({ pack: { tarball: new Uint8Array(bytes).buffer }, strict: true })
    // a suggestion that we do not follow: "browser" leaves decoders that need Node out of bundles, whoever imports them
    const found = messages.filter(({ code }) => code !== 'USE_EXPORTS_OR_IMPORTS_BROWSER')
    expect(found.map((message) => formatMessage(message, manifest))).toEqual([])
  })

  // ES modules only: `require` works too, since Node 20.19 loads ES modules with it (tested below); TypeScript calls
  // that "CJS resolves to ESM" and cannot know. Resolution as in Node 10 knows no `exports` and is not claimed.
  it.skipIf(!typed).each(names)('%s: are-the-types-wrong finds nothing in the modes we claim', async (name) => {
    const bytes = new Uint8Array(readFileSync(tarballs[manifestOf(name).name]!))
    const result = await checkPackage(createPackageFromTarballData(bytes))
    expect(result.types).not.toBe(false)
    const problems = (result.types === false ? [] : result.problems).filter(
      (problem) =>
        !('resolutionKind' in problem && problem.resolutionKind === 'node10') &&
        !(problem.kind === 'CJSResolvesToESM' && problem.resolutionKind === 'node16-cjs'),
    )
    expect(problems).toEqual([])
  })

  describe('installed in an empty project', () => {
    let all = ''
    beforeAll(() => {
      all = project('all packages ü')
    })

    it('load as ES module and by require, with the same exports', () => {
      const list = 'Object.keys(h).sort().join()'
      const esm = node('a.mjs', `import * as h from 'h2learn'; console.log(${list})`, all)
      const cjs = node('a.cjs', `const h = require('h2learn'); console.log(${list})`, all)
      expect(esm).toContain('accelerator')
      const ours = (name: string) => name !== '__esModule' && name !== 'module.exports'
      expect(cjs.split(',').filter(ours).join()).toBe(esm)
    })

    it('work when a CommonJS program requires them', () => {
      const out = node(
        'train.cjs',
        `const { batchInput, defaultNeuron, initialWeights, parseNetwork } = require('@h2learn/snn-core')
         const { generateDigits } = require('h2learn')
         const samples = generateDigits({ count: 4, seed: 1 })
         const network = parseNetwork('10FC(Encoding)', { input: { H: 28, W: 28, C: 1 }, T: 2 })
         const { weights } = initialWeights(network, batchInput(samples, [0, 1], network), { neuron: defaultNeuron })
         console.log(weights.length, network.text)`,
        all,
      )
      expect(out).toBe('7840 10FC(Encoding)')
    })

    it('export through the facade everything that the packages export', () => {
      const missing = node(
        'b.mjs',
        `import * as h from 'h2learn'
         const missing = []
         for (const name of ${JSON.stringify(names.filter((name) => name !== 'h2learn'))}) {
           const own = await import('@h2learn/' + name)
           // names of fields (integer, choice, ...) have a name space of their own
           const shown = name === 'config' ? h.config : h
           for (const key of Object.keys(own)) if (shown[key] !== own[key]) missing.push(name + '.' + key)
         }
         console.log(JSON.stringify(missing))`,
        all,
      )
      expect(JSON.parse(missing)).toEqual([])
    })

    const subpaths = names.flatMap((name) => {
      const { name: full, exports } = manifestOf(name)
      return Object.keys(exports)
        .filter((path) => path !== '.' && exports[path].types !== undefined)
        .map((path) => `${full}${path.slice(1)}`)
    })

    it('have subpaths for what few programs import, which load as ES module and by require and share the packages', () => {
      expect(subpaths).toContain('h2learn/reproduce')
      expect(subpaths).toContain('@h2learn/paper/reproduce')
      const out = node(
        'subpaths.cjs',
        `const facade = require('h2learn')
         const load = async () => {
           for (const path of ${JSON.stringify(subpaths)}) {
             const esm = await import(path), cjs = require(path)
             const names = Object.keys(esm)
             const same = names.length > 0 && names.every((name) => cjs[name] === esm[name])
             // offered at one address only
             const twice = names.filter((name) => name in facade)
             if (!same || twice.length > 0) console.log(path, same, twice.join())
           }
           const { reproducePaper } = await import('h2learn/reproduce')
           const { verifyGolden } = await import('@h2learn/snn-core/golden')
           const chip = reproducePaper({ ids: ['Table VII'] })[0]
           console.log(chip.id, chip.rows.length > 0)
           try { verifyGolden(3, 'a.json') } catch (error) { console.log(error instanceof facade.InputError) }
         }
         load()`,
        all,
      )
      expect(out).toBe('Table VII true\ntrue')
    })

    it('load no file system, worker thread or plotting when the facade is imported', () => {
      // a resolve hook writes down every module that is asked for, Node's own included
      const log = join(folder, 'loaded.txt')
      const hook = `import { appendFileSync } from 'node:fs'
export const resolve = async (name, context, next) => {
  const found = await next(name, context)
  appendFileSync(${JSON.stringify(log)}, found.url + '\\n')
  return found
}`
      writeFileSync(join(all, 'hook.mjs'), hook)
      writeFileSync(
        join(all, 'register.mjs'),
        "import { register } from 'node:module'\nregister('./hook.mjs', import.meta.url)\n",
      )
      const loadedBy = (text: string) => {
        writeFileSync(log, '')
        writeFileSync(join(all, 'c.mjs'), text)
        run(process.execPath, ['--no-warnings', '--import', './register.mjs', 'c.mjs'], all)
        return readFileSync(log, 'utf8')
      }
      const forbidden =
        /node:(fs|worker_threads|child_process)|node_modules\/(vega|tinypool|piscina|sharp|h5wasm|cli-progress|commander|ajv|yaml)\b/
      const facade = loadedBy("import 'h2learn'")
      expect(facade).toMatch(/snn-core\/dist\/index\.js/)
      expect(facade.split('\n').filter((url) => forbidden.test(url))).toEqual([])
      // the hook does see them where they are loaded
      expect(loadedBy("import '@h2learn/snn-core/threads'")).toMatch(/tinypool|piscina/)
    })

    it.skipIf(!typed)('type-check in a TypeScript project, for Node and for bundlers', () => {
      writeFileSync(
        join(all, 'use.ts'),
        `import { accelerator, parseNetwork, type RunReport } from 'h2learn'
import { cycles, type Cycles } from '@h2learn/hw'
import { workerGradients } from '@h2learn/snn-core/threads'
import { verifyGolden, type GoldenReport } from '@h2learn/snn-core/golden'
import { paretoPlot, rasterPlot } from '@h2learn/report/plots'
import { reproducePaper, type OwnRun } from '@h2learn/paper/reproduce'
import { lutDesignSpace, type LutDesignPoint } from '@h2learn/paper/design-space'
import { compareWithPaper } from '@h2learn/paper/compare'
import { reproductionPage, type ReproductionReport } from '@h2learn/report/reproduction'
import { formatRun, type TerminalLayout } from '@h2learn/report/terminal'
import { explainMisses, ownRunOfReport } from 'h2learn/reproduce'
import { openTrace, type NpyArray } from 'h2learn/trace'
export const golden: GoldenReport = verifyGolden({}, 'a.json')
export const own: OwnRun = ownRunOfReport('a.json', '{}')
export const points: readonly LutDesignPoint[] = lutDesignSpace({ engine: 'forward', lanes: [4] })
export const text = (report: RunReport, layout: TerminalLayout): string => formatRun(report, layout)
export const page = (report: ReproductionReport) => reproductionPage(report)
export const others = [reproducePaper, explainMisses, compareWithPaper, paretoPlot, rasterPlot, openTrace]
export type Read = NpyArray
export const network = parseNetwork('10FC(Encoding)', { input: { H: 28, W: 28, C: 1 }, T: 2 })
export const period: Cycles = cycles(3)
export const area = accelerator().area
export const ratio = (report: RunReport): number | null => report.test_accuracy
export const gradients = workerGradients({ threads: 1 })
// @ts-expect-error a plain number is no number of cycles
export const wrong: Cycles = 3
`,
      )
      for (const [module, moduleResolution, skipLibCheck] of [
        ['nodenext', 'nodenext', false],
        ['esnext', 'bundler', true],
      ] as const) {
        const compilerOptions = { module, moduleResolution, strict: true, noEmit: true, target: 'es2022', types: [] }
        writeFileSync(
          join(all, 'tsconfig.json'),
          // the libraries' own declarations are read too, ours among them
          JSON.stringify({
            compilerOptions: { ...compilerOptions, lib: ['es2023', 'dom'], skipLibCheck },
            files: ['use.ts'],
          }),
        )
        const tsc = join(root, 'node_modules/typescript/bin/tsc')
        const out = (() => {
          try {
            return run(process.execPath, [tsc, '-p', 'tsconfig.json'], all)
          } catch (error) {
            return (error as { stdout: string }).stdout
          }
        })()
        expect(
          out.split('\n').filter((line) => /^use\.ts|h2learn\/(?!.*node_modules\/(vega|h5wasm))/.test(line)),
        ).toEqual([])
      }
    })

    it('bundle for a browser: nothing of Node inside, and within their size budgets', async () => {
      const facade = await bundle("export * from 'h2learn'", all)
      expect(facade.code).not.toMatch(/(?:from|import)\s*"(?:node:)?(?:fs|path|os|util|worker_threads)/)
      const core = await bundle("export * from '@h2learn/snn-core'", all)
      // kB of minified code that loads with the entry; plots and decoders, loaded when they are used, are not counted
      expect(core.bytes / 1000).toBeLessThan(155)
      expect(facade.bytes / 1000).toBeLessThan(480)
      const withoutData = await bundle(
        names
          .filter((name) => !['h2learn', 'datasets'].includes(name))
          .map((name) => `export * as ${name.replace(/-/g, '_')} from '@h2learn/${name}'`)
          .join('\n'),
        all,
      )
      expect(withoutData.bytes / 1000).toBeLessThan(340)
      // the facade's own few kB and the names of everything come on top
      const facadeWithoutData = await bundle("export * from 'h2learn'", all, ['@h2learn/datasets'])
      expect(facadeWithoutData.bytes / 1000).toBeLessThan(360)
      // what nobody uses is left out
      const one = await bundle("export { parseNetwork } from 'h2learn'", all)
      expect(one.bytes / 1000).toBeLessThan(16)
    })

    it('bring the command, its worker threads and its types', () => {
      const version = run('npx', ['--no-install', 'h2learn', '--version'], all).trim()
      expect(version).toBe(manifestOf('h2learn').version)
      for (const name of ['h2learn', '@h2learn/snn-core', '@h2learn/lut-pe'])
        expect(existsSync(join(all, 'node_modules', name, 'dist/index.js'))).toBe(true)
      const mode = node(
        'f.mjs',
        `import { workerGradients } from '@h2learn/snn-core/threads'
         const g = workerGradients({ threads: 2 }); console.log(g.mode, g.threads); await g.close()`,
        all,
      )
      expect(mode).toBe('worker-threads 2')
    })
  })

  describe('alone, without the facade', () => {
    it.each([
      ['@h2learn/hw', `import { cycles, ceilDiv } from '@h2learn/hw'; console.log(cycles(ceilDiv(7, 2)))`, '4'],
      [
        '@h2learn/lut-pe',
        `import { subLutEntries } from '@h2learn/lut-pe'; console.log(Object.values(await import('@h2learn/lut-pe')).length > 20, typeof subLutEntries)`,
        'true function',
      ],
      [
        '@h2learn/sparse-backward',
        `import { backwardEngine } from '@h2learn/sparse-backward'; const e = backwardEngine(); console.log(e.name, Object.keys(e.parts).length > 5)`,
        'backward engine true',
      ],
      [
        '@h2learn/weight-update',
        `import { weightUpdateEngine } from '@h2learn/weight-update'; const e = weightUpdateEngine(); console.log(e.name, Object.keys(e.parts).length > 3)`,
        'weight-update-engine true',
      ],
      [
        '@h2learn/cost-model',
        `import { priceTable } from '@h2learn/cost-model'; console.log(Object.keys(priceTable().parts).length > 3)`,
        'true',
      ],
    ])('%s installs and works', (name, text, printed) => {
      const path = project(`alone ${name.split('/')[1]}`, [name])
      expect(existsSync(join(path, 'node_modules/h2learn'))).toBe(false)
      expect(node('alone.mjs', text, path)).toBe(printed)
    })
  })
})
