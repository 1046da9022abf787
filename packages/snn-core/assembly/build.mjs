// Compiles the kernels: node build.mjs writes src/fast/kernels.wasm.ts, which is committed. Needs nothing but npm.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

const here = fileURLToPath(new URL('.', import.meta.url))
const target = fileURLToPath(new URL('../src/fast/kernels.wasm.ts', import.meta.url))

/** The module's bytes as the compiler makes them from the sources beside this file. */
export const compileKernels = async () => {
  let bytes
  const { error, stderr } = await asc.main(
    [
      'index.ts',
      '--outFile',
      'kernels.wasm',
      '-O3',
      '--noAssert',
      '--enable',
      'simd',
      '--runtime',
      'stub',
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
export const kernelsSource = (bytes) => {
  const lines = bytes.toString('base64').match(/.{1,110}/g)
  return [
    '/** The compiled kernels of assembly/ in base64: made by assembly/build.mjs, do not edit. */',
    'export const KERNELS_BASE64 =',
    ...lines.map((line, i) => `  '${line}'${i < lines.length - 1 ? ' +' : ''}`),
    '',
  ].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compileKernels()
  writeFileSync(target, kernelsSource(bytes))
  console.log(`${bytes.length} bytes`)
}
