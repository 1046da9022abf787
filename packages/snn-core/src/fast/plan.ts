import type { Layer, Network } from '../api'
import { type ChannelBlock, channelBlocks, paddedChannels } from './channel-blocks'
import { listRoom } from './cuts'
import { type Kernels, MEMORY_LIMIT } from './kernels'
import { backwardPlaces, forwardPlaces, pooledPlaces } from './place-tables'

/** What a layer reads, in linear memory, map after map (map = sample · T + timestep; sample when it does not change). */
export interface PlannedInput {
  /** bits: one per place, each channel starting a word. bytes: q stands for a value of `levels`. */
  readonly kind: 'bits' | 'bytes'
  readonly address: number
  readonly mapBytes: number
  readonly channelBytes: number
  /** Address of 256 float32 values, 0 for bits. */
  readonly levels: number
  /** Real-valued pixels: the same at every timestep. */
  readonly still: boolean
}

/** One layer's place in linear memory. All addresses in bytes. */
export interface PlannedLayer {
  readonly layer: Layer
  readonly blocks: readonly ChannelBlock[]
  /** Blocks of the input's channels. */
  readonly inputBlocks: readonly ChannelBlock[]
  readonly input: PlannedInput
  /** Places of neurons, of outputs of the convolution, of inputs; taps of the kernel. */
  readonly places: number
  readonly outputs: number
  readonly inputs: number
  readonly taps: number
  /** Words of one channel's bits of one map of neurons. */
  readonly words: number
  /** Potentials [block][map][place][channel]. */
  readonly potentials: number
  /** Words of ∇s̃ [block][map][place]. */
  readonly masks: number
  /** Bits of spikes [map][channel][word]. */
  readonly spikes: number
  /** Bytes of pooled spikes [map][channel][place]; 0 without pooling. */
  readonly pooledSpikes: number
  /** Weights as rows of output channels [block][input channel · taps][channel]. */
  readonly forwardRows: number
  /** Weights as rows of input channels [block][(FC: place)][output channel · taps][channel]; 0 for the first layer. */
  readonly backwardRows: number
  readonly forwardPlaces: number
  readonly backwardPlaces: number
  readonly pooledPlaces: number
  readonly channelTable: number
}

/** Where everything lies for shards of up to `samples` samples of one network. */
export interface Plan {
  readonly network: Network
  readonly samples: number
  readonly layers: readonly PlannedLayer[]
  readonly lists: number
  readonly values: number
  readonly counts: number
  /** Sums of a convolution before pooling; the current of an encoding layer; ∇u summed over time. */
  readonly sums: number
  readonly still: number
  /** Words of one block's spikes or non-zero gradients, and the bits of the latter. */
  readonly blockWords: number
  readonly nonZeros: number
  /** Two sets of gradients in turn, and one at pooled size. */
  readonly gradients: readonly [number, number]
  readonly pooledGradients: number
  /** Input of one block of channels as real values. */
  readonly expanded: number
  /** One layer's ∇w as rows of output channels, and as rows of input channels. */
  readonly gradRows: number
  readonly turnedGradRows: number
  /** One block's weights in the order of the tensor. */
  readonly rowStaging: number
  readonly window: number
  readonly activeSamples: number
  readonly activeMaps: number
  /** Two u32. */
  readonly tally: number
  /** One place that reaches one place. */
  readonly single: number
  /** Raw input spikes as they come. */
  readonly staging: number
  readonly bytes: number
  readonly views: ReturnType<Kernels['views']>
}

/** True when every number of the layer fits the kernels' 16-bit lists and 8-bit extents. */
const fits = ({ H, W, R, S, convH, convW }: Layer): boolean =>
  [H * W, R * S, convH * convW].every((n) => n < 65535) && [H, W, R, S, convH, convW].every((n) => n <= 255)

type Sized = { -readonly [K in keyof Plan]: Plan[K] }

/**
 * Lays a network out in linear memory.
 * @returns undefined when the network does not fit the kernels or 4 GiB
 */
export const planNetwork = (network: Network, samples: number): Omit<Plan, 'views'> | undefined => {
  if (network.inputPool !== 1 || !network.layers.every(fits)) return undefined
  let bytes = 1024
  const region = (size: number): number => {
    const at = bytes
    bytes += Math.ceil(size / 64) * 64 + 64
    return at
  }
  const { T } = network
  const maps = samples * T
  const largest = {
    expanded: 0,
    rows: 0,
    turned: 0,
    staging: 0,
    list: 0,
    counts: 0,
    sums: 0,
    still: 0,
    words: 0,
    bits: 0,
    gradients: 0,
    pooled: 0,
    window: 0,
  }
  const grow = (key: keyof typeof largest, n: number) => {
    largest[key] = Math.max(largest[key], n)
  }
  const layers: PlannedLayer[] = []
  for (const layer of network.layers) {
    const { C, H, W, K, R, S, convH, convW, outH, outW, currentPool, spikePool, encoding } = layer
    const below = layers.at(-1)
    const inputs = H * W
    const outputs = convH * convW
    const places = outH * outW
    const taps = R * S
    const words = Math.ceil(places / 32)
    const Kp = paddedChannels(K)
    const Cp = paddedChannels(C)
    const first = layer.index === 0
    const inputWords = Math.ceil(inputs / 32)
    const asBytes = first ? encoding : below!.layer.spikePool > 1
    const input: PlannedInput = {
      kind: asBytes ? 'bytes' : 'bits',
      address: first
        ? region((encoding ? samples : maps) * C * (encoding ? inputs : inputWords * 4))
        : asBytes
          ? below!.pooledSpikes
          : below!.spikes,
      mapBytes: C * (asBytes ? inputs : inputWords * 4),
      channelBytes: asBytes ? inputs : inputWords * 4,
      levels: asBytes ? region(1024) : 0,
      still: encoding,
    }
    const room = listRoom({ layer, inputs, outputs, places, taps }, encoding ? samples : maps, maps)
    grow('list', room.entries)
    grow('counts', room.lists)
    grow('expanded', room.expanded * Math.min(32, Cp))
    grow('rows', C * taps * Kp)
    grow('turned', K * taps * Cp)
    grow('staging', Math.min(32, K) * C * taps)
    if (currentPool > 1) grow('sums', room.sums * Kp)
    if (encoding) grow('still', samples * places * Kp)
    grow('words', maps * places)
    grow('bits', maps * K * words)
    grow('gradients', maps * places * Kp)
    if (!first && below!.layer.spikePool > 1) grow('pooled', maps * inputs * Cp)
    grow('window', Math.max(currentPool ** 2 * 4, places))
    layers.push({
      layer,
      blocks: channelBlocks(K),
      inputBlocks: channelBlocks(C),
      input,
      places,
      outputs,
      inputs,
      taps,
      words,
      potentials: region(maps * places * Kp * 4),
      masks: region(maps * places * channelBlocks(K).length * 4),
      spikes: region(maps * K * words * 4),
      pooledSpikes: spikePool > 1 ? region(maps * K * Math.floor(outH / spikePool) * Math.floor(outW / spikePool)) : 0,
      forwardRows: region(C * taps * Kp * 4),
      backwardRows: first ? 0 : region(K * taps * Cp * 4),
      forwardPlaces: region(inputs * 8),
      backwardPlaces: region(outputs * 8),
      pooledPlaces: currentPool > 1 ? region(outputs * 2) : 0,
      channelTable: region(K * 8),
    })
  }
  const [first] = network.layers
  const rest: Omit<Sized, 'views' | 'bytes'> = {
    network,
    samples,
    layers,
    lists: region(largest.list * 2),
    values: region(largest.list * 4),
    counts: region(largest.counts * 4),
    sums: region(largest.sums * 4),
    still: region(largest.still * 4),
    blockWords: region(largest.words * 4),
    nonZeros: region(largest.bits * 4),
    gradients: [region(largest.gradients * 4), region(largest.gradients * 4)],
    pooledGradients: region(largest.pooled * 4),
    expanded: region(largest.expanded * 4),
    gradRows: region(largest.rows * 4),
    turnedGradRows: region(largest.turned * 4),
    rowStaging: region(largest.staging * 4),
    window: region(largest.window * 4),
    activeSamples: region(samples * 4),
    activeMaps: region(maps * 4),
    tally: region(64),
    single: region(8),
    staging: region(first.encoding ? 0 : Math.ceil((maps * first.C * first.H * first.W) / 8) + 64),
  }
  return bytes > MEMORY_LIMIT ? undefined : { ...rest, bytes }
}

/** Writes the tables of a plan into memory that is large enough. */
export const openPlan = (plan: Omit<Plan, 'views'>, kernels: Kernels): Plan => {
  const views = kernels.views()
  const { u8, u32, f32 } = views
  const { T, layers } = plan.network
  u8.set([0, 0, 0, 0, 1, 1, 0, 0], plan.single)
  for (const planned of plan.layers) {
    const { layer, blocks, places, input } = planned
    u8.set(forwardPlaces(layer), planned.forwardPlaces)
    u8.set(backwardPlaces(layer), planned.backwardPlaces)
    if (planned.pooledPlaces) u8.set(pooledPlaces(layer), planned.pooledPlaces)
    for (const { first, width } of blocks)
      for (let lane = 0; lane < width && first + lane < layer.K; lane++) {
        const at = planned.channelTable / 4 + (first + lane) * 2
        u32[at] = plan.samples * T * places * first * 4 + lane * 4
        u32[at + 1] = width * 4
      }
    if (input.levels) {
      const unit = layer.encoding ? 256 : layers[layer.index - 1].spikePool ** 2
      for (let q = 0; q < 256; q++) f32[input.levels / 4 + q] = q / unit
    }
  }
  return { ...plan, views }
}
