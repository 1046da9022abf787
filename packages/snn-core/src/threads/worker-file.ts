import { existsSync, readdirSync, statSync } from 'node:fs'

const newest = (folder: URL): number =>
  Math.max(
    ...readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(`${entry.parentPath}/${entry.name}`).mtimeMs),
  )

/**
 * The built worker file: beside this module in a build. When this module runs from its TypeScript sources (tests, an
 * editor), Node cannot load the worker's source; then it is the one of the package's build, unless that is older than
 * the sources and could compute something else.
 * @param here this module's own address
 * @returns undefined when there is none
 */
export const builtWorkerFile = (here: string = import.meta.url): URL | undefined => {
  const beside = new URL('./worker.js', here)
  if (existsSync(beside)) return beside
  const built = new URL('../../dist/threads/worker.js', here)
  const sources = new URL('../', here)
  const fromSources = here.endsWith('.ts')
  if (!fromSources || !existsSync(built)) return undefined
  return statSync(built).mtimeMs > newest(sources) ? built : undefined
}
