import { defineConfig } from 'tsup'
import { base } from '../../tsup.base'

export default defineConfig(
  base({
    entry: {
      index: 'src/index.ts',
      'golden/index': 'src/golden/index.ts',
      'graph/index': 'src/graph/index.ts',
      'threads/index': 'src/threads/index.ts',
      'threads/worker': 'src/threads/worker.ts',
    },
  }),
)
