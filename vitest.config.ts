import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { sharedFolder } from './test/shared-folder'
import { testFiles } from './test/test-files'

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

const include = ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts']

/** Tests that read real data run a second time as in a clone that has none. */
const readData = testFiles().filter(
  (file) => file.endsWith('.test.ts') && /\/shared-data'/.test(readFileSync(root + file, 'utf8')),
)
const withoutData = {
  extends: true as const,
  test: { name: 'without data', include: readData, env: { H2LEARN_SHARED: 'none' } },
}

export default defineConfig({
  resolve: { alias },
  test: {
    setupFiles: [`${root}test/setup.ts`],
    testTimeout: 60_000,
    pool: 'forks',
    projects: [
      { extends: true, test: { name: sharedFolder ? 'with data' : '', include } },
      ...(sharedFolder ? [withoutData] : []),
    ],
  },
})
