import { type WasmKernels, type WasmMemory, wasmKernels } from '@h2learn/hw'
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
export type BackwardMemory = WasmMemory

/** One instance of the kernels with its linear memory. */
export type BackwardKernels = WasmKernels<BackwardKernelCalls>

/** A new instance, or undefined where there is no WebAssembly with SIMD. */
export const createBackwardKernels = (): BackwardKernels | undefined =>
  wasmKernels<BackwardKernelCalls>(BACKWARD_KERNELS_BASE64, 'the Backward Engine')

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
