// What the engine packages compile their kernels with; the compiler is the learning core's development dependency.
import { readFileSync } from 'node:fs'

const compiler = new URL('../../snn-core/node_modules/assemblyscript/dist/asc.js', import.meta.url)

/**
 * Compiles index.ts and what it imports to WebAssembly with SIMD.
 * @param locate the place of a source file by its name
 */
export const compileAssembly = async (locate) => {
  const { default: asc } = await import(compiler.href)
  let bytes
  const options = '-O3 --noAssert --enable simd --runtime stub --importMemory'.split(' ')
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...options], {
    readFile: (name) => {
      try {
        return readFileSync(locate(name), 'utf8')
      } catch {
        return null
      }
    },
    writeFile: (_, contents) => {
      bytes = contents
    },
    listFiles: () => [],
  })
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
  return Buffer.from(bytes)
}

/** A source file that holds the bytes in base64. */
export const wasmSource = (name, bytes) => {
  const lines = bytes.toString('base64').match(/.{1,110}/g)
  return [
    '/** The compiled kernels of assembly/ in base64: made by assembly/build.mjs, do not edit. */',
    `export const ${name} =`,
    ...lines.map((line, i) => `  '${line}'${i < lines.length - 1 ? ' +' : ''}`),
    '',
  ].join('\n')
}
