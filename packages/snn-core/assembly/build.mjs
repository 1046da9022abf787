// Compiles the kernels, once per precision: node build.mjs writes src/fast/kernels*.wasm.ts, which are committed. Needs
// nothing but npm.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const here = fileURLToPath(new URL('.', import.meta.url))

/** The modules: the file each is written to, the sources it exports, whether its arithmetic is that of binary16, and
 * whether products and sums are fused. Those that export a part only stand beside the first. */
export const MODULES = {
  f32: {
    file: fileURLToPath(new URL('../src/fast/kernels.wasm.ts', import.meta.url)),
    entry: 'index.ts',
    half: 0,
    fused: 0,
  },
  f16: {
    file: fileURLToPath(new URL('../src/fast/kernels-f16.wasm.ts', import.meta.url)),
    entry: 'rounding.ts',
    half: 1,
    fused: 0,
  },
  fused: {
    file: fileURLToPath(new URL('../src/fast/kernels-fused.wasm.ts', import.meta.url)),
    entry: 'products.ts',
    half: 0,
    fused: 1,
  },
}

/** A module's bytes as the compiler makes them from the sources beside this file. */
export const compileKernels = async (precision) => {
  let bytes
  const { error, stderr } = await asc.main(
    [
      MODULES[precision].entry,
      '--outFile',
      'kernels.wasm',
      '--optimizeLevel',
      '3',
      // binary16: its rounding must be inlined
      '--shrinkLevel',
      `${1 - MODULES[precision].half}`,
      '--noAssert',
      '--enable',
      'simd',
      '--enable',
      'relaxed-simd',
      '--runtime',
      'stub',
      '--use',
      `HALF=${MODULES[precision].half}`,
      '--use',
      `FUSED=${MODULES[precision].fused}`,
      '--importMemory',
      '--initialMemory',
      '1',
      '--maximumMemory',
      '65536',
    ],
    {
      readFile: (name) => {
        try {
          return readFileSync(`${here}${name}`, 'utf8')
        } catch {
          return null
        }
      },
      writeFile: (_, contents) => {
        bytes = contents
      },
      listFiles: () => [],
    },
  )
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
  return Buffer.from(bytes)
}

/** The source file that holds the bytes. */
export const kernelsSource = (precision, bytes) => {
  const lines = bytes.toString('base64').match(/.{1,110}/g)
  return [
    `/** The kernels of assembly/ compiled for ${precision}, in base64: made by assembly/build.mjs, do not edit. */`,
    `export const KERNELS_${precision.toUpperCase()}_BASE64 =`,
    ...lines.map((line, i) => `  '${line}'${i < lines.length - 1 ? ' +' : ''}`),
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const precision of Object.keys(MODULES)) {
    const bytes = await compileKernels(precision)
    writeFileSync(MODULES[precision].file, kernelsSource(precision, bytes))
    console.log(`${precision}: ${bytes.length} bytes`)
  }
}
