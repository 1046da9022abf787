import { fileURLToPath } from 'node:url'
import { type BuildOptions, type BuildResult, build, type Plugin } from 'esbuild'

const packages = fileURLToPath(new URL('../packages/', import.meta.url))

/** Finds packages of this repository at their sources, so that no build is needed. */
const fromSources: Plugin = {
  name: 'from-sources',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@h2learn\// }, ({ path }) => {
      const [, name, subpath] = path.split('/')
      return { path: `${packages}${name}/src/${subpath ? `${subpath}/` : ''}index.ts` }
    })
  },
}

/** Bundles modules as ES modules, packages of this repository from their sources. */
export const bundleSources = (options: BuildOptions): Promise<BuildResult> =>
  build({
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
    plugins: [fromSources],
    ...options,
  })
