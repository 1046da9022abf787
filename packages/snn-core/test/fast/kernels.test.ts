import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createKernels } from '../../src/fast/kernels'
import { bitsOf, toyRun } from '../toy'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe('the compiled kernels', () => {
  it.each(['f32', 'f16', 'fused'] as const)('are what the compiler makes of assembly/ (%s)', async (precision) => {
    const build = new URL('../../assembly/build.mjs', import.meta.url).href
    const { MODULES, compileKernels, kernelsSource } = (await import(/* @vite-ignore */ build)) as {
      MODULES: Record<string, { file: string }>
      compileKernels: (precision: string) => Promise<Uint8Array>
      kernelsSource: (precision: string, bytes: Uint8Array) => string
    }
    const made = kernelsSource(precision, await compileKernels(precision))
    expect(readFileSync(MODULES[precision].file, 'utf8')).toBe(made)
  })
})

/** Weights after a short run with freshly loaded modules, and whether the fast backend computed it. */
const train = async () => {
  vi.resetModules()
  const { trainNetwork } = await import('../../src/trainer')
  const { fastSupports } = await import('../../src/fast/fast-shard')
  const run = toyRun({ epochs: 2 })
  const supported = fastSupports(run.network, run.config.neuron, 'f32')
  const { state } = await trainNetwork(run)
  return { supported, bits: Buffer.from(bitsOf(state.weights)).toString('hex') }
}

describe('training with the fast backend', () => {
  it('gives the same weights where the runtime refuses the kernels, as one without SIMD does', async () => {
    const fast = await train()
    expect(fast.supported).toBe(true)
    const Module = class {
      constructor() {
        throw new Error('invalid opcode')
      }
    }
    // the rest stays: the runtime itself uses it
    const real = (globalThis as unknown as { WebAssembly: object }).WebAssembly
    vi.stubGlobal('WebAssembly', Object.create(real, { Module: { value: Module } }))
    expect(await train()).toEqual({ supported: false, bits: fast.bits })
  })

  it('has no kernels without WebAssembly', () => {
    expect(createKernels(1024)).toBeDefined()
    vi.stubGlobal('WebAssembly', undefined)
    expect(createKernels(1024)).toBeUndefined()
    vi.unstubAllGlobals()
  })

  it('gives the weights of the reference, whichever the checkpoint names', async () => {
    const { trainNetwork } = await import('../../src/trainer')
    const [fast, reference] = await Promise.all(
      (['fast', 'reference'] as const).map((backend) => trainNetwork(toyRun({ epochs: 2, backend }))),
    )
    expect(bitsOf(fast.state.weights)).toEqual(bitsOf(reference.state.weights))
    expect(fast.state.history).toEqual(reference.state.history)
  })
})
