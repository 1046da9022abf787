import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { sharedFolder } from './test/shared-folder.ts'
import { testFiles } from './test/test-files.ts'

const root = fileURLToPath(new URL('.', import.meta.url))
const source = (name: string, file = 'index.ts') => `${root}packages/${name}/src/${file}`

/** Tests read the sources of every package, so that a change is seen without a build. */
const alias = [
  // subpaths, such as @h2learn/snn-core/threads; what has a dot is a file of the package
  { find: /^@h2learn\/([^/]+)\/([a-z-]+)$/, replacement: `${root}packages/$1/src/$2/index.ts` },
  { find: /^h2learn\/([a-z-]+)$/, replacement: source('h2learn', '$1/index.ts') },
  ...readdirSync(`${root}packages`).map((name) => ({
    find: new RegExp(`^${name === 'h2learn' ? 'h2learn' : `@h2learn/${name}`}$`),
    replacement: source(name),
  })),
]

const files = testFiles()
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(root + file, 'utf8') }))
const having = (pattern: RegExp) => files.filter(({ text }) => pattern.test(text)).map(({ file }) => file)

/** Tests that replace modules or globals get a process of their own; the others share one, which spares most imports. */
const isolated = having(/\bvi\.(?:mock|doMock|resetModules|stubGlobal|stubEnv)\b/)
/** Tests that read real data run a second time as in a clone that has none. */
const readData = having(/\/shared-data'/)

const project = (name: string, include: string[], options = {}) => ({
  extends: true as const,
  test: { name, include, ...options },
})
const together = files.map(({ file }) => file).filter((file) => !isolated.includes(file))
const withoutData = { env: { H2LEARN_SHARED: 'none' } }

/** The longest files, longest first: they start first, so that no worker is left alone with one of them at the end. */
const longest = [
  'test/docs.test.ts',
  'test/packed.test.ts',
  'h2learn/test/run-plan.test.ts',
  'h2learn/test/command.test.ts',
  'threads/worker-gradients.test.ts',
  'h2learn/test/new-user.test.ts',
  'fast/fast-shard.test.ts',
  'test/quality.test.ts',
  'h2learn/test/sweep-command.test.ts',
  'h2learn/test/config-file.test.ts',
]
const rank = ({ moduleId }: TestSpecification) => {
  const place = longest.findIndex((file) => moduleId.endsWith(file))
  return place < 0 ? longest.length : place
}
class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]) {
    return (await super.sort(specifications)).sort((a, b) => rank(a) - rank(b))
  }
}

const cores = availableParallelism()

export default defineConfig({
  resolve: { alias },
  test: {
    globalSetup: [`${root}test/temporary-folder.ts`],
    setupFiles: [`${root}test/setup.ts`],
    // no test is timed: this ends what hangs, on a slow or busy machine too
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    isolate: false,
    // vitest leaves one core to itself, which is half of a machine with two
    maxWorkers: cores <= 2 ? cores : cores - 1,
    sequence: { sequencer: LongestFirst },
    projects: [
      project('tests', together),
      project('isolated', isolated, { isolate: true }),
      ...(sharedFolder ? [project('without data', readData, withoutData)] : []),
    ],
  },
})
