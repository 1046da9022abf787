import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

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

export default defineConfig({
  resolve: { alias },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'examples/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    setupFiles: [`${root}test/setup.ts`],
    testTimeout: 60_000,
    pool: 'forks',
  },
})
