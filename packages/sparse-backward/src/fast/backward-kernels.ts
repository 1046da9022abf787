import { BACKWARD_KERNELS_BASE64 } from './backward-kernels.wasm'

/** What the compiled kernels of `assembly/` export; every argument is a number, addresses are bytes. */
export interface BackwardKernelCalls {
  readonly buildIssues: (...args: number[]) => number
  readonly runIssues: (...args: number[]) => void
  readonly sumRows: (...args: number[]) => void
  readonly packLists: (...args: number[]) => number
  readonly countCycles: (...args: number[]) => void
}

/** Views on all of the kernels' memory. */
export interface BackwardMemory {
  readonly f32: Float32Array
  readonly u32: Uint32Array
  readonly i32: Int32Array
  readonly u8: Uint8Array
}

/** One instance of the kernels with its linear memory. */
export interface BackwardKernels {
  readonly run: BackwardKernelCalls
  /** Memory of at least so many bytes, its contents undefined; undefined when there is not so much. */
  readonly memory: (bytes: number) => BackwardMemory | undefined
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

/** A new instance, or undefined where there is no WebAssembly with SIMD. */
export const createBackwardKernels = (): BackwardKernels | undefined => {
  const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly
  if (!wasm) return undefined
  try {
    const memory = new wasm.Memory({ initial: 1, maximum: 65536 })
    const code = Uint8Array.from(atob(BACKWARD_KERNELS_BASE64), (c) => c.charCodeAt(0))
    const abort = () => {
      throw new Error('a kernel of the Backward Engine aborted')
    }
    const { exports } = new wasm.Instance(new wasm.Module(code), { env: { memory, abort } })
    return {
      run: exports as BackwardKernelCalls,
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
    // a runtime without SIMD refuses the module; the plain functions do the same work
    return undefined
  }
}

let shared: BackwardKernels | undefined | null = null

/** The instance of this thread. */
export const backwardKernels = (): BackwardKernels | undefined => {
  if (shared === null) shared = createBackwardKernels()
  return shared
}

/** Lays regions out one behind the other, each at a multiple of 64 bytes. */
export const regions = () => {
  let size = 1024
  return {
    place: (bytes: number): number => {
      const at = size
      size += 64 * Math.ceil(bytes / 64)
      return at
    },
    size: () => size,
  }
}
