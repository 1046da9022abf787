import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'
import { chromiumPath, launchChromium, noChromium } from './chromium'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = existsSync(join(root, 'packages/h2learn/dist/index.js'))

/** A code block of a page and the output shown below it. */
const block = (file: string, from: string) => {
  const text = readFileSync(join(root, file), 'utf8')
  const [, code, output] = /```js\n([\s\S]*?)```\n\s*```text\n([\s\S]*?)```/.exec(text.slice(text.indexOf(from)))!
  return { code: code!, output: output!.trim() }
}

/** Runs a module in a page of its own; what it wrote to the console. */
const inBrowser = async (code: string): Promise<{ readonly lines: readonly string[]; readonly bytes: number }> => {
  const { outputFiles } = await build({
    stdin: {
      contents: `${code}\ndocument.title = 'done'`,
      resolveDir: join(root, 'packages/h2learn'),
      sourcefile: 'example.js',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
    // plots and decoders of files load when they are used, and this does not use them
    external: ['vega', 'vega-lite', 'sharp', 'h5wasm'],
  })
  const script = outputFiles[0]!.text
  const folder = mkdtempSync(join(tmpdir(), 'h2learn-browser-'))
  const file = join(folder, 'page.html')
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><script type="module">${script.replaceAll('</script', '<\\/script')}</script>`,
  )
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    const lines: string[] = []
    page.on('console', (message) => void lines.push(message.text()))
    page.on('pageerror', (error) => void lines.push(`error: ${error.message}`))
    await page.goto(pathToFileURL(file).href)
    await page.waitForFunction("document.title === 'done'", undefined, { timeout: 0 })
    return { lines, bytes: script.length }
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

describe.skipIf(!built || chromiumPath === undefined)(
  `in a real browser (${built ? (chromiumPath ?? noChromium) : 'skipped without a build'})`,
  () => {
    it("runs the tutorial's first example with the output that the page shows", async () => {
      const { code, output } = block('docs/tutorial/01-one-neuron.md', '<!-- first-example -->')
      const { lines, bytes } = await inBrowser(code)
      expect(lines.join('\n')).toBe(output)
      expect(bytes).toBeLessThan(60_000)
    })

    it('trains a network and runs the chip, as the page on getting started does', async () => {
      const { code, output } = block('docs/getting-started.md', '## The library')
      const { lines } = await inBrowser(code)
      expect(lines.join('\n')).toBe(output)
    })
  },
)
