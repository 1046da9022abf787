// pnpm docs:build | docs:dev: the site of docs/ with VitePress, offline; needs a build of the packages (the page of the first
// neuron runs one). `pnpm docs:api` before it adds the API of every package.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './tools.mjs'

const [what = 'build', outDir] = process.argv.slice(2)
if (!['build', 'dev'].includes(what)) {
  console.error(`docs: expected build or dev, got "${what}".`)
  process.exit(2)
}
if (!existsSync(join(root, 'packages/snn-core/dist/index.js'))) {
  console.error('docs: expected a build of the packages, got none; run npx --yes pnpm@10 build first.')
  process.exit(2)
}
const { build, createServer } = await import(
  pathToFileURL(join(root, 'node_modules/vitepress/dist/node/index.js')).href
)
if (what === 'build') await build(join(root, 'docs'), outDir ? { outDir } : {})
else {
  const server = await createServer(join(root, 'docs'))
  await server.listen()
  server.printUrls()
}
