import { afterEach, describe, expect, it, vi } from 'vitest'
import { wasmKernels } from '../src/wasm-kernels'

// (module (import "env" "memory" (memory 1)) (func (export "five") (result i32) i32.const 5))
const text = (name: string) => [name.length, ...[...name].map((c) => c.charCodeAt(0))]
const section = (id: number, ...body: number[]) => [id, body.length, ...body]
const bytes = [
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 1, 0x60, 0, 1, 0x7f),
  ...section(2, 1, ...text('env'), ...text('memory'), 2, 0, 1),
  ...section(3, 1, 0),
  ...section(7, 1, ...text('five'), 0, 0),
  ...section(10, 1, 4, 0, 0x41, 5, 0x0b),
]
const base64 = btoa(String.fromCharCode(...bytes))

afterEach(() => vi.unstubAllGlobals())

describe('wasmKernels', () => {
  it('runs a module on memory that grows, and says where there is not so much', () => {
    const kernels = wasmKernels<{ five(): number }>(base64, 'a test')!
    expect(kernels.run.five()).toBe(5)
    const small = kernels.memory(10)!
    expect(small.u8.length).toBe(65536)
    small.f32[1] = 2.5
    const large = kernels.memory(65537)!
    expect([large.u8.length, large.f32[1]]).toEqual([131072, 2.5])
    large.u32[0] = 0xffffffff
    expect([large.i32[0], large.u8[3]]).toEqual([-1, 255])
    expect(kernels.memory(5 * 2 ** 30)).toBeUndefined()
    expect(kernels.memory(131072)!.u8.length).toBe(131072)
  })

  it('is undefined for a module that the runtime refuses, and without WebAssembly', () => {
    expect(wasmKernels(btoa('no module'), 'a test')).toBeUndefined()
    vi.stubGlobal('WebAssembly', undefined)
    expect(wasmKernels(base64, 'a test')).toBeUndefined()
  })
})
