import { setFlagsFromString } from 'node:v8'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { createKernels, loadFusedKernels } from '../../src/fast/kernels'
import { trainNetwork } from '../../src/trainer'
import { trainingConfig } from '../../src/training-config'
import { bitsOf, toyRun } from '../toy'

/** Node 20 has relaxed SIMD behind a flag, later ones have it at once. */
const enableRelaxedSimd = () => {
  if (Number(process.versions.node.split('.')[0]) < 22) setFlagsFromString('--experimental-wasm-relaxed-simd')
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

describe("backend 'fused'", () => {
  beforeAll(enableRelaxedSimd)

  it('rounds a product and the sum it goes into together, or each, as the hardware does', async () => {
    expect(await loadFusedKernels()).toBe(true)
    const sum = (fused: boolean) => {
      const { run, views } = createKernels(65536, { fused })!
      const [row, list, value, count, out] = [1024, 2048, 3072, 4096, 5120]
      const x = 1 + 2 ** -12
      views.f32.fill(x, row / 4, row / 4 + 4)
      views.f32[value / 4] = x
      views.u32[count / 4] = 1
      views.f32.fill(-1, out / 4, out / 4 + 4)
      run.sumRows(4, row, list, value, count, 1, out, 16, 1, 0)
      return [...views.f32.subarray(out / 4, out / 4 + 4)]
    }
    // (1 + 2^-12)² = 1 + 2^-11 + 2^-24: float32 drops the last term of the product, a fused sum keeps it
    const separate = 2 ** -11
    expect(sum(false)).toEqual(Array(4).fill(separate))
    expect([separate, separate + 2 ** -24]).toContain(sum(true)[0])
    expect(new Set(sum(true)).size).toBe(1)
  })

  it('learns what folded learns up to rounding', async () => {
    expect(await loadFusedKernels()).toBe(true)
    const text = '4C3S2(Encoding)-6C2P0-AP2-2FC'
    const [fused, folded] = await Promise.all(
      (['fused', 'folded'] as const).map((backend) => trainNetwork(toyRun({ epochs: 2, backend }, 44, text))),
    )
    const far = Math.max(...Array.from(fused.state.weights, (w, i) => Math.abs(w - folded.state.weights[i])))
    expect(far).toBeLessThanOrEqual(1e-3)
    expect(fused.state.weights.some((w, i) => w !== toyRun({}, 44, text).state.weights[i])).toBe(true)
  })

  it('is folded where the runtime has no relaxed SIMD, and fast in FP16', async () => {
    const real = (globalThis as unknown as { WebAssembly: object }).WebAssembly
    vi.stubGlobal('WebAssembly', Object.create(real, { validate: { value: () => false } }))
    vi.resetModules()
    const kernels = await import('../../src/fast/kernels')
    const trainer = await import('../../src/trainer')
    expect(await kernels.loadFusedKernels()).toBe(false)
    const [fused, folded] = await Promise.all(
      (['fused', 'folded'] as const).map((backend) => trainer.trainNetwork(toyRun({ epochs: 1, backend }))),
    )
    expect(bitsOf(fused.state.weights)).toEqual(bitsOf(folded.state.weights))
    expect(trainingConfig({ backend: 'fused', precision: 'f16' }).backend).toBe('fast')
  })
})
