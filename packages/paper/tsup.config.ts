import { defineConfig } from 'tsup'
import { base } from '../../tsup.base'

export default defineConfig(
  base({
    entry: {
      index: 'src/index.ts',
      'compare/index': 'src/compare/index.ts',
      'design-space/index': 'src/design-space/index.ts',
      'reproduce/index': 'src/reproduce/index.ts',
    },
  }),
)
