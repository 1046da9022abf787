// Compiles the kernels: node build.mjs writes src/fast/backward-kernels.wasm.ts, which is committed.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { compileAssembly, wasmSource } from '../../lut-pe/assembly/compile.mjs'

const here = new URL('.', import.meta.url)
/** FP16 rounding is written once, beside the look-up-table engines' kernels. */
const shared = new URL('../../lut-pe/assembly/', here)

/** The module's bytes as the compiler makes them from the sources beside this file. */
export const compileKernels = () => compileAssembly((name) => new URL(name, name === 'f16.ts' ? shared : here))
/** The source file that holds the bytes. */
export const kernelsSource = (bytes) => wasmSource('BACKWARD_KERNELS_BASE64', bytes)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compileKernels()
  writeFileSync(new URL('../src/fast/backward-kernels.wasm.ts', here), kernelsSource(bytes))
  console.log(`${bytes.length} bytes`)
}
