import type { ChannelBlock } from './channel-blocks'
import type { Place } from './place'
import type { PlannedLayer } from './plan'

/** Bit of a neuron in its map: FC layers have theirs side by side, others each channel from a word on. */
export const neuronBit = ({ words }: PlannedLayer, channel: number, place: number): number =>
  words === 0 ? channel : channel * words * 32 + place

/** Words of one block's neurons [map][place], a bit per channel, into a layer's bits of every map. */
export const bitsOfBlock = (
  { kernels: { run } }: Place,
  { layer: { K }, places, words, mapBytes }: PlannedLayer,
  { first, width }: ChannelBlock,
  from: number,
  maps: number,
  bits: number,
): void => {
  const channels = Math.min(width, K - first)
  if (words > 0) {
    run.transposeBits(from, maps, places, channels, bits + first * words * 4, mapBytes, words * 4)
    return
  }
  // the last block's thread also writes what is left of the last word
  const bytes = first + width < K ? width / 8 : mapBytes - first / 8
  run.gatherBits(from, maps, bytes, bits + first / 8, mapBytes)
}
