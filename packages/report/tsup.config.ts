import { defineConfig } from 'tsup'
import { base } from '../../tsup.base'

export default defineConfig(
  base({
    entry: {
      index: 'src/index.ts',
      'plots/index': 'src/plots/index.ts',
      'reproduction/index': 'src/reproduction/index.ts',
      'terminal/index': 'src/terminal/index.ts',
    },
  }),
)
