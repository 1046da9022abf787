import {
  batchInput,
  defaultNeuron,
  initialWeights,
  type NeuronConfig,
  type Precision,
  parseNetwork,
  recordStep,
  rng,
  type Samples,
  type StepRecord,
} from '@h2learn/snn-core'

/** Random pixels with random labels. */
export const noise = (count: number, shape: Samples['shape'], classes: number, seed = 1): Samples => {
  const random = rng(seed)
  return {
    name: 'noise',
    origin: 'made in a test',
    synthetic: true,
    kind: 'pixels',
    count,
    classes,
    shape,
    T: 1,
    data: Uint8Array.from({ length: count * shape.C * shape.H * shape.W }, () => random.below(256)),
    labels: Uint8Array.from({ length: count }, () => random.below(classes)),
  }
}

/** What to record: a network on an input, and which samples of the batch. */
export interface Recording {
  readonly text: string
  readonly input?: Samples['shape']
  readonly T?: number
  readonly batch?: number
  readonly rows?: readonly number[]
  readonly seed?: number
  readonly neuron?: NeuronConfig
  readonly precision?: Precision
}

/** Records the first training step of a network with seeded weights on random pixels. */
export const recorded = ({
  text,
  input = { C: 1, H: 8, W: 8 },
  T = 4,
  batch = 8,
  rows = [0, 1, 2, 3],
  seed = 1,
  neuron = defaultNeuron,
  precision = 'f32',
}: Recording): StepRecord => {
  const network = parseNetwork(text, { input, T })
  const samples = noise(batch, input, network.classes, seed)
  const indices = Uint32Array.from({ length: batch }, (_, i) => i)
  const draw = { seed, epoch: 0 }
  const { weights } = initialWeights(network, batchInput(samples, indices, network, draw), { seed, neuron })
  return recordStep({
    network,
    neuron,
    samples,
    loss: 'rate-mse',
    weights,
    indices,
    report: { step: 0, samplesSeen: 0, loss: 0, accuracy: 0, zeroLossShare: 0 },
    draw,
    rows,
    precision,
  })
}
