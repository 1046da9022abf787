// pnpm bench <name> [options]: wall-clock benchmarks on the build; the same as h2learn bench.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './tools.mjs'

if (!existsSync(join(root, 'packages/h2learn/dist/cli.js'))) {
  console.error('bench: expected a build, got none; run npx --yes pnpm@10 build first.')
  process.exit(2)
}
const args = process.argv.slice(2)
process.exitCode = step(
  `bench ${args.join(' ')}`,
  process.execPath,
  ['packages/h2learn/bin/h2learn.js', 'bench', ...args],
  {
    fatal: false,
  },
)
