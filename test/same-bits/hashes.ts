import { digitEvents, generateColourShapes, generateDigits, gestureEvents } from '@h2learn/datasets'
import {
  batchInput,
  type GradientSource,
  initialWeights,
  parseNetwork,
  startTraining,
  type TrainingOptions,
  trainingConfig,
  trainNetwork,
} from '@h2learn/snn-core'

/** 64 bits of FNV-1a, from two offsets: any changed bit of the data shows. */
const hash = (arrays: readonly ArrayBufferView[]): string => {
  let [a, b] = [0x811c9dc5, 0x01000193]
  for (const { buffer, byteOffset, byteLength } of arrays)
    for (const byte of new Uint8Array(buffer, byteOffset, byteLength)) {
      a = Math.imul(a ^ byte, 0x01000193)
      b = Math.imul(b ^ byte, 0x85ebca6b) + 1
    }
  return [a, b].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}

/** Trainings whose every step asks for exponentials, logarithms, cosines and powers. */
export const trainings: Readonly<Record<string, TrainingOptions>> = {
  'f32 fast': {},
  'f32 reference': { backend: 'reference' },
  f64: { precision: 'f64' },
  f16: { precision: 'f16', lossScale: 64 },
}

/** Hash of weights, moments and losses after a short training. */
export const trainingHash = async (name: string, gradients?: GradientSource): Promise<string> => {
  const network = parseNetwork('4C3S2(Encoding)-6C3S2-10FC', { input: { C: 1, H: 28, W: 28 }, T: 4 })
  const samples = generateDigits({ count: 40, seed: 3 })
  const config = trainingConfig({
    ...{ batch: 20, epochs: 3, seed: 2, loss: 'count-cross-entropy', schedule: 'cosine', layerRates: 'fan-in' },
    optimizer: { kind: 'adam', learningRate: 0.02 },
    ...trainings[name],
  })
  const first = Uint32Array.from({ length: 20 }, (_, i) => i)
  const { weights } = initialWeights(network, batchInput(samples, first, network), { seed: 2 })
  const state = startTraining(config, weights)
  const { state: trained } = await trainNetwork({
    network,
    samples,
    config,
    state,
    ...(gradients ? { gradients } : {}),
  })
  return hash([trained.weights, ...trained.optimizer.moments, Float64Array.from(trained.history.loss)])
}

/** Hash of built-in data: pictures, and recordings of the event simulator. */
export const dataHash = (): string => {
  const recordings = [...digitEvents({ count: 2, seed: 1 }), ...gestureEvents({ count: 1, seed: 1 })]
  return hash([
    generateDigits({ count: 20, seed: 1 }).data,
    generateColourShapes({ count: 10, seed: 1 }).data,
    ...recordings.flatMap(({ x, y, polarity, time }) => [x, y, polarity, time]),
  ])
}

/** All hashes by name, where there are no threads to share the work. */
export const allHashes = async (): Promise<Record<string, string>> => {
  const found: Record<string, string> = { data: dataHash() }
  for (const name of Object.keys(trainings)) found[name] = await trainingHash(name)
  return found
}
