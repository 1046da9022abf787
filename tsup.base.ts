import type { Options } from 'tsup'

/** One build for every package: ESM and types only, Node >= 20.19, other packages left as imports. */
export const base = (options: Options = {}): Options => ({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  dts: process.env.H2LEARN_BUILD !== 'no-types',
  sourcemap: true,
  clean: true,
  tsconfig: 'tsconfig.build.json',
  ...options,
})
