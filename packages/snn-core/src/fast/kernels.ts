import { KERNELS_F32_BASE64 } from './kernels.wasm'
import { KERNELS_F16_BASE64 } from './kernels-f16.wasm'

/** Precisions there are kernels for. */
export type FastPrecision = 'f32' | 'f16'

type Address = number

/** What the compiled kernels of `assembly/` export; every argument is a number, addresses are bytes. */
export interface KernelCalls {
  readonly clear: (at: Address, bytes: number) => void
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
  readonly dotOpen: (...args: number[]) => number
  readonly listLevels: (...args: number[]) => number
  readonly listGradients: (...args: number[]) => number
  readonly listWindows: (...args: number[]) => number
  readonly listAtPlaces: (...args: number[]) => void
  readonly joinLists: (...args: number[]) => number
  readonly transposePlanes: (...args: number[]) => void
  readonly unpackRows: (...args: number[]) => void
  readonly foldTaps: (...args: number[]) => void
  readonly unfoldTaps: (...args: number[]) => void
  readonly largest: (values: Address, bytes: number) => number
  readonly updateSgd: (w: Address, g: Address, bytes: number, rate: number) => void
  readonly updateMomentum: (w: Address, g: Address, v: Address, bytes: number, rate: number, momentum: number) => void
  readonly updateAdam: (...args: number[]) => void
  readonly expandBits: (...args: number[]) => void
  readonly expandLevels: (...args: number[]) => void
  readonly listPlaces: (...args: number[]) => number
  readonly listLevelPlaces: (...args: number[]) => number
  readonly integrate: (...args: number[]) => void
  readonly potentialGradients: (...args: number[]) => void
  readonly transposeBits: (...args: number[]) => void
  readonly gatherBits: (words: Address, maps: number, width: number, to: Address, toStride: number) => void
  readonly listBits: (...args: number[]) => number
  readonly transposeMaps: (...args: number[]) => void
  readonly listByMap: (...args: number[]) => number
  readonly listByOutput: (...args: number[]) => number
  readonly copyPanels: (
    from: Address,
    fromRow: number,
    rows: number,
    panels: number,
    to: Address,
    toBlock: number,
  ) => void
  readonly valuesOfBits: (...args: number[]) => void
  readonly valuesOfBytes: (...args: number[]) => void
  readonly sumProducts: (...args: number[]) => void
  readonly packBytes: (bytes: Address, maps: number, places: number, target: Address) => void
  readonly poolCurrents: (...args: number[]) => void
  readonly divideAll: (values: Address, bytes: number, divisor: number) => void
  readonly sumOverTime: (...args: number[]) => void
  readonly poolBits: (...args: number[]) => void
  readonly spreadGradients: (...args: number[]) => void
}

/** One instance of the kernels on a linear memory that never grows, so that views on it stay valid. */
export interface Kernels {
  /** The kernels that round to float32. */
  readonly run: KernelCalls
  /** The same kernels on the same memory, rounding to this precision. */
  readonly runAs: (precision: FastPrecision) => KernelCalls
  readonly memory: MemoryLike
  readonly views: { readonly f32: Float32Array; readonly u32: Uint32Array; readonly u8: Uint8Array }
}

export interface MemoryLike {
  readonly buffer: ArrayBuffer
}
interface WebAssemblyLike {
  readonly Memory: new (size: { initial: number; maximum: number; shared?: boolean }) => MemoryLike
  readonly Module: new (bytes: Uint8Array) => object
  readonly validate: (bytes: Uint8Array) => boolean
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
}

const PAGE = 65536
/** Addresses have 32 bits; a little is left out so that no end of a region overflows. */
export const MEMORY_LIMIT = 4 * 2 ** 30 - 16 * PAGE

const runtime = () => (globalThis as { readonly WebAssembly?: WebAssemblyLike }).WebAssembly

const decodeBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (c) => c.charCodeAt(0))

/** "memory", kind memory: the import that the limits follow, of which bit 1 says that threads share it. */
const IMPORT = [...'\u0006memory\u0002'].map((c) => c.charCodeAt(0))

/** The same code for a memory that threads share. */
const sharing = (bytes: Uint8Array): Uint8Array => {
  const at = bytes.findIndex((_, i) => IMPORT.every((byte, j) => bytes[i + j] === byte)) + IMPORT.length
  const own = bytes.slice()
  own[at] |= 2
  return own
}

const code: { readonly f32: string; readonly f16: string; fused: string | undefined } = {
  f32: KERNELS_F32_BASE64,
  f16: KERNELS_F16_BASE64,
  fused: undefined,
}
const modules = new Map<string, object>()

const moduleOf = (wasm: WebAssemblyLike, name: keyof typeof code, shared: boolean): object => {
  const key = `${name} ${shared}`
  let module = modules.get(key)
  if (!module) {
    const bytes = decodeBase64(code[name]!)
    module = new wasm.Module(shared ? sharing(bytes) : bytes)
    modules.set(key, module)
  }
  return module
}

/** Whether this runtime has WebAssembly with SIMD. */
export const hasKernels = (): boolean => {
  const wasm = runtime()
  if (!wasm) return false
  try {
    moduleOf(wasm, 'f32', false)
    return true
  } catch {
    // an engine without SIMD refuses the module; the reference does the same work
    return false
  }
}

let fusedKernels: Promise<boolean> | undefined

const loadFused = async (): Promise<boolean> => {
  const { KERNELS_FUSED_BASE64 } = await import('./kernels-fused.wasm')
  if (runtime()?.validate(decodeBase64(KERNELS_FUSED_BASE64))) code.fused = KERNELS_FUSED_BASE64
  return code.fused !== undefined
}

/**
 * Loads the kernels of backend 'fused', once; a training run does so by itself.
 * @returns false where the runtime has no relaxed SIMD: 'fused' is 'folded' there
 */
export const loadFusedKernels = (): Promise<boolean> => {
  fusedKernels ??= loadFused()
  return fusedKernels
}

/** Linear memory of at least so many bytes that threads share, or undefined where there is none. */
export const sharedMemory = (bytes: number): MemoryLike | undefined => {
  const wasm = runtime()
  const pages = Math.ceil(bytes / PAGE)
  try {
    if (!wasm || bytes > MEMORY_LIMIT) return undefined
    return new wasm.Memory({ initial: pages, maximum: pages, shared: true })
  } catch {
    return undefined
  }
}

/**
 * A new instance on memory of at least so many bytes, or undefined where there is no WebAssembly with SIMD or no room.
 * @param options.shared memory of a team of threads, in place of memory of its own
 * @param options.fused fused multiply-adds, if they have been loaded
 */
export const createKernels = (
  bytes: number,
  { shared, fused = false }: { readonly shared?: MemoryLike; readonly fused?: boolean } = {},
): Kernels | undefined => {
  const wasm = runtime()
  if (!wasm || bytes > MEMORY_LIMIT || !hasKernels()) return undefined
  const pages = Math.max(1, Math.ceil(bytes / PAGE))
  try {
    const memory = shared ?? new wasm.Memory({ initial: pages, maximum: pages })
    const abort = () => {
      throw new Error('a kernel of the fast backend aborted')
    }
    const instantiate = (name: keyof typeof code) => {
      const module = moduleOf(wasm, name, shared !== undefined)
      return new wasm.Instance(module, { env: { memory, abort } }).exports as unknown as KernelCalls
    }
    const plain = instantiate('f32')
    // the other modules have only what they compute in another way
    const run = fused && code.fused !== undefined ? { ...plain, ...instantiate('fused') } : plain
    let half: KernelCalls | undefined
    const { buffer } = memory
    return {
      run,
      runAs: (precision) => {
        if (precision === 'f32') return run
        half ??= { ...plain, ...instantiate('f16') }
        return half
      },
      memory,
      views: { f32: new Float32Array(buffer), u32: new Uint32Array(buffer), u8: new Uint8Array(buffer) },
    }
  } catch {
    return undefined
  }
}
