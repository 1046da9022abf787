import { LUT_KERNELS_BASE64 } from './lut-kernels.wasm'

/** What the compiled kernels of `assembly/` export; every argument is a number, addresses are bytes. */
export interface LutKernelCalls {
  readonly fillTable: (at: number, inputs: number, count: number, list: number, shift: number, bytes: number) => void
  readonly buildPrograms: (
    outputs: number,
    n: number,
    leaves: number,
    leafCount: number,
    places: number,
    planes: number,
    scales: number,
    bytes: number,
    stack: number,
    record: number,
    end: number,
    done: number,
  ) => number
  readonly runPrograms: (record: number, end: number, region: number, sums: number, bytes: number) => void
  readonly multiplyRounded: (out: number, a: number, b: number, bytes: number) => void
  readonly sumRounded: (out: number, a: number, b: number, bytes: number) => void
}

/** Views on all of the kernels' memory. */
export interface LutMemory {
  readonly f32: Float32Array
  readonly u32: Uint32Array
  readonly i32: Int32Array
  readonly u8: Uint8Array
}

/** One instance of the kernels with its linear memory. */
export interface LutKernels {
  readonly run: LutKernelCalls
  /** Memory of at least so many bytes, its contents undefined; undefined when there is not so much. */
  readonly memory: (bytes: number) => LutMemory | undefined
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
export const createLutKernels = (): LutKernels | undefined => {
  const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly
  if (!wasm) return undefined
  try {
    const memory = new wasm.Memory({ initial: 1, maximum: 65536 })
    const code = Uint8Array.from(atob(LUT_KERNELS_BASE64), (c) => c.charCodeAt(0))
    const abort = () => {
      throw new Error('a kernel of the look-up-table engines aborted')
    }
    const { exports } = new wasm.Instance(new wasm.Module(code), { env: { memory, abort } })
    return {
      run: exports as LutKernelCalls,
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

let shared: LutKernels | undefined | null = null

/** The instance of this thread. */
export const lutKernels = (): LutKernels | undefined => {
  if (shared === null) shared = createLutKernels()
  return shared
}
