// pnpm docs:api: the API of every package as Markdown into docs/api, with TypeDoc; warns of exports without a docstring.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Application } from 'typedoc'
import { root } from './tools.mjs'

const out = join(root, 'docs/api')
rmSync(out, { recursive: true, force: true })
const names = readdirSync(join(root, 'packages'))
/** Names that programs import: the packages, each with its subpaths; the facade exports the packages and has one of its own. */
const imported = names.flatMap((name) => {
  const { exports } = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'))
  const paths = Object.keys(exports).filter((path) => exports[path].types !== undefined)
  const wanted = name === 'h2learn' ? ['./trace'] : paths
  return wanted.map((path) => ({
    name,
    path: path.slice(2),
    full: join(name === 'h2learn' ? '' : '@h2learn', name, path),
  }))
})
let failed = false
for (const { name, path, full } of imported) {
  const app = await Application.bootstrapWithPlugins({
    plugin: ['typedoc-plugin-markdown'],
    name: full,
    entryPoints: [join(root, 'packages', name, 'src', path, 'index.ts')],
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
  await app.outputs.writeOutput({ name: 'markdown', path: join(out, name, path) }, project)
}
writeFileSync(
  join(out, 'index.md'),
  `# API\n\n${imported.map(({ name, path, full }) => `- [${full}](${join(name, path)}/index.md)`).join('\n')}\n\nThe package \`h2learn\` exports the packages, \`h2learn/reproduce\` what shows the paper beside the model.\n`,
)
process.exitCode = failed ? 1 : 0
