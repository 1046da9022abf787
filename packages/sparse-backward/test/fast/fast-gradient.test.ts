import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { backwardConfig } from '../../src/config'
import { backwardKernels, createBackwardKernels } from '../../src/fast/backward-kernels'
import { fastDenseGradient, fastSpatialGradient } from '../../src/fast/fast-gradient'
import { convGeometry } from '../../src/geometry'
import { outputMap } from '../../src/masks'
import { denseGradient, spatialGradient } from '../../src/spatial-gradient'
import { type LayerPass, randomPass } from '../random-pass'

const kernels = backwardKernels()!
const bits = (values: Float32Array) => Buffer.from(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
const density = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true }))

describe('the compiled kernels of the Backward Engine', () => {
  it('are what the compiler makes of assembly/', async () => {
    const build = new URL('../../assembly/build.mjs', import.meta.url).href
    const { compileKernels, kernelsSource } = (await import(/* @vite-ignore */ build)) as {
      compileKernels: () => Promise<Uint8Array>
      kernelsSource: (bytes: Uint8Array) => string
    }
    const file = fileURLToPath(new URL('../../src/fast/backward-kernels.wasm.ts', import.meta.url))
    expect(readFileSync(file, 'utf8')).toBe(kernelsSource(await compileKernels()))
  })

  it('are not there without WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined)
    expect(createBackwardKernels()).toBeUndefined()
    vi.unstubAllGlobals()
  })
})

/** Both ways to the spatial term of a pass; ∇u scaled into the range where products underflow. */
const both = (pass: LayerPass, rows: number) => {
  const { layer, target, gradU, weights, T, B } = pass
  const config = backwardConfig({ rows, tile: 5 })
  if (layer.kind === 'fc')
    return {
      fast: fastDenseGradient(kernels, config, layer, weights, gradU.data, T * B),
      plain: denseGradient(config, layer, weights, gradU.data, T * B),
    }
  const geometry = convGeometry(layer, target.layer)
  const open = new Uint8Array(layer.C * layer.H * layer.W)
  const openOf = (map: number) => {
    outputMap(geometry, target.spikeGradMask, map, open)
    return open
  }
  return {
    fast: fastSpatialGradient(kernels, config, geometry, weights, gradU.data, T * B, openOf),
    plain: spatialGradient(config, 'both', geometry, weights, gradU.data, T * B, openOf),
  }
}

describe('gradients on the kernels', () => {
  it('are those of the plain functions bit for bit: any kernel, stride, pooling, rows, and products that underflow', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          '3C3-5C3',
          '37C3-19C3',
          '2C3-3C3S2',
          '3C3-4C5',
          '2C3-5C1',
          '2C3-3C3-AP2',
          '3C3-AP2(spikes)-3C3',
          '2C3-3C3S3',
          '3C3-9FC',
          '40FC-21FC',
        ),
        fc.integer({ min: 1, max: 17 }),
        fc.constantFrom(0, 8, 12),
        density,
        density,
        fc.nat(1e6),
        (net, rows, halvings, inputDensity, outputDensity, seed) => {
          const input = { C: 1, H: 9, W: 7 }
          const pass = randomPass({ net, input, T: 2, B: 2, seed, inputDensity, outputDensity, integers: false })
          // a smaller exponent: the pattern of a normal number moves by 1024 a halving, small ones become subnormal
          const { data } = pass.gradU
          for (let i = 0; i < data.length; i++)
            data[i] = (data[i] & 0x8000) | Math.max(0, (data[i] & 0x7fff) - 1024 * halvings)
          const { fast, plain } = both(pass, rows)
          expect(bits(fast!).equals(bits(plain))).toBe(true)
        },
      ),
      { numRuns: 80 },
    )
  })

  it('are left to the plain functions where FP16 could overflow or a value is not finite', () => {
    for (const net of ['3C3-5C3', '3C3-9FC']) {
      const pass = randomPass({ net, inputDensity: 1 })
      pass.weights.data.fill(0x7bff) // 65504
      expect(both(pass, 16).fast).toBeUndefined()
      const broken = randomPass({ net, inputDensity: 1 })
      broken.gradU.data[0] = 0x7e00
      expect(both(broken, 16).fast).toBeUndefined()
    }
  })
})
