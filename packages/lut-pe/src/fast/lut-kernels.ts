import { type WasmKernels, type WasmMemory, wasmKernels } from '@h2learn/hw'
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
export type LutMemory = WasmMemory

/** One instance of the kernels with its linear memory. */
export type LutKernels = WasmKernels<LutKernelCalls>

/** A new instance, or undefined where there is no WebAssembly with SIMD. */
export const createLutKernels = (): LutKernels | undefined =>
  wasmKernels<LutKernelCalls>(LUT_KERNELS_BASE64, 'the look-up-table engines')

let shared: LutKernels | undefined | null = null

/** The instance of this thread. */
export const lutKernels = (): LutKernels | undefined => {
  if (shared === null) shared = createLutKernels()
  return shared
}
