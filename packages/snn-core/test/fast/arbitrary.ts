import fc from 'fast-check'
import type { Network, NeuronConfig, Samples } from '../../src/api'
import { parseNetwork } from '../../src/network'
import { defaultNeuron } from '../../src/neuron'
import { rng } from '../../src/rng'

/** Networks with every rule of the notation, channel counts on both sides of the kernels' blocks included. */
export const fastNetworks: fc.Arbitrary<Network> = fc
  .record({
    C: fc.integer({ min: 1, max: 3 }),
    H: fc.integer({ min: 3, max: 9 }),
    W: fc.integer({ min: 3, max: 9 }),
    T: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.constant(12)),
    encoding: fc.boolean(),
    convs: fc.array(
      fc.record({
        K: fc.constantFrom(1, 3, 4, 6, 8, 12, 16, 21, 24, 32, 37, 60),
        kernel: fc.constantFrom(1, 2, 3, 3, 5),
        stride: fc.constantFrom(1, 1, 2, 3),
        padding: fc.option(fc.integer({ min: 0, max: 3 })),
        current: fc.constantFrom(1, 1, 2, 3),
        spikes: fc.constantFrom(1, 1, 2),
      }),
      { maxLength: 3 },
    ),
    fcs: fc.array(fc.constantFrom(1, 3, 8, 10, 33, 64, 70), { minLength: 1, maxLength: 3 }),
  })
  .map(({ C, H, W, T, encoding, convs, fcs }) => {
    // kernels and pools that do not fit the map are made to fit
    const terms: string[] = []
    let [h, w] = [H, W]
    const mark = () => (encoding && terms.length === 0 ? '(Encoding)' : '')
    for (const conv of convs) {
      const padding = conv.padding ?? Math.floor(conv.kernel / 2)
      const kernel = Math.min(conv.kernel, h + 2 * padding, w + 2 * padding)
      terms.push(`${conv.K}C${kernel}S${conv.stride}P${padding}${mark()}`)
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

/** Neurons the fast backend supports: both resets, attached and not, windows that hold 0 included. */
export const fastNeurons: fc.Arbitrary<NeuronConfig> = fc
  .record({
    leak: fc.constantFrom(0, 0.3, 0.5, 1),
    fireThreshold: fc.constantFrom(1, 0.7, 0, -0.25),
    gradWindow: fc.constantFrom([0.5, 1.5], [-1, 1], [0, 3]) as fc.Arbitrary<[number, number]>,
    height: fc.constantFrom(1, 0.4),
    reset: fc.constantFrom('zero', 'subtract') as fc.Arbitrary<'zero' | 'subtract'>,
    detachReset: fc.boolean(),
  })
  .map(({ height, ...rest }) => ({ ...defaultNeuron, ...rest, surrogate: { kind: 'rectangular', height } }))

/** Samples a network can read, of a density (0 and 1 included). */
export const samplesFor = (network: Network, count: number, seed: number, density: number): Samples => {
  const { next, below } = rng(seed)
  const { input, T, layers, classes } = network
  const pixels = layers[0].encoding || seed % 3 === 0
  const length = count * input.C * input.H * input.W * (pixels ? 1 : T)
  return {
    name: 'random',
    origin: `test, seed ${seed}`,
    synthetic: true,
    kind: pixels ? 'pixels' : 'spikes',
    count,
    classes: Math.min(classes, 256),
    shape: input,
    T: pixels ? 1 : T,
    data: Uint8Array.from({ length }, () => (next() < density ? (pixels ? 1 + below(255) : 1) : 0)),
    labels: Uint8Array.from({ length: count }, () => below(Math.min(classes, 256))),
  }
}

/** Weights large enough that neurons fire, some exactly 0. */
export const weightsFor = (n: number, seed: number, scale: number): Float32Array => {
  const { normal, next } = rng(seed)
  return Float32Array.from({ length: n }, () => (next() < 0.05 ? 0 : normal() * scale))
}
