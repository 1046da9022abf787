import type { ChannelBlock } from './channel-blocks'
import type { Place } from './place'
import type { PlannedLayer } from './plan'

/*
 * Lists of rows where the order of sums is free: what is active at each place is found once, whatever the taps, and each
 * output joins the lists of the places it reads.
 */

/** Lists of some maps: their room each, and their entries. */
export interface JoinedLists {
  readonly cap: number
  readonly entries: number
}

/** Bits of the channels c to c + channels in the words of a block, 0 if it has none of them. */
export const blockMask = ({ first, width }: ChannelBlock, c: number, channels: number): number => {
  const from = Math.max(0, c - first)
  const to = Math.min(width, c + channels - first)
  return from < to ? (2 ** to - 2 ** from) >>> 0 : 0
}

/** Entries of a list of a place: lists are written in pieces of eight. */
export const placeCap = (channels: number): number => channels + 8

/** Entries beyond the most of a list that its room may have. */
export const JOINED_MORE = 16

/** Lists of the active inputs of channels c to c + channels of maps m to m + n for every output of a convolution. */
export const joinInputs = (
  place: Place,
  planned: PlannedLayer,
  c: number,
  channels: number,
  m: number,
  n: number,
): JoinedLists => {
  const { plan, kernels, scratch } = place
  const { run } = kernels
  const { layer, input, inputs, outputs, taps, backwardPlaces } = planned
  const { sources } = scratch
  const cap = placeCap(channels)
  if (input.kind === 'bytes') {
    const from = input.address + m * input.mapBytes + c * input.channelBytes
    const { lists, values, counts } = sources
    run.listBytesAtPlaces(from, input.mapBytes, n, channels, inputs, input.levels, taps, lists, values, counts, cap)
  } else {
    const { fired, blocks } = plan.layers[layer.index - 1]
    const words = (block: ChannelBlock) => fired + (plan.samples * plan.network.T * block.index + m) * inputs * 4
    appendBlocks(place, taps, blocks, words, undefined, c, channels, n * inputs)
  }
  const valued = input.kind === 'bytes'
  return join(place, cap, inputs, n, backwardPlaces, outputs, layer.W, layer.S, 1, valued)
}

/** Lists of the ∇u of channels k to k + channels of maps m to m + n for every input of a convolution. */
export const joinGradients = (
  place: Place,
  planned: PlannedLayer,
  k: number,
  channels: number,
  m: number,
  n: number,
): JoinedLists => {
  const { plan } = place
  const { layer, inputs, outputs, taps, blocks, forwardPlaces } = planned
  const { S, stride, convW, index } = layer
  const capacity = plan.samples * plan.network.T
  const words = (block: ChannelBlock) => plan.gradientWords + (capacity * block.index + m) * outputs * 4
  const values = ({ first, width }: ChannelBlock) =>
    plan.gradients[index & 1] + (capacity * first + m * width) * outputs * 4
  appendBlocks(place, taps, blocks, words, values, k, channels, n * outputs)
  return join(place, placeCap(channels), outputs, n, forwardPlaces, inputs, convW, -S * stride, -stride, true)
}

const appendBlocks = (
  { plan, kernels: { run }, scratch: { sources } }: Place,
  taps: number,
  blocks: readonly ChannelBlock[],
  words: (block: ChannelBlock) => number,
  given: ((block: ChannelBlock) => number) | undefined,
  c: number,
  channels: number,
  places: number,
): void => {
  const { lists, values, counts } = sources
  let append = 0
  for (const block of blocks) {
    const mask = blockMask(block, c, channels)
    if (mask === 0) continue
    run.listAtPlaces(
      words(block),
      mask,
      places,
      (block.first - c) * taps,
      taps,
      plan.positions,
      given?.(block) ?? 0,
      given ? block.width : 0,
      plan.nibbles,
      lists,
      values,
      counts,
      placeCap(channels),
      append,
    )
    append = 1
  }
}

const join = (
  { kernels: { run, views }, scratch }: Place,
  fromCap: number,
  sources: number,
  maps: number,
  table: number,
  targets: number,
  width: number,
  down: number,
  right: number,
  valued: boolean,
): JoinedLists => {
  const { sources: from, lists, values, counts, joined } = scratch
  views.u32[joined / 4] = 0
  const cap = run.joinLists(
    from.lists,
    valued ? from.values : 0,
    from.counts,
    fromCap,
    sources,
    maps,
    table,
    targets,
    width,
    down,
    right,
    lists,
    values,
    counts,
    joined,
  )
  return { cap, entries: views.u32[joined / 4] }
}
