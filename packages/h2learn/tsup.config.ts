import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'tsup'
import { base } from '../../tsup.base'

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** The command writes the JSON Schema of its configuration file. */
const onSuccess = async () => {
  execFileSync(process.execPath, [here('bin/h2learn.js'), 'init', '--schema', here('dist/config.schema.json')])
}

export default defineConfig(
  base({
    entry: {
      index: 'src/index.ts',
      'reproduce/index': 'src/reproduce/index.ts',
      'trace/index': 'src/trace/index.ts',
      cli: 'src/cli.ts',
      'sweep-worker': 'src/sweep/sweep-worker.ts',
    },
    onSuccess,
  }),
)
