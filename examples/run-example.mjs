// What the examples of the benchmarks share: they hand their arguments to the `h2learn run` of their own dependency.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Runs `h2learn run <benchmark>` with the arguments of this process: --preset quick|paper, --data DIR, --json FILE|-, and
 * every other option of the command. Ends the process with its exit code.
 * @param {string} benchmark
 * @param {string} example address of the example, `import.meta.url`
 */
export const runExample = (benchmark, example) => {
  const manifest = createRequire(example).resolve('h2learn/package.json')
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8'))
  const folder = dirname(manifest)
  if (!existsSync(join(folder, 'dist/cli.js'))) {
    console.error('h2learn: expected a build, got none; run pnpm build at the root of the repository first.')
    process.exit(2)
  }
  const { status, signal } = spawnSync(
    process.execPath,
    [join(folder, bin.h2learn), 'run', benchmark, ...process.argv.slice(2)],
    { stdio: 'inherit' },
  )
  process.exit(signal ? 130 : (status ?? 1))
}
