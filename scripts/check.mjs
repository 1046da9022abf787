// pnpm check: format and lint, types, build, tests, packaging: what CI runs, in one command.
import { pnpm, requireNode, step } from './tools.mjs'

requireNode()
pnpm('format and lint', ['exec', 'biome', 'check', '.'])
pnpm('types', ['exec', 'tsc', '-p', 'tsconfig.json', '--noEmit'])
step('build and test', process.execPath, ['scripts/test.mjs', ...process.argv.slice(2)])
