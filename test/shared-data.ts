import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { sharedFolder } from './shared-folder'

/** Path of a file or folder below the part of `shared` that a test asked for; without names, the part itself. */
export type SharedPath = (...names: string[]) => string

const find = (part: string): SharedPath | undefined => {
  const path = sharedFolder && join(sharedFolder, part)
  return path && existsSync(path) ? (...names) => join(path, ...names) : undefined
}

const skipped = (title: string, part: string) => `${title} (skipped: no ../shared/${part} beside the repository)`

/** A `describe` that needs a part of `shared`. Where that is absent the body does not run, so it may read at once. */
export const describeShared = (part: string, title: string, body: (path: SharedPath) => void): void => {
  const path = find(part)
  if (path) describe(title, () => body(path))
  else it.skip(skipped(title, part))
}

/** An `it` that needs a part of `shared`. */
export const itShared = (part: string, title: string, body: (path: SharedPath) => void | Promise<void>): void => {
  const path = find(part)
  if (path) it(title, () => body(path))
  else it.skip(skipped(title, part))
}
