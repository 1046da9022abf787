import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))

/** Who may import whom besides the two leaves, which everyone may: the picture in CONTRIBUTING.md. */
const allowed: Record<string, readonly string[]> = {
  config: [],
  elementary: [],
  hw: [],
  'snn-core': [],
  'lut-pe': ['hw', 'snn-core'],
  'sparse-backward': ['hw', 'snn-core'],
  'weight-update': ['hw', 'snn-core', 'lut-pe'],
  spinalflow: ['hw', 'snn-core'],
  pipeline: ['hw'],
  'cost-model': ['hw'],
  datasets: ['snn-core'],
  accelerator: ['hw', 'snn-core', 'lut-pe', 'sparse-backward', 'weight-update', 'spinalflow', 'pipeline', 'cost-model'],
  paper: [
    'hw',
    'snn-core',
    'lut-pe',
    'sparse-backward',
    'weight-update',
    'spinalflow',
    'pipeline',
    'cost-model',
    'accelerator',
  ],
  report: ['hw', 'snn-core', 'lut-pe', 'sparse-backward', 'weight-update', 'pipeline', 'cost-model', 'datasets'],
  h2learn: [
    'hw',
    'snn-core',
    'lut-pe',
    'sparse-backward',
    'weight-update',
    'spinalflow',
    'pipeline',
    'cost-model',
    'datasets',
    'accelerator',
    'paper',
    'report',
  ],
}

const mayImport = (name: string, target: string) =>
  ['config', 'elementary'].includes(target) || allowed[name]!.includes(target)

const sources = (name: string): string[] =>
  readdirSync(`${packages}${name}/src`, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))

const importsOf = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export)[^'"`]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm)].map(
    (match) => (match[1] ?? match[2] ?? match[3])!,
  )

const short = (specifier: string): string | undefined =>
  specifier === 'h2learn' ? 'h2learn' : /^@h2learn\/([^/]+)/.exec(specifier)?.[1]

describe.each(Object.keys(allowed))('package %s', (name) => {
  const manifest = JSON.parse(readFileSync(`${packages}${name}/package.json`, 'utf8')) as {
    dependencies?: Record<string, string>
  }

  it('depends only on packages of the layers below', () => {
    const own = Object.keys(manifest.dependencies ?? {})
      .map(short)
      .filter((p) => p !== undefined)
    expect(own.filter((p) => !mayImport(name, p))).toEqual([])
  })

  it('imports only what its package.json declares, from below, and never its own index', () => {
    const wrong: string[] = []
    for (const file of sources(name))
      for (const specifier of importsOf(readFileSync(`${packages}${name}/src/${file}`, 'utf8'))) {
        if (specifier.startsWith('.')) {
          if (/(^|\/)index$/.test(specifier)) wrong.push(`${file}: ${specifier}`)
          continue
        }
        if (specifier.startsWith('node:')) continue
        const target = short(specifier)
        const dependency = specifier.startsWith('@')
          ? specifier.split('/').slice(0, 2).join('/')
          : specifier.split('/')[0]!
        if (target !== undefined && !mayImport(name, target)) wrong.push(`${file}: ${specifier}`)
        if (!(dependency in (manifest.dependencies ?? {}))) wrong.push(`${file}: ${specifier} is not declared`)
      }
    expect(wrong).toEqual([])
  })

  it('has an index that only re-exports and an api that holds only types', () => {
    const index = readFileSync(`${packages}${name}/src/index.ts`, 'utf8')
    // what is left after taking away comments and re-exports is nothing
    const rest = index
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace(/export (?:type )?(?:\*(?: as \w+)?|\{[^}]*\}) from '[^']+'/g, '')
    expect(rest.trim()).toBe('')
    if (sources(name).includes('api.ts')) {
      const api = readFileSync(`${packages}${name}/src/api.ts`, 'utf8')
      expect(api).not.toMatch(/^export (const|let|function|class)/m)
    }
  })
})

it('knows every package', () => {
  expect(readdirSync(packages).sort()).toEqual(Object.keys(allowed).sort())
})
