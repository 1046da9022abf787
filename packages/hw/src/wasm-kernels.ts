/** Views on all of the kernels' memory. */
export interface WasmMemory {
  readonly f32: Float32Array
  readonly u32: Uint32Array
  readonly i32: Int32Array
  readonly u8: Uint8Array
}

/** One instance of compiled kernels with its linear memory. */
export interface WasmKernels<Calls> {
  readonly run: Calls
  /** Memory of at least so many bytes, its contents undefined; undefined when there is not so much. */
  readonly memory: (bytes: number) => WasmMemory | undefined
}

interface WebAssemblyLike {
  readonly Memory: new (size: {
    initial: number
    maximum: number
  }) => {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

const page = 65536
/** Addresses have 32 bits; a little is left out so that no end of a region overflows. */
const limit = 4 * 2 ** 30 - 16 * page

/**
 * A new instance of an engine's kernels (a module that imports its memory as `env.memory`), or undefined where there is
 * no WebAssembly with SIMD: the engine's plain functions do the same work then.
 * @param base64 the module's bytes
 * @param of whose kernels they are, for the message of one that aborts
 */
export const wasmKernels = <Calls extends object>(base64: string, of: string): WasmKernels<Calls> | undefined => {
  const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly
  if (!wasm) return undefined
  try {
    const memory = new wasm.Memory({ initial: 1, maximum: 65536 })
    const code = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
    const abort = () => {
      throw new Error(`a kernel of ${of} aborted`)
    }
    const { exports } = new wasm.Instance(new wasm.Module(code), { env: { memory, abort } })
    return {
      run: exports as Calls,
      memory: (bytes) => {
        if (bytes > limit) return undefined
        try {
          const missing = bytes - memory.buffer.byteLength
          if (missing > 0) memory.grow(Math.ceil(missing / page))
        } catch {
          return undefined
        }
        const { buffer } = memory
        return {
          f32: new Float32Array(buffer),
          u32: new Uint32Array(buffer),
          i32: new Int32Array(buffer),
          u8: new Uint8Array(buffer),
        }
      },
    }
  } catch {
    // a runtime without SIMD refuses the module
    return undefined
  }
}
