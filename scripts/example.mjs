// pnpm example <name> [--preset quick|paper] [--data DIR] [--json FILE|-]: builds what is needed and runs an example.

import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, resolve } from 'node:path'
import { pnpm, requireNode, root } from './tools.mjs'

requireNode()
const folder = join(root, 'examples')
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'index.mjs')))
  .map(({ name }) => name)
const [name, ...args] = process.argv.slice(2).filter((arg) => arg !== '--')
if (name === undefined || !names.includes(name)) {
  console.error(
    `pnpm example: expected one of ${names.join(', ')}, got ${name === undefined ? 'no name' : `"${name}"`}; then [--preset quick|paper] [--data DIR] [--json FILE|-].`,
  )
  process.exit(2)
}
// paths are those of the caller
const paths = ['--data', '--test-data', '--out', '--json', '--resume', '--config']
const given = args.map((arg, i) =>
  paths.includes(args[i - 1]) && arg !== '-' && !isAbsolute(arg)
    ? resolve(process.env.INIT_CWD ?? process.cwd(), arg)
    : arg,
)
if (!existsSync(join(root, 'packages/h2learn/dist/cli.js')))
  pnpm('build', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'])
// nothing is printed around it: with --json - its standard output is JSON alone
const { status, signal } = spawnSync(process.execPath, [join(folder, name, 'index.mjs'), ...given], {
  stdio: 'inherit',
})
process.exit(signal ? 130 : (status ?? 1))
