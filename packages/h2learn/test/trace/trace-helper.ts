import { spawnSync } from 'node:child_process'
import {
  batchInput,
  defaultNeuron,
  f16Encode,
  initialWeights,
  parseNetwork,
  recordStep,
  rng,
  type Samples,
  type StepRecord,
  unpackBits,
} from '@h2learn/snn-core'
import type { NpyArray } from '../../src/trace/npy'

/** Records some samples of the first training step of a network on random pixels. */
export const recordedStep = (
  text: string,
  {
    H = 8,
    W = 8,
    C = 1,
    T = 3,
    batch = 6,
    rows = [0, 1, 2, 3],
  }: Partial<Record<'H' | 'W' | 'C' | 'T' | 'batch', number>> & { rows?: readonly number[] } = {},
): StepRecord => {
  const network = parseNetwork(text, { input: { C, H, W }, T })
  const random = rng(5)
  const samples: Samples = {
    name: 'noise',
    origin: 'made in a test',
    synthetic: true,
    kind: 'pixels',
    count: batch,
    classes: network.classes,
    shape: { C, H, W },
    T: 1,
    data: Uint8Array.from({ length: batch * C * H * W }, () => random.below(256)),
    labels: Uint8Array.from({ length: batch }, () => random.below(network.classes)),
  }
  const indices = Uint32Array.from({ length: batch }, (_, i) => i)
  const draw = { seed: 1, epoch: 0 }
  const { weights } = initialWeights(network, batchInput(samples, indices, network, draw))
  const report = { step: 0, samplesSeen: 0, loss: 0, accuracy: 0, zeroLossShare: 0 }
  return recordStep({ network, neuron: defaultNeuron, samples, loss: 'rate-mse', weights, indices, report, draw, rows })
}

export const float32 = (shape: readonly number[], values: ArrayLike<number>): NpyArray => ({
  descr: '<f4',
  shape,
  data: new Uint8Array(Float32Array.from(values).buffer),
})
export const float16 = (shape: readonly number[], values: ArrayLike<number>): NpyArray => ({
  descr: '<f2',
  shape,
  data: new Uint8Array(f16Encode(values).buffer),
})
export const bytesOf = (shape: readonly number[], values: ArrayLike<number>): NpyArray => ({
  descr: '|u1',
  shape,
  data: Uint8Array.from(values),
})
export const int64 = (values: readonly number[]): NpyArray => ({
  descr: '<i8',
  shape: [values.length],
  data: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
})

/** Rows of bits packed as np.packbits does over the last axis. */
export const packbits = ({ shape, data }: NpyArray): NpyArray => {
  const width = shape.at(-1)!
  const bytes = Math.ceil(width / 8)
  const rows = data.length / width
  const out = new Uint8Array(rows * bytes)
  for (let row = 0; row < rows; row++)
    for (let x = 0; x < width; x++) if (data[row * width + x]) out[row * bytes + (x >> 3)]! |= 128 >> (x & 7)
  return { descr: '|u1', shape: [...shape.slice(0, -1), bytes], data: out }
}

/** The arrays of a record as another framework would save them. */
export const arraysOf = (
  { layers, B, network }: StepRecord,
  { packed = false, half = false } = {},
): Record<string, NpyArray> => {
  const arrays: Record<string, NpyArray> = {}
  const put = (kind: string, layer: string, shape: readonly number[], words: Uint32Array) => {
    const bits = bytesOf(
      shape,
      unpackBits(
        words,
        shape.reduce((n, extent) => n * extent, 1),
      ),
    )
    if (!packed) arrays[`${kind}/${layer}`] = bits
    else {
      arrays[`${kind}/${layer}_packed`] = packbits(bits)
      arrays[`shape/${layer}`] = int64(shape)
    }
  }
  const first = layers[0]!.input
  if (first.kind === 'spikes') {
    const { C, H, W } = network.input
    put('spikes', 'input', [network.T, B, C, H, W], first.data.data)
  }
  for (const { layer, spikes, spikeGradMask, gradU, potentials } of layers) {
    const { K, outH, outW, kind, name } = layer
    const shape = kind === 'fc' ? [network.T, B, K] : [network.T, B, K, outH, outW]
    put('spikes', name, shape, spikes.data)
    put('mask', name, shape, spikeGradMask.data)
    arrays[`gradU/${name}`] = (half ? float16 : float32)(shape, gradU.data)
    arrays[`potential/${name}`] = float32(shape, potentials.data)
  }
  return arrays
}

const python = '/usr/bin/python3'
/** Whether NumPy is here to compare with. */
export const hasNumpy = spawnSync(python, ['-c', 'import numpy']).status === 0
/** Runs Python; throws with its error. */
export const runPython = (code: string, cwd: string): string => {
  const { status, stdout, stderr } = spawnSync(python, ['-c', code], { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(stderr)
  return stdout
}
