import { existsSync, readdirSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

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
 * @returns undefined when there is none
 */
export const builtWorkerFile = (): URL | undefined => {
  const beside = new URL('./worker.js', import.meta.url)
  if (existsSync(beside)) return beside
  const built = new URL('../../dist/threads/worker.js', import.meta.url)
  const sources = new URL('../', import.meta.url)
  const fromSources = fileURLToPath(import.meta.url).endsWith('.ts')
  if (!fromSources || !existsSync(built)) return undefined
  return statSync(built).mtimeMs > newest(sources) ? built : undefined
}
