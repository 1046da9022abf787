import type { Options } from 'tsup'

/** One build for every package: ESM and types only, Node >= 20.19, other packages left as imports. */
export const base = (options: Options = {}): Options => ({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'es2022',
  dts: process.env.H2LEARN_BUILD !== 'no-types',
  // the code is not minified and can be read as it is; maps would be over half of every package
  sourcemap: false,
  clean: true,
  tsconfig: 'tsconfig.build.json',
  ...options,
})
