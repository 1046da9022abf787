import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder of the real files beside the repository, for the tests with known answers; undefined where it is absent. */
export const sharedData = (name: string): string | undefined => {
  const path = fileURLToPath(new URL(`../../../../shared/data/${name}`, import.meta.url))
  return existsSync(path) ? path : undefined
}

/** Suffix of a test's name that says why it was skipped. */
export const absent = (dir: string | undefined, name: string) =>
  dir === undefined ? ` (skipped: no ../shared/data/${name} beside the repository)` : ''
