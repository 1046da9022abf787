import { KERNELS_BASE64 } from './kernels.wasm'

type Address = number

/** What the compiled kernels of `assembly/` export; every argument is a number, addresses are bytes. */
export interface KernelCalls {
  readonly sumRows: (
    width: number,
    rows: Address,
    lists: Address,
    values: Address,
    counts: Address,
    cap: number,
    out: Address,
    stride: number,
    n: number,
    skip: Address,
  ) => void
  readonly listSpikes: (...args: number[]) => number
  readonly listLevels: (...args: number[]) => number
  readonly listGradients: (...args: number[]) => number
  readonly listGradientPlaces: (...args: number[]) => number
  readonly transposePlanes: (...args: number[]) => void
  readonly unpackRows: (from: Address, width: number, rows: number, lanes: number, to: Address) => void
  readonly expandBits: (...args: number[]) => void
  readonly expandLevels: (...args: number[]) => void
  readonly listPlaces: (...args: number[]) => number
  readonly listLevelPlaces: (...args: number[]) => number
  readonly integrate: (...args: number[]) => void
  readonly potentialGradients: (...args: number[]) => void
  readonly transposeBits: (...args: number[]) => void
  readonly copyBits: (source: Address, from: number, n: number, target: Address) => void
  readonly poolCurrents: (...args: number[]) => void
  readonly divideAll: (values: Address, bytes: number, divisor: number) => void
  readonly sumOverTime: (...args: number[]) => void
  readonly poolBits: (...args: number[]) => void
  readonly spreadGradients: (...args: number[]) => void
}

/** One instance of the kernels with its linear memory and views on all of it. */
export interface Kernels {
  readonly run: KernelCalls
  /** Makes the memory at least so large; views taken before are then no longer valid. @returns false when it cannot */
  readonly reserve: (bytes: number) => boolean
  readonly views: () => { readonly f32: Float32Array; readonly u32: Uint32Array; readonly u8: Uint8Array }
}

interface MemoryLike {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}
interface WebAssemblyLike {
  readonly Memory: new (size: { initial: number; maximum: number }) => MemoryLike
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

const PAGE = 65536
/** Addresses have 32 bits; a little is left out so that no end of a region overflows. */
export const MEMORY_LIMIT = 4 * 2 ** 30 - 16 * PAGE

const decodeBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

/** A new instance, or undefined where there is no WebAssembly with SIMD. */
export const createKernels = (): Kernels | undefined => {
  const wasm = (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly
  if (!wasm) return undefined
  try {
    const memory = new wasm.Memory({ initial: 1, maximum: 65536 })
    const module = new wasm.Module(decodeBase64(KERNELS_BASE64))
    const abort = () => {
      throw new Error('a kernel of the fast backend aborted')
    }
    const { exports } = new wasm.Instance(module, { env: { memory, abort } })
    return {
      run: exports as KernelCalls,
      reserve: (bytes) => {
        const missing = bytes - memory.buffer.byteLength
        if (missing <= 0) return true
        if (bytes > MEMORY_LIMIT) return false
        try {
          memory.grow(Math.ceil(missing / PAGE))
          return true
        } catch {
          return false
        }
      },
      views: () => ({
        f32: new Float32Array(memory.buffer),
        u32: new Uint32Array(memory.buffer),
        u8: new Uint8Array(memory.buffer),
      }),
    }
  } catch {
    // an engine without SIMD refuses the module; the reference does the same work
    return undefined
  }
}

let shared: Kernels | undefined | null = null

/** The instance of this thread. */
export const fastKernels = (): Kernels | undefined => {
  if (shared === null) shared = createKernels()
  return shared
}
