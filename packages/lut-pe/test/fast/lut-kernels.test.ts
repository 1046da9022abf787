import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { f16Decode, f16Encode, f16Round, parseNetwork, rng } from '@h2learn/snn-core'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { levelPlanes, pixelPlanes, spikePlane } from '../../src/bit-planes'
import { forwardEngineConfig } from '../../src/config'
import { fastConnect, fastConvolve, staysFinite } from '../../src/fast/fast-forward'
import { createLutKernels, lutKernels } from '../../src/fast/lut-kernels'
import { exactScales } from '../../src/fast/table-sums'
import { connect, convolve, type SpatialSum } from '../../src/forward-function'
import { lutPartialSums } from '../../src/partial-sums'

const kernels = lutKernels()!
const bits = (values: Float32Array) => Buffer.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))

describe('the compiled kernels of the LUT engines', () => {
  it('are what the compiler makes of assembly/', async () => {
    const build = new URL('../../assembly/build.mjs', import.meta.url).href
    const { compileKernels, kernelsSource } = (await import(/* @vite-ignore */ build)) as {
      compileKernels: () => Promise<Uint8Array>
      kernelsSource: (bytes: Uint8Array) => string
    }
    const file = fileURLToPath(new URL('../../src/fast/lut-kernels.wasm.ts', import.meta.url))
    expect(readFileSync(file, 'utf8')).toBe(kernelsSource(await compileKernels()))
  })

  it('are not there without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined)
    expect(createLutKernels()).toBeUndefined()
    vi.unstubAllGlobals()
  })

  /** Every operand on its own against a strided set of all others, both operations, as the kernels round them. */
  it('round sums and products of binary16 values as f16Round does, subnormals and ties included', () => {
    const finite = Array.from({ length: 65536 }, (_, i) => i).filter((i) => (i & 0x7c00) !== 0x7c00)
    const values = f16Decode(Uint16Array.from(finite))
    const n = 4 * Math.floor(values.length / 4)
    const memory = kernels.memory(1 << 20)!
    const [a, b, out] = [1024, 1024 + 4 * n, 1024 + 8 * n]
    memory.f32.set(values.subarray(0, n), a / 4)
    const { next } = rng(1)
    for (let round = 0; round < 40; round++) {
      // the same value for all, then neighbours in magnitude, then anything
      const other = values[Math.floor(next() * n)]!
      for (let i = 0; i < n; i++) {
        const near = values[Math.floor(next() * n)]! * 0.001
        memory.f32[b / 4 + i] = round < 20 ? other : round < 30 ? f16Round(values[i]! * next()) : f16Round(near)
      }
      for (const [call, exact] of [
        [kernels.run.sumRounded, (x: number, y: number) => x + y],
        [kernels.run.multiplyRounded, (x: number, y: number) => x * y],
      ] as const) {
        call(out, a, b, 4 * n)
        let wrong = -1
        for (let i = 0; i < n && wrong < 0; i++) {
          const want = f16Round(exact(memory.f32[a / 4 + i]!, memory.f32[b / 4 + i]!))
          // values that overflow are kept from the kernels; −0 and +0 are one
          if (Number.isFinite(want) && memory.f32[out / 4 + i]! !== want) wrong = i
        }
        expect(wrong, `operands ${memory.f32[a / 4 + wrong]} and ${memory.f32[b / 4 + wrong]}`).toBe(-1)
      }
    }
  })
})

const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))

const jobOf = (net: string, kind: 'spikes' | 'levels' | 'pixels', share: number, seed: number) => {
  const T = 3
  const layer = parseNetwork(net, { input: { C: 3, H: 9, W: 7 }, T }).layers[0]!
  const { next, normal, below } = rng(seed)
  const V = kind === 'pixels' ? 2 : 2 * T
  const top = { spikes: 2, levels: 5, pixels: 256 }[kind]
  const each = layer.kind === 'fc' ? layer.C * layer.R * layer.S : layer.C * layer.H * layer.W
  const job: SpatialSum = {
    layer,
    V,
    data: Uint8Array.from({ length: V * each }, () => (next() < share ? 1 + below(top - 1) : 0)),
    planes: { spikes: spikePlane, levels: levelPlanes(4), pixels: pixelPlanes }[kind],
    weights: f16Decode(
      f16Encode(Float64Array.from({ length: layer.K * layer.C * layer.R * layer.S }, () => normal() * 2 ** -below(18))),
    ),
  }
  return job
}

describe('sums on the kernels', () => {
  it('are those of the plain functions bit for bit, for any kernel, stride, split of sub-LUTs and kind of input', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('5C3', '33C3', '4C1', '6C5S2', '2C7', '37C3S3', '3C3P0', '5FC', '70FC'),
        fc.constantFrom('spikes' as const, 'levels' as const, 'pixels' as const),
        fc.record({
          rows: fc.integer({ min: 1, max: 4 }),
          subLutInputs: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
        }),
        density,
        fc.nat(1e6),
        (net, kind, given, share, seed) => {
          const config = forwardEngineConfig(given)
          const job = jobOf(net, kind, share, seed)
          const fast = (job.layer.kind === 'fc' ? fastConnect : fastConvolve)(kernels, config, job)!
          const plain = job.layer.kind === 'fc' ? connect(config, job) : convolve(config, lutPartialSums, job)
          expect(bits(fast).equals(bits(plain))).toBe(true)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('are refused where FP16 could overflow, a factor is no power of two, or a weight is not finite', () => {
    const config = forwardEngineConfig()
    // 27 or 189 weights of 3000 add up to more than 65504
    const large = (net: string) => {
      const job = jobOf(net, 'spikes', 0.5, 1)
      return { ...job, weights: job.weights.fill(3000) }
    }
    expect(fastConvolve(kernels, config, large('5C3'))).toBeUndefined()
    expect(fastConnect(kernels, config, large('5FC'))).toBeUndefined()
    const broken = jobOf('5C3', 'spikes', 0.5, 1)
    broken.weights[0] = Number.NaN
    expect(fastConvolve(kernels, config, broken)).toBeUndefined()
    const ninths = { ...jobOf('5C3', 'levels', 0.5, 1), planes: levelPlanes(9) }
    expect(fastConvolve(kernels, config, ninths)).toBeUndefined()
    expect(exactScales([0.25, 0.5, 1])).toBe(true)
    expect(staysFinite(60000, 10)).toBe(true)
    expect(staysFinite(60000, 1000)).toBe(false)
    expect(staysFinite(Number.POSITIVE_INFINITY, 1)).toBe(false)
  })
})
