// Writes packages/paper/src/reproduce/own-runs.ts, the training runs of our own that `h2learn reproduce` shows beside
// the paper, from the JSON reports of `h2learn run` named on the command line, in that order. Needs a build.
//   node scripts/own-runs.mjs mnist.json cifar10.json
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './tools.mjs'

const { ownRunOfReport } = await import('../packages/h2learn/dist/reproduce/index.js')
const rounded = (_, value) =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value
const runs = process.argv.slice(2).map((path) => ownRunOfReport(path, readFileSync(path, 'utf8')))
writeFileSync(
  join(root, 'packages/paper/src/reproduce/own-runs.ts'),
  `import type { OwnRun } from './own-run'

/**
 * Training runs of our own that \`reproducePaper\` shows beside the paper unless others are given: measured, each with the
 * command that repeats it. Written by \`scripts/own-runs.mjs\` from the reports of \`h2learn run\`.
 */
export const ownRuns: readonly OwnRun[] = ${JSON.stringify(runs, rounded, 2)}
`,
)
