import type { Layer, LayerInput, Network, Samples } from './api'
import { ShapeError } from './errors'
import { deriveSeed, rng } from './rng'
import { bitWords, tensor } from './tensor'

/** Steps of one epoch: every sample once, the last batch smaller if the batch size does not divide the samples. */
export const stepsPerEpoch = (count: number, batch: number): number => Math.ceil(count / batch)

/** Samples seen before a step: whole epochs, and full batches of the one it lies in. */
export const samplesSeenAt = (step: number, count: number, batch: number): number => {
  const perEpoch = stepsPerEpoch(count, batch)
  return Math.floor(step / perEpoch) * count + (step % perEpoch) * batch
}

/**
 * The order of the samples in one epoch: a permutation of 0..count−1 that depends on (seed, epoch) alone, so that a
 * resumed run needs no remembered position but the step (Fisher-Yates).
 */
export const epochOrder = (count: number, seed: number, epoch: number): Uint32Array => {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  const { below } = rng(deriveSeed(seed, 'order', epoch))
  for (let i = count - 1; i > 0; i--) {
    const j = below(i + 1)
    const kept = order[i]!
    order[i] = order[j]!
    order[j] = kept
  }
  return order
}

/** Sample indices of one optimiser step within its epoch's order. */
export const batchOf = (order: Uint32Array, batch: number, stepInEpoch: number): Uint32Array =>
  order.subarray(stepInEpoch * batch, (stepInEpoch + 1) * batch)

const sizeText = ({ C, H, W }: { C: number; H: number; W: number }) => `${H}x${W}x${C}`

/** What has to be known of a network to give it samples. */
export interface SampleReader extends Pick<Network, 'input' | 'T' | 'classes' | 'text'> {
  /** The first and the last are looked at. */
  readonly layers: readonly Pick<Layer, 'name' | 'encoding'>[]
}

/**
 * Checks that a network can read these samples: input map, timesteps, classes, kind.
 * @throws ShapeError that names the option or the layer to change
 */
export const checkSamples = (samples: Samples, network: SampleReader): void => {
  const where = `samples of ${samples.name}`
  const { C, H, W } = samples.shape
  if (C !== network.input.C || H !== network.input.H || W !== network.input.W)
    throw new ShapeError({
      where,
      expected: `${sizeText(network.input)} maps, the input of the network`,
      got: sizeText(samples.shape),
      hint: `build the network with --input ${sizeText(samples.shape)}`,
    })
  if (samples.kind === 'spikes' && samples.T !== network.T)
    throw new ShapeError({
      where,
      expected: `${network.T} timesteps, those of the network`,
      got: String(samples.T),
      hint: `build the network with --T ${samples.T} or encode the samples again`,
    })
  const first = network.layers[0]!
  if (samples.kind === 'spikes' && first.encoding)
    throw new ShapeError({
      where,
      expected: `pixels, because ${first.name} is an (Encoding) layer`,
      got: 'spikes',
      hint: `leave out "(Encoding)" in ${network.text}`,
    })
  if (samples.classes !== network.classes)
    throw new ShapeError({
      where,
      expected: `${network.classes} classes, as many as ${network.layers.at(-1)!.name} of ${network.text} has neurons`,
      got: String(samples.classes),
      hint: `end the network in ${samples.classes}FC`,
    })
  const length = samples.count * C * H * W * (samples.kind === 'spikes' ? samples.T : 1)
  if (samples.data.length !== length || samples.labels.length !== samples.count)
    throw new ShapeError({
      where,
      expected: `${length} bytes of data and ${samples.count} labels`,
      got: `${samples.data.length} bytes and ${samples.labels.length} labels`,
    })
}

/** What rate coding draws from besides the sample: the same (seed, sample, epoch) always gives the same spikes. */
export interface DrawSeed {
  readonly seed: number
  readonly epoch: number
}

/**
 * Checks that a network can read these samples, and that they have the indices.
 * @throws ShapeError see `batchInput`
 */
export const checkBatch = (samples: Samples, indices: ArrayLike<number>, network: SampleReader): void => {
  checkSamples(samples, network)
  for (let b = 0; b < indices.length; b++)
    if (!(indices[b]! >= 0 && indices[b]! < samples.count))
      throw new ShapeError({
        where: `samples of ${samples.name}`,
        expected: `sample indices in 0..${samples.count - 1}`,
        got: String(indices[b]),
      })
}

/**
 * Spikes of one sample over T timesteps, a byte each, not 0 for a spike: TCHW. Recorded ones, or pixels rate-coded as
 * `batchInput` says.
 */
export const sampleSpikes = (
  { kind, data, shape: { C, H, W } }: Samples,
  index: number,
  T: number,
  { seed, epoch }: DrawSeed,
): Uint8Array => {
  const map = C * H * W
  if (kind === 'spikes') return data.subarray(index * T * map, (index + 1) * T * map)
  const { next } = rng(deriveSeed(seed, 'rate coding', index, epoch))
  return Uint8Array.from({ length: T * map }, (_, i) => (next() * 256 < data[index * map + (i % map)]! ? 1 : 0))
}

/**
 * What the first layer reads for a batch.
 * pixels → an `(Encoding)` layer: BCHW bytes, the same at every timestep.
 * pixels → any other first layer: Bernoulli rate coding, P(spike) = q / 256 at each of the T timesteps, drawn from
 * (seed, index of the sample, epoch) in TCHW order, so independent of batch and thread (modelling choice).
 * spikes → TBCHW bits.
 * @param indices samples of the batch, each in 0..count−1
 * @throws ShapeError when network and samples do not fit (see `checkSamples`), or an index is outside the samples
 */
export const batchInput = (
  samples: Samples,
  indices: ArrayLike<number>,
  network: SampleReader,
  draw: DrawSeed = { seed: 0, epoch: 0 },
): LayerInput => {
  checkBatch(samples, indices, network)
  const { C, H, W } = network.input
  const { T } = network
  const B = indices.length
  const map = C * H * W
  if (network.layers[0]!.encoding) {
    const data = new Uint8Array(B * map)
    for (let b = 0; b < B; b++) data.set(samples.data.subarray(indices[b]! * map, (indices[b]! + 1) * map), b * map)
    return { kind: 'pixels', data: tensor('BCHW', 'u8', { B, C, H, W }, data) }
  }
  const bits = new Uint32Array(bitWords(T * B * map))
  for (let b = 0; b < B; b++) {
    const spikes = sampleSpikes(samples, indices[b]!, T, draw)
    for (let t = 0; t < T; t++)
      for (let i = 0, to = (t * B + b) * map; i < map; i++, to++)
        if (spikes[t * map + i] !== 0) bits[to >>> 5]! |= 1 << (to & 31)
  }
  return { kind: 'spikes', data: tensor('TBCHW', 'bit', { T, B, C, H, W }, bits) }
}
