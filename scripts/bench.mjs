// pnpm bench <what> [options]: wall-clock benchmarks on the build, our time beside the naive version's from the same run.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root, step } from './tools.mjs'

const benches = {
  train: 'packages/snn-core/bench/train.bench.mjs',
  engines: 'packages/accelerator/bench/engines.bench.mjs',
}
const [what, ...options] = process.argv.slice(2)
const file = Object.hasOwn(benches, what ?? '') ? benches[what] : undefined
if (!file) {
  console.error(
    `bench: expected one of ${Object.keys(benches).join(', ')}, got ${what === undefined ? 'nothing' : `"${what}"`}.`,
  )
  process.exit(2)
}
if (!existsSync(join(root, 'packages/accelerator/dist/index.js'))) {
  console.error('bench: expected a build, got none; run npx --yes pnpm@10 build first.')
  process.exit(2)
}
process.exitCode = step(`bench ${what}`, process.execPath, [file, ...options], { fatal: false })
