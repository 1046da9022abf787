import type { Network, RealArray, Samples } from '../src/api'
import { batchInput } from '../src/batches'
import { initialWeights } from '../src/init'
import { parseNetwork } from '../src/network'
import { rng } from '../src/rng'
import { startTraining } from '../src/trainer'
import { type TrainingConfig, type TrainingOptions, trainingConfig } from '../src/training-config'

/** Bright halves: class 0 is bright in the upper half of a 6×6 image, class 1 in the lower, with noise over all; others of the `classes` do not occur. */
export const halves = (count: number, seed: number, classes = 2): Samples => {
  const { below } = rng(seed)
  const labels = Uint8Array.from({ length: count }, () => below(2))
  const data = Uint8Array.from({ length: count * 36 }, (_, i) => {
    const upper = i % 36 < 18 ? 0 : 1
    return labels[(i / 36) | 0] === upper ? 120 + below(136) : below(100)
  })
  return {
    name: 'halves',
    origin: `test, seed ${seed}`,
    synthetic: true,
    kind: 'pixels',
    count,
    classes,
    shape: { C: 1, H: 6, W: 6 },
    T: 1,
    data,
    labels,
  }
}

export const toyNetwork = (text = '4C3S2(Encoding)-6C3-2FC', T = 4): Network =>
  parseNetwork(text, { input: { C: 1, H: 6, W: 6 }, T })

/** A run on the toy that is ready to train. */
export const toyRun = (options: TrainingOptions = {}, count = 44, text?: string) => {
  const network = toyNetwork(text)
  const samples = halves(count, 1, network.classes)
  const config: TrainingConfig = trainingConfig({
    batch: 20,
    seed: 3,
    optimizer: { kind: 'adam', learningRate: 0.01 },
    ...options,
  })
  const first = Uint32Array.from({ length: Math.min(count, 32) }, (_, i) => i)
  const { weights } = initialWeights(network, batchInput(samples, first, network), { seed: 2 })
  return { network, samples, config, state: startTraining(config, weights) }
}

/** The bits of numbers, for comparisons that tell −0 from 0. */
export const bitsOf = (values: RealArray): Uint8Array =>
  new Uint8Array(values.slice().buffer, 0, values.length * values.BYTES_PER_ELEMENT)
