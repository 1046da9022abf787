import type { Layer, Network } from '../api'
import { arithmetic } from '../arithmetic'
import { type ChannelBlock, channelBlocks, paddedChannels } from './channel-blocks'
import { gradientRows, roomOf } from './cuts'
import { foldShifts, unfoldPlaces } from './fold'
import { type FastPrecision, type Kernels, MEMORY_LIMIT } from './kernels'
import {
  backwardPlaces,
  forwardPlaces,
  insidePlaces,
  type PaddedMap,
  paddedMap,
  pooledPlaces,
  windowPlaces,
} from './place-tables'
import { MEETING_WORDS } from './team'

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

/** A layer's weights with its pooling folded in: how they come from those of the network. */
export interface FoldedWeights {
  /** The layer as it is in the network. */
  readonly layer: Layer
  readonly weights: number
  readonly gradW: number
  readonly shifts: number
  readonly places: number
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
  /** Words of one channel's bits of one map of neurons; 0 for FC layers, whose neurons lie bit by bit. */
  readonly words: number
  /** Bytes of a map's bits of neurons. */
  readonly mapBytes: number
  /** Potentials with an open window, one after the other; each block from where it would begin if all were open. */
  readonly potentials: number
  /** Address of the first one [block][map]. */
  readonly starts: number
  /** Words of ∇s̃ and of spikes [block][map][place]. */
  readonly masks: number
  readonly fired: number
  /** Bits of spikes [map][channel][word]. */
  readonly spikes: number
  /** Bytes of pooled spikes [map][channel][place]; 0 without pooling. */
  readonly pooledSpikes: number
  /** Weights as rows of output channels [block][input channel · taps][channel]; 0 for a large FC layer. */
  readonly forwardRows: number
  /** Weights as rows of input channels [block][output channel · taps][channel]; 0 for the first layer and FC. */
  readonly backwardRows: number
  /** Bytes of the weights of the layers before. */
  readonly weightOffset: number
  readonly wide: FoldedWeights | undefined
  readonly forwardPlaces: number
  readonly backwardPlaces: number
  /** The padded input of a convolution, where its places are in it, and where the windows of the outputs begin. */
  readonly padded: PaddedMap
  readonly insidePlaces: number
  readonly windowPlaces: number
  readonly pooledPlaces: number
  readonly channelTable: number
}

/** What one thread alone writes. */
export interface Scratch {
  readonly lists: number
  readonly values: number
  readonly counts: number
  /** Sums of a convolution before pooling. */
  readonly sums: number
  /** Lists of the ∇u of each place, before others join them. */
  readonly sources: { readonly lists: number; readonly values: number; readonly counts: number }
  /** A u32 that `joinLists` counts in. */
  readonly joined: number
  /** Input of one block of channels as real values. */
  readonly expanded: number
  /** Rows of ∇w of some channels of one layer. */
  readonly gradRows: number
  /** Some of an FC layer's weights as rows of one block: see pack-weights.ts. */
  readonly panel: number
  readonly window: number
  /** Two u32 that kernels count in, and four float64 that the team adds up. */
  readonly tally: number
}

/** Where everything lies for shards of up to `samples` samples of one network. */
export interface Plan {
  readonly network: Network
  /** Whether sums must be in the order of the reference. */
  readonly inOrder: boolean
  readonly samples: number
  readonly layers: readonly PlannedLayer[]
  /** One of every thread. */
  readonly scratch: readonly Scratch[]
  /** Weights of the network, layer after layer in KCRS, ∇w and two moments of the optimiser. */
  readonly home: { readonly weights: number; readonly gradW: number; readonly moments: readonly [number, number] }
  /** Weights that live elsewhere are copied here. */
  readonly visitors: number
  readonly parameters: number
  /** The current of an encoding layer; ∇u summed over time. */
  readonly still: number
  /** Bits of the non-zero gradients as those of neurons: of FC layers, and where sums are in order. */
  readonly nonZeros: number
  /** Words of the non-zero gradients [block][map][place], a bit per channel. */
  readonly gradientWords: number
  /** Two sets of gradients in turn, and one at pooled size. */
  readonly gradients: readonly [number, number]
  readonly pooledGradients: number
  /** Currents and potentials of the layer in work [block][map][place][channel]: the room of the first gradients. */
  readonly currents: number
  /** Three tables of 16 bytes per four bits: see `nibbleTables`. */
  readonly nibbles: number
  /** 16 bytes per eight bits: positions of those set, in u16. */
  readonly positions: number
  readonly activeSamples: number
  readonly activeMaps: number
  /** Words the threads of a team meet at. */
  readonly meeting: number
  /** Input spikes of one sample, a byte each. */
  readonly staging: number
  readonly bytes: number
}

/** Bytes of an FC layer's weights up to which they are kept as rows beside the weights themselves. */
const ROWS_KEPT = 2 ** 22

/** True when every number of the layer fits the kernels' 16-bit lists and 8-bit extents. */
const fits = (layer: Layer): boolean => {
  const { K, H, W, R, S, convH, convW } = layer
  return (
    [K, H * W, R * S, convH * convW, paddedMap(layer).places].every((n) => n < 65535) &&
    [H, W, R, S, convH, convW].every((n) => n <= 255)
  )
}

/**
 * An FC layer on top of another as one that reads whole words of its neurons' bits: 32 places each channel, or all places
 * of a single one. The weights lie as they did.
 */
const inWords = (layer: Layer, below: Layer | undefined): Layer => {
  if (layer.kind !== 'fc' || below?.kind !== 'fc') return layer
  const inputs = layer.C * layer.H * layer.W
  const places = inputs % 32 === 0 ? 32 : inputs
  return { ...layer, C: inputs / places, H: 1, W: places, R: 1, S: places }
}

/**
 * Lays a network out in linear memory.
 * @param computed the network that is computed: itself, or with its pooling folded into the taps
 * @param threads of the team that computes it
 * @returns undefined when the network does not fit the kernels or 4 GiB
 */
export const planNetwork = (
  given: Network,
  samples: number,
  computed: Network = given,
  threads = 1,
): Plan | undefined => {
  if (computed.inputPool !== 1 || !computed.layers.every(fits)) return undefined
  let bytes = 1024
  const region = (size: number): number => {
    const at = bytes
    bytes += Math.ceil(size / 64) * 64 + 64
    return at
  }
  const { T } = computed
  const maps = samples * T
  const largest = {
    expanded: 0,
    rows: 0,
    panel: 0,
    list: 0,
    counts: 0,
    sums: 0,
    still: 0,
    sources: 0,
    sourceCounts: 0,
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
  let parameters = 0
  for (const origin of computed.layers) {
    const layer = inWords(origin, layers.at(-1)?.layer)
    const { C, H, W, K, R, S, convH, convW, outH, outW, currentPool, spikePool, encoding } = layer
    const below = layers.at(-1)
    const fc = layer.kind === 'fc'
    const inputs = H * W
    const outputs = convH * convW
    const places = outH * outW
    const taps = R * S
    const words = fc ? 0 : Math.ceil(places / 32)
    const mapBytes = fc ? Math.ceil(K / 32) * 4 : K * words * 4
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
    const padded = paddedMap(layer)
    const geometry = { layer, padded, input, inputs, outputs, places, taps, perChannel: origin.H * origin.W }
    const room = roomOf(geometry, encoding ? samples : maps, maps)
    grow('list', room.entries)
    grow('counts', room.lists)
    grow('expanded', room.expanded)
    grow('rows', Math.max(gradientRows(C, taps, K) * taps * Kp, gradientRows(K, taps, C) * taps * Cp))
    grow('panel', room.panel)
    grow('sums', room.sums)
    if (encoding) grow('still', samples * places * Kp)
    grow('sources', room.sources)
    grow('sourceCounts', room.sourceCounts)
    grow('words', maps * places * channelBlocks(K).length)
    grow('bits', (maps * mapBytes) / 4)
    grow('gradients', maps * places * Kp)
    if (!first && below!.layer.spikePool > 1) grow('pooled', maps * inputs * Cp)
    grow('window', Math.max(currentPool * currentPool * 4, places, 2 * taps))
    const unfolded = given.layers[layer.index]
    const own = unfolded.K * unfolded.C * unfolded.R * unfolded.S
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
      mapBytes,
      potentials: region(maps * places * Kp * 4),
      starts: region(maps * channelBlocks(K).length * 4),
      masks: region(maps * places * channelBlocks(K).length * 4),
      fired: region(maps * places * channelBlocks(K).length * 4),
      spikes: region(maps * mapBytes),
      pooledSpikes: spikePool > 1 ? region(maps * K * Math.floor(outH / spikePool) * Math.floor(outW / spikePool)) : 0,
      forwardRows: fc && C * taps * Kp * 4 > ROWS_KEPT ? 0 : region(C * taps * Kp * 4),
      backwardRows: first || fc ? 0 : region(K * taps * Cp * 4),
      weightOffset: parameters * 4,
      wide:
        unfolded.currentPool === currentPool
          ? undefined
          : {
              layer: unfolded,
              weights: region(K * C * taps * 4),
              gradW: region(K * C * taps * 4),
              shifts: region(unfolded.currentPool * unfolded.currentPool * unfolded.R * unfolded.S * 4),
              places: region(unfolded.currentPool * unfolded.currentPool * unfolded.R * unfolded.S * 2),
            },
      forwardPlaces: region(inputs * 8),
      backwardPlaces: fc ? 0 : region(outputs * 8),
      padded,
      insidePlaces: fc ? 0 : region(inputs * 2),
      windowPlaces: fc ? 0 : region(outputs * 2),
      pooledPlaces: currentPool > 1 ? region(outputs * 2) : 0,
      channelTable: region(K * 8),
    })
    parameters += own
  }
  const [first] = computed.layers
  const gradients = [region(largest.gradients * 4), region(largest.gradients * 4)] as const
  const plan: Omit<Plan, 'bytes'> = {
    network: computed,
    inOrder: given === computed,
    samples,
    layers,
    scratch: Array.from({ length: threads }, () => ({
      lists: region(largest.list * 2),
      values: region(largest.list * 4),
      counts: region(largest.counts * 4),
      sums: region(largest.sums * 4),
      sources: {
        lists: region(largest.sources * 2),
        values: region(largest.sources * 4),
        counts: region(largest.sourceCounts * 4),
      },
      joined: region(4),
      expanded: region(largest.expanded * 4),
      gradRows: region(largest.rows * 4),
      panel: region(largest.panel * 4),
      window: region(largest.window * 4),
      tally: region(64),
    })),
    parameters,
    home: {
      weights: region(parameters * 4),
      gradW: region(parameters * 4),
      moments: [region(parameters * 4), region(parameters * 4)],
    },
    visitors: region(parameters * 4),
    still: region(largest.still * 4),
    nonZeros: region(largest.bits * 4),
    gradientWords: region(largest.words * 4),
    gradients,
    currents: gradients[0],
    nibbles: region(3 * 256),
    positions: region(256 * 16),
    pooledGradients: region(largest.pooled * 4),
    activeSamples: region(samples * 4),
    activeMaps: region(maps * 4),
    meeting: region(MEETING_WORDS * 4),
    staging: region(first.encoding ? 0 : T * first.C * first.H * first.W + 64),
  }
  return bytes > MEMORY_LIMIT ? undefined : { ...plan, bytes }
}

/** Writes the values that bytes of the inputs stand for, rounded to a precision. */
export const writeLevels = ({ network, layers }: Plan, { views: { f32 } }: Kernels, precision: FastPrecision): void => {
  const { round } = arithmetic(precision)
  for (const { layer, input } of layers) {
    if (!input.levels) continue
    const pool = layer.encoding ? 16 : network.layers[layer.index - 1].spikePool
    const unit = pool * pool
    for (let q = 0; q < 256; q++) f32[input.levels / 4 + q] = round(q / unit)
  }
}

/**
 * Per value of four bits 16 bytes each: which bytes bring the lanes whose bit is set together, which bring them back
 * (others give 0), and those lanes full of ones.
 */
const nibbleTables = (): Uint8Array => {
  const tables = new Uint8Array(3 * 256).fill(0xff, 0, 512)
  for (let bits = 0; bits < 16; bits++)
    for (let lane = 0, n = 0; lane < 4; lane++) {
      if (!((bits >>> lane) & 1)) continue
      for (let byte = 0; byte < 4; byte++) {
        tables[bits * 16 + n * 4 + byte] = lane * 4 + byte
        tables[256 + bits * 16 + lane * 4 + byte] = n * 4 + byte
        tables[512 + bits * 16 + lane * 4 + byte] = 0xff
      }
      n++
    }
  return tables
}

/** Per value of a byte the positions of its set bits, ascending. */
const bitPositions = (): Uint16Array =>
  Uint16Array.from({ length: 256 * 8 }, (_, i) => {
    const set = [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => ((i >>> 3) >>> bit) & 1)
    return set[i & 7] ?? 0
  })

/** Writes the tables of a plan into its memory; levels are those of float32. */
export const writeTables = (plan: Plan, kernels: Kernels): void => {
  const { u8, u32 } = kernels.views
  const { T } = plan.network
  u8.set(nibbleTables(), plan.nibbles)
  u8.set(new Uint8Array(bitPositions().buffer), plan.positions)
  for (const planned of plan.layers) {
    const { layer, blocks, places, wide } = planned
    u8.set(forwardPlaces(layer), planned.forwardPlaces)
    if (layer.kind === 'conv') {
      u8.set(backwardPlaces(layer), planned.backwardPlaces)
      u8.set(new Uint8Array(insidePlaces(layer).buffer), planned.insidePlaces)
      u8.set(new Uint8Array(windowPlaces(layer).buffer), planned.windowPlaces)
    }
    if (planned.pooledPlaces) u8.set(pooledPlaces(layer), planned.pooledPlaces)
    if (wide) {
      u8.set(new Uint8Array(foldShifts(wide.layer).buffer), wide.shifts)
      u8.set(new Uint8Array(unfoldPlaces(wide.layer).buffer), wide.places)
    }
    for (const { first, width } of blocks)
      for (let lane = 0; lane < width && first + lane < layer.K; lane++) {
        const at = planned.channelTable / 4 + (first + lane) * 2
        u32[at] = plan.samples * T * places * first * 4 + lane * 4
        u32[at + 1] = width * 4
      }
  }
  writeLevels(plan, kernels, 'f32')
}
