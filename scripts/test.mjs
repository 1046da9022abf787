// npm test: installs, builds every package and runs every test; `--full` draws fresh random cases in property tests.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pnpm, requireNode, root, step } from './tools.mjs'

const folder = join(root, 'node_modules', '.cache', 'h2learn')
const results = join(folder, 'vitest.json')
const summary = join(folder, 'summary.txt')
const args = process.argv.slice(2)
const full = args.includes('--full')

/** The last line of a test run: the true counts. */
const finish = (line, code) => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(summary, line + '\n')
  console.log(`\n${line}`)
  process.exit(code)
}

requireNode()
rmSync(folder, { recursive: true, force: true })
if (pnpm('install', ['install', '--frozen-lockfile', '--prefer-offline'], { fatal: false }))
  finish('0 passed, 1 failed', 1)
if (pnpm('build', ['exec', 'turbo', 'run', 'build', '--output-logs=errors-only'], { fatal: false }))
  finish('0 passed, 1 failed', 1)

mkdirSync(folder, { recursive: true })
const code = step(
  'test',
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...args.filter((a) => a !== '--full'),
  ],
  { fatal: false, env: full ? { H2LEARN_TEST: 'full' } : {} },
)
let line = '0 passed, 1 failed'
let failed = 1
try {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
    readFileSync(results, 'utf8'),
  )
  // a file that could not be loaded counts as one failed test
  const broken = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
  const skipped = numPendingTests + numTodoTests
  failed = numFailedTests + broken
  if (failed === 0 && code !== 0) failed = 1 // an error outside any test
  if (skipped) console.log(`\n${skipped} skipped for want of real data, a browser or a program; their names say which`)
  line = `${numPassedTests} passed, ${failed} failed`
} catch (error) {
  console.error(`no test results: ${error.message}`)
}
finish(line, code !== 0 || failed ? 1 : 0)
