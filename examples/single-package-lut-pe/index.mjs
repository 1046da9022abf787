// @ts-check
import { adderForwardEngine, forwardEngine } from '@h2learn/lut-pe'
import { defaultNeuron, f16Encode, packBits, parseNetwork, rng, tensor } from '@h2learn/snn-core'

const [T, B] = [4, 2]
const [, layer] = parseNetwork('64C3-16C3', { input: { C: 2, H: 8, W: 8 }, T }).layers
const { next, normal } = rng(1)
const fill = (/** @type {number} */ n, /** @type {() => number} */ value) => Float32Array.from({ length: n }, value)
const weights = tensor('KCRS', 'f16', { K: 16, C: 64, R: 3, S: 3 }, f16Encode(fill(16 * 64 * 9, () => 0.1 * normal())))

const [lut, adders] = [forwardEngine(), adderForwardEngine()]
for (const density of [0, 0.05, 0.2, 1]) {
  const bits = packBits(fill(T * B * 64 * 64, () => (next() < density ? 1 : 0)))
  const input = /** @type {const} */ ({
    kind: 'spikes',
    data: tensor('TBCHW', 'bit', { T, B, C: 64, H: 8, W: 8 }, bits),
  })
  const job = { layer, T, B, input, weights, neuron: defaultNeuron }
  const [spikes, same] = [lut, adders].map((engine) => engine.run(job).spikes.data)
  const equal = spikes.every((word, i) => word === same[i])
  const work = lut.measure({ ...job, spikeGradMask: lut.run(job).spikeGradMask })
  const { latency } = lut.time(work)
  console.log(
    `density ${density}: ${latency} cycles, ${lut.count(work)['subLut.read:8']} lookups, bits equal to the adder engine: ${equal}`,
  )
}
console.log(`adders: ${lut.parts['acc.adder']} with tables, ${adders.parts['acc.adder']} without`)
