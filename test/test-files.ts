import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const testFolders = (): string[] => [
  ...['packages', 'examples'].flatMap((group) =>
    readdirSync(join(root, group))
      .map((name) => join(group, name, 'test'))
      .filter((folder) => existsSync(join(root, folder))),
  ),
  'test',
]

/** Every TypeScript file of the tests, tests and their helpers, as a path from the root of the repository. */
export const testFiles = (): string[] =>
  testFolders().flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(folder, file).replaceAll('\\', '/')),
  )
