import {
  deriveSeed,
  InputError,
  type Layer,
  type LayerInput,
  type LayerRecord,
  type Maps,
  type Mask,
  type Network,
  type NeuronConfig,
  poolSpikes,
  rng,
  type Spikes,
  type StepRecord,
  setBit,
  sizeOf,
  tensor,
} from '@h2learn/snn-core'
import { densityUnknown, type NetworkDensities } from './densities'
import { integersOf } from './npy'
import type { NpzArchive } from './npz'
import { checkAgreement, overflowing } from './trace-agreement'
import {
  type BitArray,
  checkTraceShape,
  packedBits,
  plainBits,
  type RealsArray,
  requireReals,
  sliceBits,
  sliceReals,
  type TracePlace,
} from './trace-array'

/** What a trace can hold of a layer's neurons. */
export type TraceTensor = 'spikes' | 'mask' | 'gradU' | 'potential'

/** Where a tensor of a trace is from: `drawn` ones are random, of a stated density; `zero` ones change no figure. */
export type TraceOrigin = 'file' | 'derived' | 'drawn' | 'zero'

/** One tensor that the chip is run on. */
export interface TraceEntry {
  readonly layer: string
  readonly tensor: TraceTensor
  readonly from: TraceOrigin
  /** Share of non-zeros that missing tensors are drawn with. */
  readonly density?: number
}

/** A trace opened for a network: which tensors there are, and the records of its sub-batches. */
export interface RecordedTrace {
  /** Samples recorded. */
  readonly B: number
  readonly entries: readonly TraceEntry[]
  /** Names in the file that mean nothing here. */
  readonly ignored: readonly string[]
  /** Arrays with finite values that FP16 cannot hold: the chip rounds them to infinity. */
  readonly overflows: readonly { readonly array: string; readonly values: number }[]
  /** Samples from..from+count−1 as a record the chip can run. @throws InputError for a damaged or wrong array */
  readonly record: (from: number, count: number, batch: number) => StepRecord
}

/** What reading a trace needs to know. */
export interface TraceWork {
  readonly network: Network
  readonly neuron: NeuronConfig
  readonly archive: NpzArchive
  /** Names the file in errors. */
  readonly name: string
  /** Densities of tensors that are missing; absent: unknown. */
  readonly densities?: NetworkDensities
  /** Of drawn tensors; default 1. */
  readonly seed?: number
  /** Factor on all gradients before the chip rounds them to FP16, for `overflows`; default 1. */
  readonly lossScale?: number
}

const fail = (where: string, expected: string, got: string, hint?: string): never => {
  throw new InputError({ where, expected, got, ...(hint === undefined ? {} : { hint }) })
}

const tensors: readonly TraceTensor[] = ['spikes', 'mask', 'gradU', 'potential']
const arrayName = /^(spikes|mask|gradU|potential)\/(.+?)(_packed)?$/

/**
 * Opens what another framework recorded of a training step, for a network in the notation of Table VI. Arrays of the
 * archive are `spikes/<layer>`, `mask/<layer>`, `gradU/<layer>` and `potential/<layer>` with layers named conv1, conv2, ...,
 * fc1, ..., of shape [T, B, C, H, W] or [T, B, N]; bits as uint8 or bool (or floats 0 and 1), or `..._packed` by np.packbits
 * over the last axis with the shape in `shape/<layer>`; reals as float16 or float32. `spikes/input` holds the input of a
 * network without encoding layer.
 *
 * What is missing is derived from `potential` where that can be (fired: u ≥ th_f, mask: th_l < u < th_r), else drawn at
 * random with a stated density and marked. Weights, pixels and the values of potentials change no cycle and no energy; they
 * are zeros in the record.
 * @throws InputError naming the array for a wrong name, shape or number type; and the element for a value that cannot be: NaN
 *   or infinity, spikes and masks that contradict the potentials beside them, bits that np.packbits leaves 0
 */
export const openTrace = (work: TraceWork): RecordedTrace => {
  const { network, neuron, archive, name, densities, seed = 1, lossScale = 1 } = work
  const { T, layers, input } = network
  const first = layers[0]!
  const places: TracePlace[] = [
    { layer: 'input', K: input.C, H: input.H, W: input.W },
    ...layers.map((layer) => ({ layer: layer.name, K: layer.K, H: layer.outH, W: layer.outW })),
  ]
  const present = new Set<string>()
  const packedNames = new Set<string>()
  const ignored: string[] = []
  for (const entry of archive.names) {
    if (entry.startsWith('shape/')) continue
    const parts = arrayName.exec(entry)
    if (!parts) {
      ignored.push(entry)
      continue
    }
    const [, kind, layer, packed] = parts
    if (!places.some((place) => place.layer === layer) || (layer === 'input' && kind !== 'spikes'))
      return fail(
        `${name}: ${entry}`,
        `a layer of ${network.text}: ${layers.map((l) => l.name).join(', ')}`,
        `"${layer}"`,
        'layers are numbered from the input: convolutions conv1, conv2, ..., fully connected ones fc1, ...',
      )
    const key = `${kind}/${layer}`
    if (present.has(key)) return fail(`${name}: ${key}`, 'the array once', `${key} and ${key}_packed`)
    present.add(key)
    if (packed) packedNames.add(key)
  }
  if (present.size === 0)
    return fail(
      name,
      `arrays named spikes/<layer>, mask/<layer>, gradU/<layer>, potential/<layer>`,
      archive.names.slice(0, 5).join(', ') || 'an empty archive',
    )

  const loaded = new Map<string, BitArray | RealsArray>()
  let samples = 0
  const load = (kind: TraceTensor, place: TracePlace): BitArray | RealsArray | undefined => {
    const key = `${kind}/${place.layer}`
    if (!present.has(key)) return undefined
    const known = loaded.get(key)
    if (known) return known
    const packed = packedNames.has(key)
    const file = packed ? `${key}_packed` : key
    const where = `${name}: ${file}`
    const array = archive.read(file)
    const reals = kind === 'gradU' || kind === 'potential'
    if (packed && reals) return fail(where, 'float16 or float32', 'packed bits', `save ${key} itself`)
    const shape = packed
      ? integersOf(`${name}: shape/${place.layer}`, archive.read(`shape/${place.layer}`))
      : array.shape
    const B = checkTraceShape(where, shape, T, place)
    if (samples !== 0 && B !== samples) return fail(where, `${samples} samples, as the arrays before`, `${B}`)
    samples = B
    if (reals) requireReals(where, array)
    const made: BitArray | RealsArray = reals
      ? { kind: 'reals', B, array }
      : { kind: 'bits', B, words: packed ? packedBits(where, array, shape) : plainBits(where, array) }
    loaded.set(key, made)
    return made
  }
  const overflows: { array: string; values: number }[] = []
  for (const place of places) {
    for (const kind of tensors) {
      const made = load(kind, place)
      const array = `${kind}/${place.layer}`
      const values =
        made?.kind === 'reals' ? overflowing(`${name}: ${array}`, made.array, kind === 'gradU' ? lossScale : 1) : 0
      if (values > 0) overflows.push({ array, values })
    }
    const potentials = load('potential', place)
    for (const kind of ['spikes', 'mask'] as const) {
      const bits = load(kind, place)
      const packed = packedNames.has(`${kind}/${place.layer}`)
      const where = `${name}: ${kind}/${place.layer}${packed ? '_packed' : ''}`
      if (potentials?.kind === 'reals' && bits?.kind === 'bits')
        checkAgreement({ kind, where, bits, packed, potentials }, neuron)
    }
  }

  const densityOf = (layer: string, kind: 'spikes' | 'mask' | 'gradU') =>
    (densities?.layers[layer] ?? densityUnknown)[kind]
  const has = (kind: TraceTensor, layer: string) => present.has(`${kind}/${layer}`)
  const entries: TraceEntry[] = []
  const note = (layer: string, kind: TraceTensor, from: TraceOrigin, density?: number) =>
    entries.push({ layer, tensor: kind, from, ...(density === undefined ? {} : { density }) })
  if (!first.encoding)
    note(
      'input',
      'spikes',
      has('spikes', 'input') ? 'file' : 'drawn',
      has('spikes', 'input') ? undefined : densityOf('input', 'spikes'),
    )
  for (const { name: layer } of layers)
    for (const kind of tensors) {
      if (has(kind, layer)) note(layer, kind, 'file')
      else if (kind === 'potential') note(layer, kind, 'zero')
      else if (kind !== 'gradU' && has('potential', layer)) note(layer, kind, 'derived')
      else note(layer, kind, 'drawn', densityOf(layer, kind))
    }

  const record = (from: number, count: number, batch: number): StepRecord => {
    const random = (layer: string, kind: string) => rng(deriveSeed(seed, layer, kind, from))
    const drawnBits = (place: TracePlace, kind: 'spikes' | 'mask', n: number) => {
      const draw = random(place.layer, kind)
      const density = densityOf(place.layer, kind)
      const words = new Uint32Array((T * count * n + 31) >>> 5)
      for (let i = 0; i < T * count * n; i++) if (draw.next() < density) setBit(words, i)
      return words
    }
    const realsAt = (kind: 'gradU' | 'potential', place: TracePlace, n: number) => {
      const array = load(kind, place)
      return array?.kind === 'reals'
        ? sliceReals(`${name}: ${kind}/${place.layer}`, array, T, n, from, count)
        : undefined
    }
    const bitsAt = (kind: 'spikes' | 'mask', place: TracePlace, potentials: Float32Array | undefined) => {
      const n = place.K * place.H * place.W
      const array = load(kind, place)
      if (array?.kind === 'bits') return sliceBits(array, T, n, from, count)
      if (!potentials) return drawnBits(place, kind, n)
      const { fireThreshold, gradWindow } = neuron
      const fired =
        kind === 'spikes' ? (u: number) => u >= fireThreshold : (u: number) => u > gradWindow[0] && u < gradWindow[1]
      const words = new Uint32Array((potentials.length + 31) >>> 5)
      for (let i = 0; i < potentials.length; i++) if (fired(potentials[i]!)) setBit(words, i)
      return words
    }
    const B = count
    const spikesOf = (place: TracePlace, words: Uint32Array): Spikes =>
      tensor('TBCHW', 'bit', { T, B, C: place.K, H: place.H, W: place.W }, words)
    const read = (spikes: Spikes, pool: number): LayerInput =>
      pool > 1 ? poolSpikes(spikes, pool) : { kind: 'spikes', data: spikes }
    const pixels = (): LayerInput => ({
      kind: 'pixels',
      data: tensor('BCHW', 'u8', { B, C: first.C, H: first.H, W: first.W }),
    })
    let below: LayerInput = first.encoding
      ? pixels()
      : read(spikesOf(places[0]!, bitsAt('spikes', places[0]!, undefined)), network.inputPool)
    const made = layers.map((layer, l): LayerRecord => {
      const place = places[l + 1]!
      const n = place.K * place.H * place.W
      const shape = { T, B, C: place.K, H: place.H, W: place.W }
      const potentials = realsAt('potential', place, n)
      const spikes = spikesOf(place, bitsAt('spikes', place, potentials))
      const spikeGradMask: Mask = tensor('TBCHW', 'bit', shape, bitsAt('mask', place, potentials))
      const own = below
      below = read(spikes, layer.spikePool)
      return {
        layer,
        input: own,
        weights: tensor('KCRS', 'f32', { K: layer.K, C: layer.C, R: layer.R, S: layer.S }),
        potentials: tensor('TBCHW', 'f32', shape, potentials ?? new Float32Array(T * B * n)),
        spikes,
        spikeGradMask,
        gradU: tensor('TBCHW', 'f32', shape, realsAt('gradU', place, n) ?? drawnGradients(place, n)),
      }
    })
    function drawnGradients(place: TracePlace, n: number) {
      const draw = random(place.layer, 'gradU')
      const density = densityOf(place.layer, 'gradU')
      return Float32Array.from({ length: T * count * n }, () => (draw.next() < density ? 1 : 0))
    }
    const top = layers.at(-1) as Layer
    return {
      network,
      neuron,
      step: 0,
      samplesSeen: 0,
      B,
      batch,
      loss: Number.NaN,
      accuracy: Number.NaN,
      zeroLossShare: Number.NaN,
      gradOutput: zeros(B, top),
      layers: made,
    }
  }
  return { B: samples, entries, ignored, overflows, record }
}

/** ∂L/∂s of the output layer: its size decides what moves, its values change nothing. */
const zeros = (B: number, { K, outH, outW }: Layer): Maps => {
  const shape = { T: 1, B, C: K, H: outH, W: outW }
  return tensor('TBCHW', 'f32', shape, new Float32Array(sizeOf('TBCHW', shape)))
}
