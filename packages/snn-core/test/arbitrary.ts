import fc from 'fast-check'
import type { LayerInput, Network, Precision } from '../src/api'
import { parseNetwork } from '../src/network'
import { rng } from '../src/rng'
import { packBits, tensor } from '../src/tensor'

export const precisions: readonly Precision[] = ['f64', 'f32', 'f16']

/** Small random networks as text with their input size, every rule of the notation included. */
export const networks = (encoding: fc.Arbitrary<boolean> = fc.boolean()): fc.Arbitrary<Network> =>
  fc
    .record({
      C: fc.integer({ min: 1, max: 3 }),
      H: fc.integer({ min: 3, max: 7 }),
      W: fc.integer({ min: 3, max: 7 }),
      T: fc.integer({ min: 1, max: 4 }),
      encoding,
      inputPool: fc.integer({ min: 1, max: 2 }),
      convs: fc.array(
        fc.record({
          K: fc.integer({ min: 1, max: 4 }),
          kernel: fc.integer({ min: 1, max: 4 }),
          stride: fc.integer({ min: 1, max: 3 }),
          padding: fc.option(fc.integer({ min: 0, max: 4 })),
          current: fc.integer({ min: 1, max: 3 }),
          spikes: fc.integer({ min: 1, max: 2 }),
        }),
        { maxLength: 2 },
      ),
      fcs: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 2 }),
    })
    .map(({ C, H, W, T, encoding, inputPool, convs, fcs }) => {
      // kernels and pools that do not fit the map are made to fit
      const terms: string[] = inputPool > 1 ? [`AP${inputPool}(spikes)`] : []
      let [h, w] = [Math.floor(H / inputPool), Math.floor(W / inputPool)]
      const mark = () => (encoding && terms.every((term) => term.startsWith('AP')) ? '(Encoding)' : '')
      for (const conv of convs) {
        const padding = conv.padding ?? Math.floor(conv.kernel / 2)
        const kernel = Math.min(conv.kernel, h + 2 * padding, w + 2 * padding)
        const explicit = padding === Math.floor(kernel / 2) ? '' : `P${padding}`
        terms.push(`${conv.K}C${kernel}${conv.stride === 1 ? '' : `S${conv.stride}`}${explicit}${mark()}`)
        h = Math.floor((h + 2 * padding - kernel) / conv.stride) + 1
        w = Math.floor((w + 2 * padding - kernel) / conv.stride) + 1
        for (const [pool, suffix] of [
          [conv.current, ''],
          [conv.spikes, '(spikes)'],
        ] as const)
          if (pool > 1 && pool <= Math.min(h, w)) {
            terms.push(`AP${pool}${suffix}`)
            h = Math.floor(h / pool)
            w = Math.floor(w / pool)
          }
      }
      for (const K of fcs) terms.push(`${K}FC${mark()}`)
      return parseNetwork(terms.join('-'), { input: { C, H, W }, T })
    })

/** Random samples for a network: pixels for an encoding layer, else spikes of a density. */
export const randomInput = (network: Network, B: number, seed: number, density: number): LayerInput => {
  const { C, H, W } = network.input
  const { next, below } = rng(seed)
  if (network.layers[0].encoding) {
    const data = Uint8Array.from({ length: B * C * H * W }, () => (next() < density ? below(256) : 0))
    return { kind: 'pixels', data: tensor('BCHW', 'u8', { B, C, H, W }, data) }
  }
  const { T } = network
  const bits = Uint8Array.from({ length: T * B * C * H * W }, () => Number(next() < density))
  return { kind: 'spikes', data: tensor('TBCHW', 'bit', { T, B, C, H, W }, packBits(bits)) }
}

/** 0 and 1 included. */
export const densities = fc.constantFrom(0, 0.1, 0.5, 1)
export const seeds = fc.integer({ min: 0, max: 1e6 })
