import type { ChannelBlock } from './channel-blocks'
import type { Place } from './place'
import type { PlannedLayer } from './plan'

/*
 * Lists of ∇u where the order of sums is free: those of each place are found once, whatever the taps, and each input
 * joins the lists of the places it reaches.
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

/** Lists of the ∇u of channels k to k + channels of maps m to m + n for every input of a convolution. */
export const joinGradients = (
  { plan, kernels: { run, views }, scratch }: Place,
  planned: PlannedLayer,
  k: number,
  channels: number,
  m: number,
  n: number,
): JoinedLists => {
  const { layer, inputs, outputs, taps, blocks, forwardPlaces } = planned
  const { S, stride, convW, index } = layer
  const { sources, lists, values, counts, joined } = scratch
  const capacity = plan.samples * plan.network.T
  const room = placeCap(channels)
  let append = 0
  for (const block of blocks) {
    const mask = blockMask(block, k, channels)
    if (mask === 0) continue
    const { first, width } = block
    run.listAtPlaces(
      plan.gradientWords + (capacity * block.index + m) * outputs * 4,
      mask,
      n * outputs,
      (first - k) * taps,
      taps,
      plan.positions,
      plan.gradients[index & 1] + (capacity * first + m * width) * outputs * 4,
      width,
      plan.nibbles,
      sources.lists,
      sources.values,
      sources.counts,
      room,
      append,
    )
    append = 1
  }
  views.u32[joined / 4] = 0
  const cap = run.joinLists(
    sources.lists,
    sources.values,
    sources.counts,
    room,
    outputs,
    n,
    forwardPlaces,
    inputs,
    convW,
    -S * stride,
    -stride,
    lists,
    values,
    counts,
    joined,
  )
  return { cap, entries: views.u32[joined / 4] }
}
