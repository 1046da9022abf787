import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { workerGradients } from '@h2learn/snn-core/threads'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleSources } from '../bundle-sources'
import { chromiumPath, launchChromium, noChromium } from '../chromium'
import { allHashes, trainingHash } from './hashes'

/**
 * Bits of built-in data and of trainings. They change when an arithmetic or a draw is changed on purpose, never from one
 * runtime to another: whoever changes them says so in the changeset.
 */
const known = {
  data: '24aff13fc8a6671d',
  'f32 fast': '7fba1d1613fb8f20',
  'f32 reference': '7fba1d1613fb8f20',
  f64: 'c020214533764bc1',
  f16: '89633eae81478dbe',
}

const core = fileURLToPath(new URL('../../packages/snn-core/', import.meta.url))
let folder: string

beforeAll(async () => {
  // below a package, where its dependencies are found
  folder = mkdtempSync(join(core, 'node_modules/.h2learn-bits-'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  await bundleSources({
    entryPoints: { worker: join(core, 'src/threads/worker.ts') },
    outdir: folder,
    platform: 'node',
    external: ['fp16', 'tinypool'],
  })
  await bundleSources({
    stdin: {
      contents: `import { allHashes } from ${JSON.stringify(fileURLToPath(new URL('hashes.ts', import.meta.url)))}
        allHashes().then((hashes) => console.log(JSON.stringify(hashes)), (error) => console.log(String(error)))`,
      resolveDir: core,
    },
    outfile: join(folder, 'hashes.mjs'),
    platform: 'browser',
    external: ['vega', 'vega-lite', 'sharp', 'h5wasm', 'node:*'],
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('the same bits', () => {
  it('come out in this Node', async () => {
    expect(await allHashes()).toEqual(known)
  })

  it('come out of the reference and of the kernels', () => {
    expect(known['f32 fast']).toBe(known['f32 reference'])
  })

  it.each([1, 2, 3])('come out of %i threads', async (threads) => {
    const source = workerGradients({ threads, workerFile: pathToFileURL(join(folder, 'worker.js')) })
    try {
      for (const name of ['f32 fast', 'f64'] as const) expect(await trainingHash(name, source)).toBe(known[name])
    } finally {
      await source.close()
    }
  })

  it.skipIf(chromiumPath === undefined)(`come out of Chromium (${chromiumPath ?? noChromium})`, async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      const said = page.waitForEvent('console')
      await page.goto('about:blank')
      await page.addScriptTag({ path: join(folder, 'hashes.mjs'), type: 'module' })
      expect(JSON.parse((await said).text())).toEqual(known)
    } finally {
      await browser.close()
    }
  })

  // the package `node` of npm holds the program of each version
  const full = process.env.H2LEARN_TEST === 'full'
  it.skipIf(!full).each(['22', '24'])('come out of Node %s (skipped but in npm run test:full)', (version) => {
    const { stdout, stderr } = spawnSync('npx', ['--yes', `node@${version}`, join(folder, 'hashes.mjs')], {
      encoding: 'utf8',
    })
    expect(stderr.replace(/^npm (?:warn|notice).*$/gm, '').trim()).toBe('')
    expect(JSON.parse(stdout)).toEqual(known)
  })
})
